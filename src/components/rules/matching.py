"""Which rules match a transaction, and what they make of it.

Rules are compared in their order; those switched off are skipped. The first matching rule that has a category
decides. Every matching rule adds its tags. A matching rule with `stop` is the last one compared, also if it
has only tags; one without lets later rules add tags, and decide if it has no category itself.

Texts are compared as they are stored, that is masked, whatever their case, their spaces, the Unicode form and
the accents of Latin and Greek letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache, reduce
from heapq import merge
from typing import Any

from src.components.rules.patterns import InvalidPattern, encoded, searcher
from src.components.text.cleaning import merchant_key
from src.domain.rules import Condition, Field, Match, Operator, Rule
from src.domain.transactions import Transaction

_ACCENTS = re.compile(r"(?<=[A-Za-z\u0370-\u03ff])[\u0300-\u036f]+")


@lru_cache(16_384)
def fold(text: str) -> str:
    """The form in which texts are compared: `CAFÉ  Straße` -> `cafe strasse`."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))
    return " ".join(text.casefold().split())


class _Folded(dict[Field, str]):
    """The folded texts of one transaction, each made at its first use."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__()
        self.transaction = transaction
        self._encoded: dict[Field, tuple[bytes, ...]] = {}

    def encoded(self, field: Field) -> tuple[bytes, ...]:
        """The text for patterns: itself, and folded if that is more than its case."""
        if (forms := self._encoded.get(field)) is None:
            text = getattr(self.transaction, field) or ""
            forms = (encoded(text),) if text.isascii() else (encoded(text), encoded(self[field]))
            self._encoded[field] = forms
        return forms

    def __missing__(self, field: Field) -> str:
        folded = self[field] = fold(getattr(self.transaction, field) or "")
        return folded


_Test = Callable[[_Folded], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules make of a transaction."""

    decider: Rule | None
    """The rule whose category it gets; None: memory and model decide."""
    applied: tuple[Rule, ...]
    """The matching rules, until one stops."""

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag for rule in self.applied for tag in rule.tags))


NO_OUTCOME = Outcome(None, ())


class RuleMatcher:
    """Rules made ready once, to be compared with many transactions.

    Rules for single merchants, which are most, are found by the merchant; so hundreds of them cost as much as
    one.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rule for rule in rules if rule.enabled)
        self._tests = [test_of(rule) for rule in self.rules]
        self._by_merchant: dict[str, list[int]] = defaultdict(list)
        self._other: list[int] = []
        for position, rule in enumerate(self.rules):
            keys = _merchants(rule)
            for key in keys or ():
                self._by_merchant[key].append(position)
            if keys is None:
                self._other.append(position)

    def outcome(self, transaction: Transaction) -> Outcome:
        decider, applied = None, []
        for rule in self.matching(transaction):
            applied.append(rule)
            if decider is None and rule.category is not None:
                decider = rule
            if rule.stop:
                break
        return Outcome(decider, tuple(applied)) if applied else NO_OUTCOME

    def matching(self, transaction: Transaction) -> Iterator[Rule]:
        """All rules whose conditions hold, in order, whether or not one stops."""
        if not self.rules:
            return
        folded = _Folded(transaction)
        of_merchant = self._by_merchant.get(folded[Field.MERCHANT]) if self._by_merchant else None
        positions = merge(self._other, of_merchant) if of_merchant else self._other
        for position in positions:
            if self._tests[position](folded):
                yield self.rules[position]


def matches(rule: Rule, transaction: Transaction) -> bool:
    """Whether its conditions hold, also of a rule that is switched off."""
    return test_of(rule)(_Folded(transaction))


def folded(rule: Rule) -> Rule:
    """With folded texts, for a query that narrows transactions down: all that match still match it."""
    return replace(rule, conditions=tuple(map(_folded_condition, rule.conditions)))


def _folded_condition(condition: Condition) -> Condition:
    if condition.field in (Field.AMOUNT, Field.DATE) or condition.op in (Operator.MATCHES, Operator.IS_EMPTY):
        return condition
    if condition.op in (Operator.EQUALS, Operator.IN):
        names = _names(condition) | set(map(str, _values(condition)))
        return replace(condition, op=Operator.IN, value=tuple(sorted(names)))
    return replace(condition, value=fold(str(condition.value)))


def problem_of(condition: Condition) -> str | None:
    """What is wrong with the value of a condition, as the end of a sentence; None if nothing is.

    condition: its value has the type of its field and operator.
    """
    if condition.op is Operator.MATCHES:
        try:
            searcher(str(condition.value))
        except InvalidPattern as error:
            return str(error)
    elif any(isinstance(value, str) and not fold(value) for value in _values(condition)):
        return "blank"
    return None


def _merchants(rule: Rule) -> set[str] | None:
    """The folded merchants that the rule is for; None if it may match any."""
    named = [
        _names(condition)
        for condition in rule.conditions
        if condition.field is Field.MERCHANT and condition.op in (Operator.EQUALS, Operator.IN)
    ]
    if rule.match is Match.ALL and named:
        return set.intersection(*named)
    return set.union(*named) if len(named) == len(rule.conditions) else None


def _names(condition: Condition) -> set[str]:
    """The folded texts that `equals` or `in` names."""
    names_of = named_merchants if condition.field is Field.MERCHANT else lambda text: (fold(text),)
    return {name for value in _values(condition) for name in names_of(str(value))}


def named_merchants(text: str) -> tuple[str, ...]:
    """The keys of the merchants that a rule names with `text`: a key, or what statements have instead."""
    return tuple(dict.fromkeys(filter(None, (fold(text), merchant_key(text)))))


def _values(condition: Condition) -> Sequence[Any]:
    return condition.value if isinstance(condition.value, tuple) else (condition.value,)


def test_of(rule: Rule) -> _Test:
    first, *others = map(_condition_test, rule.conditions)
    combined = _both if rule.match is Match.ALL else _either
    return reduce(combined, others, first)


def _both(one: _Test, other: _Test) -> _Test:
    return lambda folded: one(folded) and other(folded)


def _either(one: _Test, other: _Test) -> _Test:
    return lambda folded: one(folded) or other(folded)


def _condition_test(condition: Condition) -> _Test:
    if condition.field in (Field.AMOUNT, Field.DATE):
        return _value_test(condition)
    return _pattern_test(condition) if condition.op is Operator.MATCHES else _text_test(condition)


def _text_test(condition: Condition) -> _Test:
    field, op = condition.field, condition.op
    if op is Operator.IS_EMPTY:
        empty = condition.value is not False
        return lambda folded: (not folded[field]) is empty
    if op in (Operator.EQUALS, Operator.IN):
        names = _names(condition)
        return lambda folded: folded[field] in names
    text = fold(str(condition.value))
    if op is Operator.STARTS_WITH:
        return lambda folded: folded[field].startswith(text)
    return lambda folded: text in folded[field]


def _pattern_test(condition: Condition) -> _Test:
    """The pattern may match the text itself or its folded form. One that RE2 refuses matches nothing."""
    field = condition.field
    try:
        search = searcher(str(condition.value))
    except InvalidPattern:  # another version of RE2 accepted it
        return lambda folded: False
    return lambda folded: any(map(search, folded.encoded(field)))


def _value_test(condition: Condition) -> _Test:
    field = condition.field
    if condition.op is Operator.BETWEEN:
        first, last = _values(condition)

        def test(folded: _Folded) -> bool:
            value = _comparable(folded.transaction, field)
            return value is not None and (first is None or first <= value) and (last is None or value <= last)

        return test
    values = frozenset(_values(condition))
    return lambda folded: _comparable(folded.transaction, field) in values


def _comparable(transaction: Transaction, field: Field) -> Decimal | date | Any:
    """None for a missing amount, which no condition on amounts matches."""
    value = getattr(transaction, field)
    return None if isinstance(value, Decimal) and value.is_nan() else value
