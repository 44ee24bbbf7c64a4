"""The form of a rule: the typed text, and the request it means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from src.domain.rules import MOST_CONDITIONS, OPERATORS, Condition, Field, Match, Operator, Rule
from src.errors import InvalidInput
from src.web.prediction.forms import tags_in
from src.web.rules.text import IS_NOT_EMPTY
from src.web.shared.amounts import plain_amount
from src.web.shared.forms import Errors, flag
from src.web.shared.problems import problem_of

_SPARE_LINES = 2
_EMPTY = (Operator.IS_EMPTY.value, IS_NOT_EMPTY)
_COLUMNS = ("condition_field", "condition_op", "condition_value", "condition_last")
_MOST_TYPED = 5000


@dataclass(frozen=True)
class Line:
    """A condition as typed."""

    field: str = Field.MERCHANT.value
    op: str = Operator.EQUALS.value
    value: str = ""
    last: str = ""
    """The end of a range."""

    @property
    def is_blank(self) -> bool:
        return not (self.value or self.last or self.op in _EMPTY)


_SPARE = Line(Field.DESCRIPTION.value, Operator.CONTAINS.value)


@dataclass(frozen=True)
class RuleForm:
    name: str = ""
    match: str = Match.ALL.value
    lines: tuple[Line, ...] = ()
    category: str = ""
    tags: str = ""
    stop: bool = True
    enabled: bool = True

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> RuleForm:
        columns = [[value.strip()[:_MOST_TYPED] for value in form.getlist(name)] for name in _COLUMNS]
        lines = [Line(*values) for values in zip(*columns, strict=False)][:MOST_CONDITIONS]
        return cls(
            name=form.get("name", "").strip(),
            match=form.get("match", ""),
            lines=tuple(line for line in lines if not line.is_blank),
            category=form.get("category", ""),
            tags=form.get("tags", "").strip(),
            stop=flag(form, "stop"),
            enabled=flag(form, "enabled"),
        )

    @classmethod
    def of(cls, rule: Rule) -> RuleForm:
        return cls(
            name=rule.name,
            match=rule.match.value,
            lines=tuple(map(_line, rule.conditions)),
            category=rule.category or "",
            tags=", ".join(rule.tags),
            stop=rule.stop,
            enabled=rule.enabled,
        )

    def shown_lines(self, *, more: bool = False) -> list[Line]:
        """With empty ones to fill in."""
        spare = _SPARE_LINES if more else 1
        first = [] if self.lines else [Line()]
        return [*self.lines, *first, *[_SPARE] * spare][:MOST_CONDITIONS]

    def values(self) -> dict[str, Any]:
        """For `RuleRequest`."""
        return {
            "name": self.name,
            "match": self.match,
            "conditions": [
                {"field": line.field, "op": _op(line), "value": _value(line)} for line in self.lines
            ],
            "category": self.category or None,
            "tags": tags_in(self.tags),
            "stop": self.stop,
            "enabled": self.enabled,
        }


def _op(line: Line) -> str:
    return Operator.IS_EMPTY.value if line.op == IS_NOT_EMPTY else line.op


def _value(line: Line) -> Any:
    """Amounts may be typed as people write them."""
    if line.op in _EMPTY:
        return line.op != IS_NOT_EMPTY
    if line.op == Operator.BETWEEN:
        return [_single(line.field, text) if text else None for text in (line.value, line.last)]
    if line.op == Operator.IN:
        separator = ";" if ";" in line.value or line.field == Field.AMOUNT else ","
        return [_single(line.field, text) for part in line.value.split(separator) if (text := part.strip())]
    return _single(line.field, line.value)


def _single(field: str, text: str) -> str:
    if field == Field.AMOUNT:
        return plain_amount(text)
    return text.lower() if field == Field.DIRECTION else text


def _line(condition: Condition) -> Line:
    field, op, value = condition.field.value, condition.op.value, condition.value
    if condition.op is Operator.IS_EMPTY:
        return Line(field, op if value else IS_NOT_EMPTY)
    if condition.op is Operator.BETWEEN and isinstance(value, tuple):
        first, last = ("" if part is None else _text(part) for part in value)
        return Line(field, op, first, last)
    if isinstance(value, tuple):
        texts = list(map(_text, value))
        plain = condition.field is not Field.AMOUNT and not any("," in text for text in texts)
        return Line(field, op, (", " if plain else "; ").join(texts))
    return Line(field, op, _text(value))


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def errors_in(error: ValidationError | InvalidInput) -> Errors:
    """One sentence for each invalid field; that of the second condition is `condition-1`."""
    errors: Errors = {}
    for problem in problem_of(error).get("errors", []):
        loc = problem["loc"]
        is_line = len(loc) > 1 and loc[0] == "conditions"
        name = f"condition-{loc[1]}" if is_line else str(loc[0]) if loc else ""
        errors.setdefault(name, _SENTENCES.get(name) or problem["msg"].rstrip(".") + ".")
    return errors


_SENTENCES: Mapping[str, str] = {"conditions": "Fill in at least one condition."}


def operators_of_fields() -> str:
    """For the script that offers only those that fit."""
    return json.dumps(
        {
            field.value: [*map(str, ops), *([IS_NOT_EMPTY] if Operator.IS_EMPTY in ops else [])]
            for field, ops in OPERATORS.items()
        }
    )
