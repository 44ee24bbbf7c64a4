"""Widen a rule so that it matches one more transaction."""

from __future__ import annotations

from dataclasses import replace

from src.components.rules.matching import matches
from src.domain.rules import MOST_CONDITIONS, MOST_VALUES, Condition, Field, Match, Operator, Rule
from src.domain.transactions import Transaction

_NAMES = (Operator.EQUALS, Operator.IN)


def condition_of(transaction: Transaction) -> Condition:
    """A condition that holds for the transaction and others like it."""
    if transaction.merchant:
        return Condition(Field.MERCHANT, Operator.EQUALS, transaction.merchant)
    if transaction.description:
        return Condition(Field.DESCRIPTION, Operator.EQUALS, transaction.description)
    return Condition(Field.SUBCATEGORY, Operator.EQUALS, transaction.subcategory or "")


def widened(rule: Rule, transaction: Transaction) -> Rule | None:
    """With the transaction's merchant as one more value or condition; None if that is not enough."""
    new = condition_of(transaction)
    candidates = [
        replace(rule, conditions=(*rule.conditions[:position], joined, *rule.conditions[position + 1 :]))
        for position, condition in enumerate(rule.conditions)
        if (joined := _joined(condition, new))
    ]
    if rule.match is Match.ANY or len(rule.conditions) == 1:
        candidates.append(replace(rule, match=Match.ANY, conditions=(*rule.conditions, new)))
    fitting = (candidate for candidate in candidates if len(candidate.conditions) <= MOST_CONDITIONS)
    return next((candidate for candidate in fitting if matches(candidate, transaction)), None)


def _joined(condition: Condition, new: Condition) -> Condition | None:
    """Both values in one condition; None if they are of different fields."""
    if condition.field is not new.field or condition.op not in _NAMES:
        return None
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if len(values) >= MOST_VALUES:
        return None
    return replace(condition, op=Operator.IN, value=(*values, new.value))
