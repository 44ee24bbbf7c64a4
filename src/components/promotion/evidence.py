"""What is put before the judge, and the form of what the judge hands back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from src.components.evaluation.bootstrap import Comparison
from src.components.evaluation.paired_predictions import Contender
from src.domain.verdicts import Automation, Footprint, JudgedOn, Outcome, Scores, SliceScores, Verdict


@dataclass(frozen=True)
class Case:
    """Everything a verdict rests on. The judging rows are the same for both and trained neither."""

    truth: np.ndarray
    """str, shape (n_judging,)."""
    merchants: np.ndarray
    """str, shape (n_judging,)."""
    money: np.ndarray
    """float, shape (n_judging,): how much each row weighs in money-weighted accuracy."""
    challenger: Contender
    champion: Contender | None
    judged_by: str
    """What the judging rows are, in words: "held-out rows of yours"."""
    majority: Scores | None
    """Of always answering the person's most frequent category, on the same rows; None where they have too few
    labels."""
    lookup: Scores | None
    """Of looking the merchant up, on the same rows; None as above."""
    fault: str
    """What the load-and-predict check found wrong, as a sentence; "" where it passed."""
    same_data: bool
    same_answers: bool
    """Both models answer every row at hand alike."""
    new_labels: int
    """Training labels given since the champion was trained."""
    known_labels: int
    """Labels of a person the champion was trained on."""
    labels: int = 0
    """Labels of a person there are by now."""
    footprint: Footprint | None = None
    slices: tuple[SliceScores, ...] = ()
    notes: tuple[str, ...] = ()
    judged_on: JudgedOn | None = None
    automation: Automation | None = None
    asked_for: int | None = None
    """The fewest rows that earlier verdicts on this champion, by this kind of rows, said would be enough."""

    def verdict(
        self,
        outcome: Outcome,
        reason: str,
        *,
        promoted: bool = False,
        found: Comparison | None = None,
        needed: tuple[int, int] | None = None,
    ) -> Verdict:
        """`outcome` with everything that was known; needed: between how many rows would tell."""
        return Verdict(
            promoted=promoted,
            outcome=outcome,
            reason=reason,
            challenger=_judged(self.challenger.scores),
            champion=_judged(self.champion.scores) if self.champion else None,
            macro_f1=found.macro_f1 if found else None,
            accuracy=found.accuracy if found else None,
            notes=self.notes,
            log_loss=found.log_loss if found else None,
            money_weighted_accuracy=found.money_weighted_accuracy if found else None,
            discordance=found.discordance if found else None,
            merchants=found.merchants if found else None,
            rows_needed=needed[1] if needed else None,
            rows_needed_low=needed[0] if needed else None,
            majority=_judged(self.majority),
            lookup=_judged(self.lookup),
            slices=self.slices,
            footprint=self.footprint,
            judged_on=self.judged_on,
            against=self.champion.scores.version if self.champion else None,
            automation=self.automation,
        )


def _judged(scores: Scores | None) -> Scores | None:
    """None where there was no row to judge by: a score of no rows says nothing."""
    return scores if scores and scores.rows else None
