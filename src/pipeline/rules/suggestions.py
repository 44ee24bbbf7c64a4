"""Offer rules that a person's own answers support. None is saved by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from src.components.rules.matching import RuleMatcher
from src.components.rules.widening import condition_of
from src.domain.rules import LONGEST_NAME, Condition, Field, Match, Operator, Rule, RuleSuggestion

if TYPE_CHECKING:
    from src.domain.transactions import Transaction
    from src.services.rules.repository import Rules
    from src.services.rules.transactions import RuleTransactions

LEAST_ANSWERS = 3
_MOST = 50


def suggested_rule(suggestion: RuleSuggestion) -> Rule:
    condition = Condition(Field.MERCHANT, Operator.EQUALS, suggestion.merchant)
    return Rule("", suggestion.merchant[:LONGEST_NAME], Match.ALL, (condition,), suggestion.category)


def rule_like(transaction: Transaction, category: str | None) -> Rule:
    """A rule for its merchant; without one, for its text."""
    condition = condition_of(transaction)
    return Rule("", str(condition.value)[:LONGEST_NAME], Match.ALL, (condition,), category)


@dataclass(frozen=True)
class RuleSuggestions:
    """A merchant is offered after three answers of one category and none of another.

    But not if a rule decides its newest transaction already, or if the person has dismissed this offer.
    """

    rules: Rules
    current_rules: Callable[[], RuleMatcher]
    rows: RuleTransactions
    ignored: Callable[[], Mapping[str, datetime]]
    """Returns until when the answers for a merchant teach nothing."""

    def all(self) -> list[RuleSuggestion]:
        """At most 50, with the most answers first. Raises Unavailable."""
        suggestions = list(islice(self._open(None), _MOST))
        waiting = self.rows.count_waiting([suggestion.merchant for suggestion in suggestions])
        return [
            replace(suggestion, waiting=waiting.get(suggestion.merchant, 0)) for suggestion in suggestions
        ]

    def for_merchant(self, merchant: str) -> RuleSuggestion | None:
        """Raises Unavailable."""
        return next(self._open({merchant}), None) if merchant else None

    def dismiss(self, merchant: str, category: str) -> None:
        """Not offered again, unless for another category. Raises Unavailable."""
        self.rules.dismiss(merchant, category)

    def _open(self, merchants: Collection[str] | None) -> Iterator[RuleSuggestion]:
        supported = self.rows.answered_alike(least=LEAST_ANSWERS, ignored=self.ignored(), merchants=merchants)
        if not supported:
            return
        dismissed, rules = self.rules.dismissed(), self.current_rules()
        wanted = [
            suggestion
            for suggestion in supported
            if (suggestion.merchant, suggestion.category) not in dismissed
        ]
        for start in range(0, len(wanted), _MOST):
            batch = wanted[start : start + _MOST]
            newest = self.rows.newest_of([suggestion.merchant for suggestion in batch])
            for suggestion in batch:
                transaction = newest.get(suggestion.merchant)
                if transaction and rules.outcome(transaction).decider is None:
                    yield suggestion
