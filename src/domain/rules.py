"""A person's rules: conditions on a transaction, and the category and tags they give it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - `date` is a field's name here
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from src.domain.transactions import StoredTransaction, Transaction

MOST_RULES = 1000
MOST_CONDITIONS = 20
MOST_VALUES = 100
LONGEST_NAME = 100
"""In the list of one condition."""


class Match(StrEnum):
    """Whether all conditions must hold, or one is enough."""

    ALL = "all"
    ANY = "any"


class Field(StrEnum):
    """What a condition looks at. The merchant is the merchant key."""

    DESCRIPTION = "description"
    MERCHANT = "merchant"
    COUNTERPARTY = "counterparty"
    NOTES = "notes"
    SUBCATEGORY = "subcategory"
    AMOUNT = "amount"
    CURRENCY = "currency"
    MODE = "mode"
    DIRECTION = "direction"
    ACCOUNT = "account"
    DATE = "date"
    MCC = "mcc"


class Operator(StrEnum):
    CONTAINS = "contains"
    EQUALS = "equals"
    STARTS_WITH = "starts_with"
    MATCHES = "matches"
    BETWEEN = "between"
    IN = "in"
    IS_EMPTY = "is_empty"


_TEXT = (Operator.CONTAINS, Operator.EQUALS, Operator.STARTS_WITH, Operator.MATCHES, Operator.IN)
_CODE = (Operator.EQUALS, Operator.IN)
_RANGE = (Operator.BETWEEN, Operator.EQUALS)
OPERATORS: Mapping[Field, tuple[Operator, ...]] = {
    Field.DESCRIPTION: (*_TEXT, Operator.IS_EMPTY),
    Field.MERCHANT: (*_TEXT, Operator.IS_EMPTY),
    Field.COUNTERPARTY: (*_TEXT, Operator.IS_EMPTY),
    Field.NOTES: (*_TEXT, Operator.IS_EMPTY),
    Field.SUBCATEGORY: (*_TEXT, Operator.IS_EMPTY),
    Field.AMOUNT: (*_RANGE, Operator.IN),
    Field.CURRENCY: _CODE,
    Field.MODE: (*_TEXT, Operator.IS_EMPTY),
    Field.DIRECTION: _CODE,
    Field.ACCOUNT: (*_TEXT, Operator.IS_EMPTY),
    Field.DATE: _RANGE,
    Field.MCC: (*_CODE, Operator.STARTS_WITH, Operator.IS_EMPTY),
}
"""The operators that each field has."""

Value = str | Decimal | Date | bool | tuple[Any, ...]
"""Of an amount a Decimal, of a date a date, else a text. `between` has (first, last), each of which may be
None; `in` has several; `is_empty` has True, or False for not empty."""


@dataclass(frozen=True, slots=True)
class Condition:
    field: Field
    op: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Rule:
    """It has a category, tags or both."""

    id: str
    """"" until it is stored."""
    name: str
    match: Match
    conditions: tuple[Condition, ...]
    category: str | None = None
    tags: tuple[str, ...] = ()
    stop: bool = True
    """Whether a transaction that it matches is not compared with later rules."""
    enabled: bool = True

    @property
    def effect(self) -> tuple[Any, ...]:
        """What it does, whatever its name: two rules of the same effect are one."""
        return self.match, self.conditions, self.category, self.tags, self.stop


def as_plain(rule: Rule) -> dict[str, Any]:
    """With texts, lists and booleans only, as it is stored and exported; `rule_of` reads it."""
    return {
        "id": rule.id,
        "name": rule.name,
        "enabled": rule.enabled,
        "match": rule.match.value,
        "conditions": [
            {"field": condition.field.value, "op": condition.op.value, "value": _plain(condition.value)}
            for condition in rule.conditions
        ],
        "category": rule.category,
        "tags": list(rule.tags),
        "stop": rule.stop,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, Date) else value


def rule_of(values: Mapping[str, Any]) -> Rule:
    """The rule that `as_plain` wrote."""
    conditions = []
    for condition in values["conditions"]:
        field = Field(condition["field"])
        conditions.append(Condition(field, Operator(condition["op"]), _value(field, condition["value"])))
    return Rule(
        id=values["id"],
        name=values["name"],
        match=Match(values["match"]),
        conditions=tuple(conditions),
        category=values["category"],
        tags=tuple(values["tags"]),
        stop=values["stop"],
        enabled=values["enabled"],
    )


def _value(field: Field, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_value(field, part) for part in value)
    if isinstance(value, str) and field is Field.AMOUNT:
        return Decimal(value)
    return Date.fromisoformat(value) if isinstance(value, str) and field is Field.DATE else value


_NAMES = (Operator.EQUALS, Operator.IN)


def names_in(rule: Rule, field: Field) -> list[str]:
    """The texts that conditions on this field name exactly."""
    names: list[str] = []
    for condition in rule.conditions:
        if condition.field is field and condition.op in _NAMES:
            names += condition.value if isinstance(condition.value, tuple) else (str(condition.value),)
    return names


def with_names(rule: Rule, field: Field, names: Mapping[str, str]) -> Rule:
    """With other texts where a condition on this field names one exactly."""
    return replace(rule, conditions=tuple(_renamed(condition, field, names) for condition in rule.conditions))


def _renamed(condition: Condition, field: Field, names: Mapping[str, str]) -> Condition:
    if condition.field is not field or condition.op not in _NAMES:
        return condition
    if isinstance(condition.value, tuple):
        return replace(condition, value=tuple(names.get(value, value) for value in condition.value))
    return replace(condition, value=names.get(str(condition.value), condition.value))


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A stored transaction, as far as rules are concerned."""

    id: str
    transaction: Transaction
    category: str | None
    answered: bool
    rule: str | None
    """The id of the rule that decided the newest prediction."""


@dataclass(frozen=True, slots=True)
class RuleUse:
    """How a rule did, from the transactions whose newest prediction it decided."""

    matched: int = 0
    """Transactions that it decides now."""
    overruled: int = 0
    """Transactions that a person answered otherwise."""
    last_matched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RuleConflict:
    """Transactions of a rule for which another rule has another category."""

    rule: Rule
    """The other one."""
    rows: int
    precedes: bool
    """Whether the other one comes first, so that it decides."""


@dataclass(frozen=True, slots=True)
class RuleReport:
    use: RuleUse
    dead: bool
    """It is switched on, has decided nothing, and matches none of the newest transactions."""
    conflicts: tuple[RuleConflict, ...]
    """Among the newest transactions."""


@dataclass(frozen=True, slots=True)
class RulePreview:
    """What a rule would do to the stored transactions."""

    matched: int
    """Transactions that it matches, answered or not."""
    would_change: int
    """Of those without an answer: how many it would decide or tag."""
    other_category: int
    """Of those it would change: how many would have another category."""
    amounts: tuple[tuple[str, Decimal], ...]
    """(currency, sum of all matched amounts whatever their direction), the most frequent currency first."""
    examples: tuple[StoredTransaction, ...]
    """The newest matched ones."""
    conflicts: tuple[RuleConflict, ...]
    complete: bool
    """False if only the newest transactions were compared, because there are very many."""


@dataclass(frozen=True, slots=True)
class RuleSuggestion:
    """A merchant that a person has answered alike, several times and never otherwise."""

    merchant: str
    category: str
    answers: int
    """Transactions of the merchant with this answer."""
    last_answered_at: datetime
    waiting: int = 0
    """Its transactions that need review."""
