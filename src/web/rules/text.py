"""The words of the rules' pages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from src.domain.rules import Condition, Field, Match, Operator, Rule
from src.web.shared import format, labels

FIELDS: dict[Field, str] = {
    Field.MERCHANT: "Merchant",  # the first choice: most rules are for one
    **{field: labels.FIELDS[field.value] for field in Field if field is not Field.MERCHANT},
}
IS_NOT_EMPTY = "is_not_empty"
"""In forms; in a rule, `is_empty` of False."""
OPERATORS = {
    Operator.EQUALS.value: "is",
    Operator.CONTAINS.value: "contains",
    Operator.STARTS_WITH.value: "begins with",
    Operator.IN.value: "is one of",
    Operator.BETWEEN.value: "is between",
    Operator.MATCHES.value: "matches the pattern",
    Operator.IS_EMPTY.value: "is empty",
    IS_NOT_EMPTY: "is not empty",
}
MATCHES = {Match.ALL: "All of these must hold", Match.ANY: "One of these is enough"}


def conditions(rule: Rule) -> str:
    """`Merchant is swiggy, and amount is between 200 and 500`."""
    joint = ", and " if rule.match is Match.ALL else ", or "
    sentences = [_sentence(condition) for condition in rule.conditions]
    return joint.join([sentences[0], *(sentence[0].lower() + sentence[1:] for sentence in sentences[1:])])


def _sentence(condition: Condition) -> str:
    name, op, value = FIELDS[condition.field], condition.op, condition.value
    if op is Operator.IS_EMPTY:
        return f"{name} {OPERATORS[IS_NOT_EMPTY if value is False else op]}"
    if op is Operator.BETWEEN and isinstance(value, tuple):
        first, last = value
        if last is None:
            return f"{name} is {shown(first)} or {'later' if condition.field is Field.DATE else 'more'}"
        if first is None:
            return f"{name} is {shown(last)} or {'earlier' if condition.field is Field.DATE else 'less'}"
        return f"{name} is between {shown(first)} and {shown(last)}"
    if isinstance(value, tuple):
        return f"{name} is {' or '.join(map(shown, value))}"
    return f"{name} {OPERATORS[op]} {shown(value)}"


def shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return format.number(float(value)) if value == round(value) else f"{value:f}"
    return format.day(value) if isinstance(value, date) else f"“{value}”"
