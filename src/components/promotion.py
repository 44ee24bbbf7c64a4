"""Whether the challenger may take the champion's place, said in sentences a user can read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from src.components.comparison import CategoryDifference, Comparison, PairedBootstrap
from src.domain import Difference, Outcome, Scores, Verdict

_NEWER = (
    "You have not answered yet, so nothing of yours could judge. Both models know the shipped lexicon alone, "
    "and this one its newer version."
)


@dataclass(frozen=True)
class Contender:
    scores: Scores
    answers: np.ndarray
    """str, shape (n_judging,): one category per judging row."""


@dataclass(frozen=True)
class Case:
    """Everything a verdict rests on. The judging rows are the same for both and trained neither."""

    truth: np.ndarray
    """str, shape (n_judging,)."""
    merchants: np.ndarray
    """str, shape (n_judging,)."""
    challenger: Contender
    champion: Contender | None
    judged_by: str
    """What the judging rows are, in words: "held-out rows of yours"."""
    majority: Scores
    """Of always answering the most frequent category, on the same rows."""
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
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Promotion:
    min_rows: int = 30
    """Held-out rows of a person below which two models are not compared."""
    margin: float = 0.01
    """How much accuracy, and twice how much macro-F1, a fresher model may seem to lose."""
    floor: float = 0.05
    """How much accuracy the interval of a fresher model may reach below the champion."""
    fresh_share: float = 0.05
    """New labels, as a share of those the champion learned from, that make a model fresher."""
    category_rows: int = 20
    category_fall: float = 0.05
    bootstrap: PairedBootstrap = field(default_factory=PairedBootstrap)

    def decide(self, case: Case) -> Verdict:
        """Weigh the case in the order in which a reader would ask."""
        if case.fault:
            return _refuse(case, Outcome.BROKEN, f"The load-and-predict check failed: {case.fault}")
        if case.champion is None:
            return self._first(case)
        if case.same_data and case.same_answers:
            return _refuse(case, Outcome.UNCHANGED, _unchanged(case.champion.scores))
        if not case.known_labels and not case.labels:
            return _verdict(case, True, Outcome.FRESHER, _NEWER)
        if len(case.truth) < self.min_rows:
            return _refuse(case, Outcome.TOO_FEW, self._too_few(len(case.truth)))
        return self._compare(case, case.champion)

    def _first(self, case: Case) -> Verdict:
        mine, base = case.challenger.scores, case.majority
        figures = (
            f"right on {mine.accuracy:.1%} of {mine.rows} {case.judged_by}, macro-F1 {mine.macro_f1:.3f}; "
            f"always answering the most frequent category is right on {base.accuracy:.1%}."
        )
        if not mine.accuracy > base.accuracy:
            return _refuse(case, Outcome.NOT_BETTER, f"No better than the simplest answer: {figures}")
        return _verdict(case, True, Outcome.FIRST, f"The first model: {figures}")

    def _compare(self, case: Case, champion: Contender) -> Verdict:
        found = self.bootstrap.compare(
            case.truth, champion.answers, case.challenger.answers, case.merchants, self.category_rows
        )
        fell = [one for one in found.categories if self._fell(one)]
        figures = _figures(case, champion.scores, found)
        if fell:
            outcome, words = Outcome.CATEGORY_FELL, f"It would forget {_listed(fell)}; the champion stays."
        elif _better(found):
            outcome, words = Outcome.BETTER, "Better than the champion."
        elif self._fresher(case, found):
            outcome, words = Outcome.FRESHER, self._fresher_words(case)
        else:
            outcome, words = Outcome.NOT_BETTER, "Not shown to be better; the champion stays."
        promoted = outcome in (Outcome.BETTER, Outcome.FRESHER)
        return _verdict(case, promoted, outcome, f"{words} {figures}", found)

    def _fell(self, one: CategoryDifference) -> bool:
        enough = one.rows >= self.category_rows
        return enough and _worse(one.recall) and one.recall.value < -self.category_fall

    def _fresher(self, case: Case, found: Comparison) -> bool:
        enough = case.new_labels > 0 and case.new_labels >= self.fresh_share * case.known_labels
        accuracy, macro = found.accuracy, found.macro_f1
        kept = accuracy.value >= -self.margin and macro.value >= -2 * self.margin
        sure = accuracy.ci95[0] >= -self.floor and not _worse(accuracy) and not _worse(macro)
        return enough and kept and sure

    def _fresher_words(self, case: Case) -> str:
        allowed = f"accuracy at most {self.margin:.0%} lower, surely under {self.floor:.0%}"
        fresh = f"{case.new_labels} new labels beside the {case.known_labels} it learned"
        return f"As good as the champion ({allowed}) and fresher: {fresh}."

    def _too_few(self, rows: int) -> str:
        return (
            f"Too few rows to tell (n = {rows}; about {self.min_rows} are needed): the champion stays; "
            "your corrections still decide at once through the memory."
        )


def _better(found: Comparison) -> bool:
    """One measure surely better, the other not surely worse."""
    better = found.macro_f1.ci95[0] > 0 or found.accuracy.ci95[0] > 0
    return better and not _worse(found.macro_f1) and not _worse(found.accuracy)


def _worse(difference: Difference) -> bool:
    return difference.ci95[1] < 0


def _refuse(case: Case, outcome: Outcome, reason: str) -> Verdict:
    return _verdict(case, False, outcome, reason)


def _verdict(
    case: Case, promoted: bool, outcome: Outcome, reason: str, found: Comparison | None = None
) -> Verdict:
    return Verdict(
        promoted=promoted,
        outcome=outcome,
        reason=reason,
        challenger=_judged(case.challenger),
        champion=_judged(case.champion),
        macro_f1=found.macro_f1 if found else None,
        accuracy=found.accuracy if found else None,
        notes=case.notes,
    )


def _judged(contender: Contender | None) -> Scores | None:
    """None where there was no row to judge by: a score of no rows says nothing."""
    return contender.scores if contender and contender.scores.rows else None


def _unchanged(champion: Scores) -> str:
    return (
        f"Nothing has changed: the same data and the same answers as the champion (version "
        f"{champion.version}), which stays."
    )


def _figures(case: Case, champion: Scores, found: Comparison) -> str:
    mine = case.challenger.scores
    return (
        f"On the same {mine.rows} {case.judged_by} ({found.merchants} merchants): "
        f"accuracy {mine.accuracy:.1%} against {champion.accuracy:.1%} ({_spoken(found.accuracy)}), "
        f"macro-F1 {mine.macro_f1:.3f} against {champion.macro_f1:.3f} ({_spoken(found.macro_f1)})."
    )


def _listed(fell: list[CategoryDifference]) -> str:
    return ", ".join(f"{one.category} (recall {_spoken(one.recall)} on {one.rows} rows)" for one in fell)


def _spoken(difference: Difference) -> str:
    low, high = difference.ci95
    return f"{difference.value:+.3f}, 95 % between {low:+.3f} and {high:+.3f}"
