"""Everything the promotion rule takes into account."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from src.components.evaluation.bootstrap import Comparison
from src.components.evaluation.paired_predictions import ModelPredictions
from src.domain.verdicts import Automation, Footprint, JudgedOn, Outcome, Scores, SliceScores, Verdict, Why


@dataclass(frozen=True)
class Evidence:
    """The judging rows are the same for both models and trained neither."""

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
    same_answers: bool
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


def _measured(scores: Scores | None) -> Scores | None:
    """None for scores of no rows."""
    return scores if scores and scores.rows else None
