"""What a rule would do to the stored transactions, before it is saved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from src.components.rules.matching import RuleMatcher, folded
from src.domain.rules import Rule, RuleConflict, RulePreview, RuleRow
from src.pipeline.rules.apply import changes

if TYPE_CHECKING:
    from src.pipeline.rules.editor import RuleEditor
    from src.services.rules.repository import Rules
    from src.services.rules.transactions import RuleTransactions
    from src.services.transactions.repository import Transactions

MOST_ROWS = 100_000
"""Comparing this many takes a few seconds."""
_SECONDS = 10
_EXAMPLES = 10


@dataclass(frozen=True)
class RulePreviews:
    rules: Rules
    rows: RuleTransactions
    transactions: Transactions
    editor: RuleEditor
    seconds: Callable[[], float]
    """A clock that only runs forward."""

    def preview(self, rule: Rule) -> RulePreview:
        """rule: as if switched on; with the id of an existing rule it replaces that one, else it is the last.

        Compares the newest 100,000 candidates, for about ten seconds. Raises InvalidInput, Unavailable.
        """
        rule = replace(self.editor.checked(rule), enabled=True)
        rules = with_rule(self.rules.all(), rule)
        counts, complete, end = _Counts(rule, rules), True, self.seconds() + _SECONDS
        candidates = self.rows.candidates(folded(rule), limit=MOST_ROWS + 1)
        for number, row in enumerate(candidates, 1):
            if number > MOST_ROWS or self.seconds() > end:
                complete = False
                break
            counts.add(row)
        examples = {row.id: row for row in self.transactions.get_many(counts.examples)}
        return RulePreview(
            matched=counts.matched,
            would_change=counts.would_change,
            other_category=counts.other_category,
            amounts=tuple((currency, counts.amounts[currency]) for currency, _ in counts.rows.most_common()),
            examples=tuple(examples[row_id] for row_id in counts.examples if row_id in examples),
            conflicts=conflicts_of(rule, rules, counts.conflicts),
            complete=complete,
        )


def with_rule(rules: Sequence[Rule], rule: Rule) -> list[Rule]:
    """With `rule` instead of the one with its id, else at the end."""
    if any(other.id == rule.id for other in rules):
        return [rule if other.id == rule.id else other for other in rules]
    return [*rules, rule]


def conflicts_of(rule: Rule, rules: Sequence[Rule], rows: Counter[Rule]) -> tuple[RuleConflict, ...]:
    """rows: for each other rule, how many of the transactions of `rule` it gives another category."""
    order = [other.id for other in rules]
    return tuple(
        RuleConflict(other, count, precedes=order.index(other.id) < order.index(rule.id))
        for other, count in rows.most_common()
    )


@dataclass
class _Counts:
    rule: Rule
    rules: Sequence[Rule]
    """With `rule`."""
    matched: int = 0
    would_change: int = 0
    other_category: int = 0
    amounts: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    rows: Counter[str] = field(default_factory=Counter)
    """By currency."""
    conflicts: Counter[Rule] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._itself, self._all = RuleMatcher((self.rule,)), RuleMatcher(self.rules)
        self._others = RuleMatcher(other for other in self.rules if other.id != self.rule.id)

    def add(self, row: RuleRow) -> None:
        transaction = row.transaction
        if not self._itself.outcome(transaction).applied:
            return
        self.matched += 1
        self.amounts[transaction.currency] += transaction.amount
        self.rows[transaction.currency] += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(row.id)
        other = self._others.outcome(transaction).decider
        if self.rule.category and other and other.category != self.rule.category:
            self.conflicts[other] += 1
        decides, tags = changes(self.rule, self._all, row)
        if decides or tags:
            self.would_change += 1
            self.other_category += decides and row.category != self.rule.category
