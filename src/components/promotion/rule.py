"""Whether the challenger replaces the champion."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from src.components.evaluation.significance import (
    between,
    fewest_merchants,
    fewest_to_convince,
    rows_at_first,
    rows_needed,
    rows_to_convince,
)
from src.components.promotion.paired_bootstrap import (
    Comparison,
    ModelPredictions,
    PairedBootstrap,
    PairedPredictions,
)
from src.domain.verdicts import (
    Automation,
    Code,
    CodedReason,
    Difference,
    Footprint,
    JudgedOn,
    Outcome,
    Scores,
    SliceScores,
    Verdict,
    Why,
    because,
    reasons_of,
)

PASSING = (Outcome.BETTER, Outcome.FRESHER)
"""Outcomes of a comparison that promote the challenger."""

Reasons = tuple[CodedReason, ...]


@dataclass(frozen=True)
class JudgingEvidence:
    """Everything the rule takes into account.

    The judging rows are the same for both models and trained neither.
    """

    truth: np.ndarray
    """str, shape (n_judging,)."""
    merchants: np.ndarray
    """str, shape (n_judging,)."""
    money: np.ndarray
    """float, shape (n_judging,): how much each row weighs in money-weighted accuracy."""
    challenger: ModelPredictions
    champion: ModelPredictions | None
    majority: Scores | None
    """Of always answering the person's most frequent category, on the same rows; None if there are too few
    labels."""
    lookup: Scores | None
    """Of looking the merchant up, on the same rows; None as above."""
    fault: Why
    """Problems from the load-and-predict check; empty if it passed."""
    same_data: bool
    same_predictions: bool
    """Both models answer every row at hand alike."""
    new_labels: int
    """Training labels given since the champion was trained."""
    known_labels: int
    """A person's labels the champion was trained on."""
    labels: int = 0
    """A person's labels by now."""
    judged_on: JudgedOn = JudgedOn.HOLDOUT
    footprint: Footprint | None = None
    slices: tuple[SliceScores, ...] = ()
    notes: tuple[Why, ...] = ()
    automation: Automation | None = None
    asked_for: int | None = None
    """The least estimate of enough rows in earlier verdicts on this champion with this kind of rows."""

    def verdict(
        self,
        outcome: Outcome,
        reason: Why,
        *,
        promoted: bool = False,
        comparison: Comparison | None = None,
        needed: tuple[int, int] | None = None,
    ) -> Verdict:
        """A verdict with all figures. needed: how many rows would be enough, from and to."""
        return Verdict(
            promoted=promoted,
            outcome=outcome,
            reason=reason,
            challenger=_measured(self.challenger.scores),
            champion=_measured(self.champion.scores) if self.champion else None,
            macro_f1=comparison.macro_f1 if comparison else None,
            accuracy=comparison.accuracy if comparison else None,
            notes=self.notes,
            log_loss=comparison.log_loss if comparison else None,
            money_weighted_accuracy=comparison.money_weighted_accuracy if comparison else None,
            discordance=comparison.discordance if comparison else None,
            merchants=comparison.merchants if comparison else None,
            rows_needed=needed[1] if needed else None,
            rows_needed_low=needed[0] if needed else None,
            majority=_measured(self.majority),
            lookup=_measured(self.lookup),
            slices=self.slices,
            footprint=self.footprint,
            judged_on=self.judged_on,
            against=self.champion.scores.version if self.champion else None,
            automation=self.automation,
        )


@dataclass(frozen=True)
class PromotionRule:
    """A better model passes. So does a fresher one that seems worse by at most `margin` and is shown not to
    be worse by more than a floor. If the rows are too few to tell, the verdict says how many are needed."""

    min_rows: int = 30
    """Held-out rows of a person below which two models are not compared."""
    margin: float = 0.01
    """How much accuracy, and twice how much macro-F1, a fresher model may seem to lose."""
    floor: float = 0.05
    """How much accuracy the interval of a fresher model may reach below the champion."""
    wide_floor: float = 0.10
    """The same for a model that seems to lose none; with `floor`, few could pass on few rows."""
    fresh_share: float = 0.05
    """New labels, as a share of those the champion learned from, that make a model fresher."""
    category_rows: int = 20
    category_fall: float = 0.05
    automation_fall: float = 0.05
    """How much the share categorized automatically may significantly fall."""
    largest_mb: float = 25.0
    slowest_row_ms: float = 25.0
    """Over a hundred times the time on an idle machine, so that a busy machine refuses no model."""
    slowest_load_s: float = 20.0
    bootstrap: PairedBootstrap = field(default_factory=PairedBootstrap)

    def decide(self, evidence: JudgingEvidence) -> Verdict:
        if evidence.fault:
            reason = because(Code.CHECK_FAILED) + reasons_of(evidence.fault)
            return evidence.verdict(Outcome.BROKEN, reason)
        if limits := self._exceeded_limits(evidence.footprint):
            return evidence.verdict(Outcome.TOO_HEAVY, because(Code.TOO_HEAVY, limits=limits))
        if evidence.champion is None:
            return self._judge_first(evidence)
        if evidence.same_data and evidence.same_predictions:
            unchanged = because(Code.UNCHANGED, version=evidence.champion.scores.version)
            return evidence.verdict(Outcome.UNCHANGED, unchanged)
        if not evidence.known_labels and not evidence.labels:
            return evidence.verdict(Outcome.FRESHER, because(Code.NEWER_LEXICON), promoted=True)
        if (rows := len(evidence.truth)) < self.min_rows:
            needed = self._needed(evidence, None)
            reason = because(Code.TOO_FEW, rows=rows, needed=needed)
            reason += because(Code.NOT_COMPARED, min_rows=self.min_rows) if rows else ()
            return evidence.verdict(Outcome.TOO_FEW, reason, needed=needed)
        return self._compare(evidence, evidence.champion)

    def is_better(self, earlier: Scores, challenger: Scores) -> bool:
        """Whether an earlier version that passes too is promoted instead; both are judged on the same rows.

        The challenger knows more labels, so it may seem to lose as much as a fresher model may.
        """
        if earlier.accuracy < challenger.accuracy:
            return False
        gained = earlier.accuracy - challenger.accuracy, earlier.macro_f1 - challenger.macro_f1
        return gained[0] > self.margin or gained[1] > 2 * self.margin

    def _exceeded_limits(self, footprint: Footprint | None) -> list[tuple[str, float, float]]:
        """(measure, value, limit) of each limit that the model exceeds."""
        if footprint is None:
            return []
        limits = (
            ("megabytes", footprint.megabytes, self.largest_mb),
            ("per_row_ms", footprint.per_row_ms, self.slowest_row_ms),
            ("load_s", footprint.load_s, self.slowest_load_s),
        )
        return [(measure, value, limit) for measure, value, limit in limits if value > limit]

    def _judge_first(self, evidence: JudgingEvidence) -> Verdict:
        scores, majority = evidence.challenger.scores, evidence.majority
        weak = majority is not None and not scores.accuracy > majority.accuracy
        reason = because(
            Code.NO_BETTER_THAN_MAJORITY if weak else Code.FIRST,
            accuracy=scores.accuracy,
            macro_f1=scores.macro_f1,
            rows=scores.rows,
            judged_on=evidence.judged_on.value,
        )
        reason += (
            because(Code.MAJORITY, accuracy=majority.accuracy) if majority else because(Code.NO_MAJORITY)
        )
        return evidence.verdict(Outcome.NOT_BETTER if weak else Outcome.FIRST, reason, promoted=not weak)

    def _compare(self, evidence: JudgingEvidence, champion: ModelPredictions) -> Verdict:
        pairs = PairedPredictions(
            evidence.truth, evidence.merchants, evidence.money, champion, evidence.challenger
        )
        comparison, rows = self.bootstrap.compare(pairs, self.category_rows), len(evidence.truth)
        outcome, reason = self._judge(evidence, comparison)
        if outcome in PASSING and (less_automatic := self._less_automatic(evidence.automation)):
            outcome, reason = Outcome.LESS_AUTOMATIC, less_automatic
        if outcome is Outcome.TOO_FEW and evidence.asked_for and rows >= evidence.asked_for:
            # The rows that an earlier verdict asked for are there; asking for more would move the target.
            outcome = Outcome.NOT_BETTER
            reason = because(Code.STILL_NOT_SHOWN, rows=rows, needed=evidence.asked_for)
            reason += self._what_is_missing(comparison)
        return evidence.verdict(
            outcome,
            reason + _figures(evidence, champion.scores, comparison),
            promoted=outcome in PASSING,
            comparison=comparison,
            needed=self._needed(evidence, comparison) if outcome is Outcome.TOO_FEW else None,
        )

    def _judge(self, evidence: JudgingEvidence, comparison: Comparison) -> tuple[Outcome, Reasons]:
        if fallen := self._fallen_categories(comparison):
            return Outcome.CATEGORY_FELL, fallen
        if _worse(comparison.accuracy) or _worse(comparison.macro_f1):
            return Outcome.NOT_BETTER, because(Code.WORSE)
        if _better(comparison) and comparison.differing >= fewest_to_convince():
            return Outcome.BETTER, because(Code.BETTER)
        if not self._rules_out_a_fall(comparison):
            return Outcome.TOO_FEW, self._too_few(evidence, comparison)
        if comparison.accuracy.value < -self.margin or comparison.macro_f1.value < -2 * self.margin:
            margins = {"margin": self.margin, "margin_f1": 2 * self.margin}
            return Outcome.NOT_BETTER, because(Code.SEEMS_WORSE, **margins)
        labels = {"new": evidence.new_labels, "known": evidence.known_labels}
        if evidence.new_labels > 0 and evidence.new_labels >= self.fresh_share * evidence.known_labels:
            limits = {"margin": self.margin, "floor": self._floor(comparison)}
            return Outcome.FRESHER, because(Code.FRESHER, **labels, **limits)
        if _better(comparison):
            return Outcome.TOO_FEW, self._too_few(evidence, comparison)
        return Outcome.NOT_BETTER, because(Code.NOT_FRESHER, **labels, share=self.fresh_share)

    def _fallen_categories(self, comparison: Comparison) -> Reasons:
        """Empty if none fell."""
        fallen = [
            (category.category, _numbers(category.recall), category.rows)
            for category in comparison.categories
            if category.rows >= self.category_rows and _fell(category.recall, self.category_fall)
        ]
        limits = {"min_rows": self.category_rows, "limit": self.category_fall}
        return because(Code.CATEGORY_FELL, categories=fallen, **limits) if fallen else ()

    def _less_automatic(self, automation: Automation | None) -> Reasons:
        """Empty without a significant fall, or if the stated precision requires it."""
        if automation is None or automation.imprecise or automation.merchants < fewest_to_convince():
            return ()
        if not _fell(automation.difference, self.automation_fall):
            return ()
        shares = {"champion": automation.champion, "challenger": automation.challenger}
        limits = {"limit": self.automation_fall, "precision": automation.precision}
        reason = because(Code.LESS_AUTOMATIC, rows=automation.rows, **shares, **limits)
        if not automation.judged:
            return reason + because(Code.NONE_AUTOMATIC)
        right = automation.right / automation.judged
        return reason + because(Code.AUTOMATIC_PRECISION, judged=automation.judged, right=right)

    def _rules_out_a_fall(self, comparison: Comparison) -> bool:
        """Whether the rows rule out a fall of accuracy that matters."""
        floor = self._floor(comparison)
        return comparison.accuracy.ci95[0] >= -floor and comparison.merchants >= fewest_merchants(floor)

    def _floor(self, comparison: Comparison) -> float:
        return self.wide_floor if comparison.accuracy.value >= 0 else self.floor

    def _needed(self, evidence: JudgingEvidence, comparison: Comparison | None) -> tuple[int, int]:
        """How many rows would be enough, from and to; at most as many as an earlier verdict asked for.

        comparison: None where there are too few rows to estimate it from.
        """
        low, high = self._estimate(len(evidence.truth), comparison)
        high = min(high, evidence.asked_for or high)
        return min(low, high), high

    def _estimate(self, rows: int, comparison: Comparison | None) -> tuple[int, int]:
        if comparison is None:
            return self.min_rows, max(self.min_rows, rows_at_first(self.wide_floor))
        if _better(comparison):
            needed = rows_to_convince(rows, comparison.differing)
            return between(max(self.min_rows, needed), rows, comparison.differing)
        floor, merchants = self._floor(comparison), comparison.merchants
        needed = max(self.min_rows, rows_needed(comparison.accuracy, floor, rows, merchants))
        return between(needed, rows, comparison.differing or merchants)

    def _too_few(self, evidence: JudgingEvidence, comparison: Comparison) -> Reasons:
        needed = self._needed(evidence, comparison)
        too_few = because(Code.TOO_FEW, rows=len(evidence.truth), needed=needed)
        return too_few + self._what_is_missing(comparison)

    def _what_is_missing(self, comparison: Comparison) -> Reasons:
        """What the rows do not show."""
        if _better(comparison):
            needed = fewest_to_convince()
            return because(Code.TOO_FEW_DIFFER, differing=comparison.differing, needed=needed)
        floor, low = self._floor(comparison), comparison.accuracy.ci95[0]
        if low < -floor:
            missing = because(Code.INTERVAL_TOO_WIDE, floor=floor, possible=-low)
        else:
            counts = {"needed": fewest_merchants(floor), "merchants": comparison.merchants}
            missing = because(Code.TOO_FEW_MERCHANTS, floor=floor, **counts)
        return missing + (because(Code.BETTER_LOG_LOSS) if comparison.log_loss.ci95[1] < 0 else ())


def _figures(evidence: JudgingEvidence, champion: Scores, comparison: Comparison) -> Reasons:
    challenger = evidence.challenger.scores
    return because(
        Code.FIGURES,
        rows=challenger.rows,
        judged_on=evidence.judged_on.value,
        merchants=comparison.merchants,
        accuracy=challenger.accuracy,
        champion_accuracy=champion.accuracy,
        accuracy_difference=_numbers(comparison.accuracy),
        macro_f1=challenger.macro_f1,
        champion_macro_f1=champion.macro_f1,
        macro_f1_difference=_numbers(comparison.macro_f1),
    )


def _numbers(difference: Difference) -> list[float]:
    return [difference.value, *difference.ci95]


def _better(comparison: Comparison) -> bool:
    return comparison.macro_f1.ci95[0] > 0 or comparison.accuracy.ci95[0] > 0


def _worse(difference: Difference) -> bool:
    return difference.ci95[1] < 0


def _fell(difference: Difference, limit: float) -> bool:
    return _worse(difference) and difference.value < -limit


def _measured(scores: Scores | None) -> Scores | None:
    """None for scores of no rows."""
    return scores if scores and scores.rows else None
