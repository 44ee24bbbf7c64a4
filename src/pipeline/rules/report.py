"""How each rule does: what it decided, whether it is dead, and which others contradict it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from src.components.rules.matching import RuleMatcher
from src.domain.rules import Rule, RuleReport, RuleUse
from src.pipeline.rules.preview import conflicts_of

if TYPE_CHECKING:
    from src.services.rules.repository import Rules
    from src.services.rules.transactions import RuleTransactions

NEWEST = 5_000
"""Transactions compared with all rules; with simple rules they take a fraction of a second."""
_SECONDS = 2


@dataclass(frozen=True)
class RuleReports:
    rules: Rules
    rows: RuleTransactions
    seconds: Callable[[], float]
    """A clock that only runs forward."""

    def all(self) -> list[tuple[Rule, RuleReport]]:
        """In the order of the rules. Compares for about two seconds. Raises Unavailable."""
        rules = self.rules.all()
        if not rules:
            return []
        uses, (matching, conflicts) = self.rows.uses(), self._overlaps(rules)
        return [(rule, _report(rule, rules, uses, matching, conflicts)) for rule in rules]

    def _overlaps(self, rules: Sequence[Rule]) -> tuple[set[str], dict[str, Counter[Rule]]]:
        """The ids of the rules that match some of the newest transactions; by id, the contradicting rules."""
        matcher, seen, end = RuleMatcher(rules), set[str](), self.seconds() + _SECONDS
        conflicts: dict[str, Counter[Rule]] = defaultdict(Counter)
        for row in self.rows.candidates(None, limit=NEWEST):
            if self.seconds() > end:
                return {rule.id for rule in rules}, conflicts  # none is known to be dead
            matching = list(matcher.matching(row.transaction))
            seen.update(rule.id for rule in matching)
            deciding = [rule for rule in matching if rule.category is not None]
            for rule in deciding[1:]:
                first = deciding[0]
                if rule.category != first.category:
                    conflicts[rule.id][first] += 1
                    conflicts[first.id][rule] += 1
        return seen, conflicts


def _report(
    rule: Rule,
    rules: Sequence[Rule],
    uses: dict[str, RuleUse],
    matching: set[str],
    conflicts: dict[str, Counter[Rule]],
) -> RuleReport:
    use = uses.get(rule.id, RuleUse())
    has_decided = bool(use.matched or use.overruled)
    return RuleReport(
        use=use,
        dead=rule.enabled and not has_decided and rule.id not in matching,
        conflicts=conflicts_of(rule, rules, conflicts.get(rule.id, Counter())),
    )
