"""Whether the challenger may take the champion's place. The sentences of a verdict are in `reasons.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from src.components.evaluation.bootstrap import CategoryDifference, Comparison, PairedBootstrap
from src.components.evaluation.paired_predictions import Contender, Pairs
from src.components.evaluation.sample_size import (
    between,
    fewest_merchants,
    fewest_to_convince,
    rows_at_first,
    rows_needed,
    rows_to_convince,
)
from src.components.promotion import wording
from src.components.promotion.evidence import Case
from src.components.text.numbers import count, percent
from src.domain.verdicts import Automation, Difference, Footprint, Outcome, Scores, Verdict

PASSING = (Outcome.BETTER, Outcome.FRESHER)
"""What a comparison of two models may come to where the new one is promoted."""


@dataclass(frozen=True)
class Promotion:
    """Better passes; so does what is fresher, seems no worse by more than `margin`, and is shown not to be
    worse by more than a floor. What the rows cannot tell is refused, with how many rows would tell."""

    min_rows: int = 30
    """Held-out rows of a person below which two models are not compared."""
    margin: float = 0.01
    """How much accuracy, and twice how much macro-F1, a fresher model may seem to lose."""
    floor: float = 0.05
    """How much accuracy the interval of a fresher model may reach below the champion."""
    wide_floor: float = 0.10
    """The same of one that seems to lose none: else few could pass where there are few rows to judge by."""
    fresh_share: float = 0.05
    """New labels, as a share of those the champion learned from, that make a model fresher."""
    category_rows: int = 20
    category_fall: float = 0.05
    automation_fall: float = 0.05
    """How much the share categorized automatically may significantly fall."""
    largest_mb: float = 25.0
    slowest_row_ms: float = 25.0
    """Over a hundred times what a model takes on an idle machine: a busy one refuses none."""
    slowest_load_s: float = 20.0
    bootstrap: PairedBootstrap = field(default_factory=PairedBootstrap)

    def decide(self, case: Case) -> Verdict:
        """Weigh the case in the order in which a reader would ask."""
        if case.fault:
            return case.verdict(Outcome.BROKEN, f"The load-and-predict check failed: {case.fault}")
        if heavy := self.too_heavy(case.footprint):
            return case.verdict(Outcome.TOO_HEAVY, wording.too_heavy(heavy))
        if case.champion is None:
            return self._first(case)
        if case.same_data and case.same_answers:
            return case.verdict(Outcome.UNCHANGED, wording.unchanged(case.champion.scores))
        if not case.known_labels and not case.labels:
            return case.verdict(Outcome.FRESHER, wording.NEWER, promoted=True)
        if not len(case.truth):
            needed = self._needed(case, None)
            return case.verdict(Outcome.TOO_FEW, wording.too_few(0, needed), needed=needed)
        return self._compare(case, case.champion)

    def is_better(self, earlier: Scores, challenger: Scores) -> bool:
        """Whether an earlier version that passes as well is to be promoted instead, by the same rows.

        The challenger knows more labels, so it may seem to lose as much as a fresher model may.
        """
        if earlier.accuracy < challenger.accuracy:
            return False
        gained = earlier.accuracy - challenger.accuracy, earlier.macro_f1 - challenger.macro_f1
        return gained[0] > self.margin or gained[1] > 2 * self.margin

    def too_heavy(self, found: Footprint | None) -> list[str]:
        """Each limit that is passed, as a part of a sentence; empty where none is."""
        if found is None:
            return []
        limits = (
            ("the file has", found.megabytes, self.largest_mb, "MB"),
            ("one answer takes", found.per_row_ms, self.slowest_row_ms, "ms"),
            ("loading takes", found.load_s, self.slowest_load_s, "s"),
        )
        return [
            f"{what} {value:.1f} {unit}, {most:g} are allowed"
            for what, value, most, unit in limits
            if value > most
        ]

    def _first(self, case: Case) -> Verdict:
        mine, base = case.challenger.scores, case.majority
        figures = (
            f"right on {percent(mine.accuracy, 1)} of {count(mine.rows)} {case.judged_by}, "
            f"macro-F1 {mine.macro_f1:.3f}; {wording.simplest(base)}"
        )
        if base and not mine.accuracy > base.accuracy:
            return case.verdict(Outcome.NOT_BETTER, f"No better than the simplest answer: {figures}")
        return case.verdict(Outcome.FIRST, f"The first model: {figures}", promoted=True)

    def _compare(self, case: Case, champion: Contender) -> Verdict:
        pairs = Pairs(case.truth, case.merchants, case.money, champion, case.challenger)
        found = self.bootstrap.compare(pairs, self.category_rows)
        rows = len(case.truth)
        if rows < self.min_rows:
            needed = self._needed(case, None)
            words = f"{wording.too_few(rows, needed)} {wording.not_compared(self.min_rows)}"
            return case.verdict(Outcome.TOO_FEW, words, needed=needed)
        outcome, words = self._weigh(case, found)
        if outcome in PASSING and case.automation and self._less_automatic(case.automation):
            outcome, words = (
                Outcome.LESS_AUTOMATIC,
                wording.less_automatic(case.automation, self.automation_fall),
            )
        if outcome is Outcome.TOO_FEW and case.asked_for and rows >= case.asked_for:
            # The rows that were asked for are there. To ask for more now would move the target.
            words = f"{wording.still_not_shown(rows, case.asked_for)} {self._missing(found)}"
            outcome = Outcome.NOT_BETTER
        return case.verdict(
            outcome,
            f"{words} {wording.figures(case.judged_by, pairs, found)}",
            promoted=outcome in PASSING,
            found=found,
            needed=self._needed(case, found) if outcome is Outcome.TOO_FEW else None,
        )

    def _weigh(self, case: Case, found: Comparison) -> tuple[Outcome, str]:
        if fell := [one for one in found.categories if self._fell(one)]:
            return Outcome.CATEGORY_FELL, wording.category_fell(fell, self.category_fall, self.category_rows)
        if _worse(found.accuracy) or _worse(found.macro_f1):
            return Outcome.NOT_BETTER, wording.WORSE
        if _better(found) and found.differing >= fewest_to_convince():
            return Outcome.BETTER, wording.BETTER
        if not self._tells(found):
            return Outcome.TOO_FEW, self._too_few(case, found)
        if found.accuracy.value < -self.margin or found.macro_f1.value < -2 * self.margin:
            return Outcome.NOT_BETTER, wording.seems_worse(self.margin)
        fresh = case.new_labels, case.known_labels
        if case.new_labels > 0 and case.new_labels >= self.fresh_share * case.known_labels:
            return Outcome.FRESHER, wording.fresher(*fresh, self.margin, self._floor(found))
        if _better(found):
            return Outcome.TOO_FEW, self._too_few(case, found)
        return Outcome.NOT_BETTER, wording.not_fresher(*fresh, self.fresh_share)

    def _less_automatic(self, found: Automation) -> bool:
        """A significant fall that the stated precision does not require."""
        fell = _worse(found.difference) and found.difference.value < -self.automation_fall
        return fell and found.merchants >= fewest_to_convince() and not found.imprecise

    def _fell(self, one: CategoryDifference) -> bool:
        enough = one.rows >= self.category_rows
        return enough and _worse(one.recall) and one.recall.value < -self.category_fall

    def _tells(self, found: Comparison) -> bool:
        """Whether the rows rule out a fall of accuracy that matters."""
        floor = self._floor(found)
        return found.accuracy.ci95[0] >= -floor and found.merchants >= fewest_merchants(floor)

    def _floor(self, found: Comparison) -> float:
        return self.wide_floor if found.accuracy.value >= 0 else self.floor

    def _needed(self, case: Case, found: Comparison | None) -> tuple[int, int]:
        """Between how many rows would tell; at most as many as were asked for before.

        found: None where there are too few rows to estimate it from.
        """
        low, high = self._estimated(case, found)
        high = min(high, case.asked_for or high)
        return min(low, high), high

    def _estimated(self, case: Case, found: Comparison | None) -> tuple[int, int]:
        rows, least = len(case.truth), self.min_rows
        if found is None:
            return least, max(least, rows_at_first(self.wide_floor))
        if _better(found):
            needed = max(least, rows_to_convince(rows, found.differing))
            return between(needed, rows, found.differing)
        needed = max(least, rows_needed(found.accuracy, self._floor(found), rows, found.merchants))
        return between(needed, rows, found.differing or found.merchants)

    def _too_few(self, case: Case, found: Comparison) -> str:
        return f"{wording.too_few(len(case.truth), self._needed(case, found))} {self._missing(found)}"

    def _missing(self, found: Comparison) -> str:
        """What the rows do not show."""
        if _better(found):
            return wording.few_speak_for_it(found)
        return wording.must_rule_out(found, self._floor(found))


def _better(found: Comparison) -> bool:
    return found.macro_f1.ci95[0] > 0 or found.accuracy.ci95[0] > 0


def _worse(difference: Difference) -> bool:
    return difference.ci95[1] < 0
