"""Compare candidate classifiers on the training rows, calibrate the best one and fit it on all rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd
from scipy.special import softmax
from sklearn.pipeline import Pipeline

from src.components.dataset.own_category_names import LexiconRenaming
from src.components.features.linear_form import apply_calibration
from src.components.model.calibration import ConfidenceMap, choose_map
from src.components.model.candidates import (
    CANDIDATES,
    Candidate,
    CandidateScores,
    Evaluate,
    Fold,
    OneByOne,
    log_losses,
)
from src.components.model.selection_rows import DeploymentWeights, SelectionRows
from src.components.model.typical_amounts_weight import TypicalAmountsWeight, gain_in_standard_errors

NEAR = 0.01
"""A smaller difference in macro-F1 is a tie, which log loss breaks."""
USUAL_AMOUNTS = "usual amounts"
"""The name under which the choice of their weight is skipped if there is no time for it."""


class Skipped(StrEnum):
    """Why a candidate is not in the result. Logged to MLflow, from which a repeated run reads it."""

    WEAKER = "weaker"
    """Clearly weaker than the best one on the first fold."""
    NO_TIME = "no-time"
    NO_TIME_LATER = "no-time-later"
    """No time for more than the first fold."""


@dataclass(frozen=True, kw_only=True)
class CandidateResult(Candidate):
    scores: dict[str, float]
    """`macro_f1`, `accuracy`, `log_loss` on the judged rows, and the `temperature` that calibrates."""


@dataclass(frozen=True)
class SearchResult:
    candidates: list[CandidateResult]
    """Those evaluated on every fold, best first."""
    best: CandidateResult
    out_of_fold: np.ndarray
    """Calibrated probabilities of the best one, shape (n_rows, n_classes); nan for a row not judged."""
    calibration: ConfidenceMap
    """Of the best one."""
    model: Pipeline
    """The best one, calibrated and fitted on all rows."""
    classes: list[str]
    calibration_weights: np.ndarray
    """Shape (n_rows,): how many transactions each row represents where confidence is measured; 0 for a row
    of a merchant that its model knew, or in no fold."""
    skipped: dict[str, Skipped]
    """By candidate, or USUAL_AMOUNTS."""
    usual_weight: float
    """Weight of the typical-amount features in the model; 0 if they were not clearly useful."""


@dataclass(frozen=True)
class Search:
    """All candidates are evaluated on the first fold, and those not clearly weaker on the others.

    Rows count as they will occur in use: known merchants, new merchants and new categories in the proportion
    of the person's newest rows. Confidence is measured on new merchants only, because the memory decides for
    known ones.

    Deterministic for a seed, except for what the time budget skips; `left_out` repeats that too. The first
    candidate is always evaluated, whatever the budget, which also excludes the final fit on all rows.
    """

    trials: Sequence[Candidate] = CANDIDATES
    kept: float = 0.5
    """Minimum share of the candidates that continue after the first fold."""
    margin: float = 2.0
    """Other candidates continue too if they are less than this many standard errors weaker than the best."""
    budget_s: float = float("inf")
    clock: Callable[[], float] = field(default=lambda: 0.0, repr=False)
    """Seconds, monotonic; the default is always 0, so the budget is never used up."""
    evaluate: Evaluate = field(default=OneByOne(), repr=False)
    """Does it here, or on other machines; the result is the same."""
    seed: int = 0
    usual: TypicalAmountsWeight = field(default_factory=TypicalAmountsWeight)
    proportion: DeploymentWeights = field(default_factory=DeploymentWeights)
    left_out: Mapping[str, str] | None = None
    """For a repeated search, which skips exactly these: what was skipped then, and why."""

    def run(
        self,
        rows: pd.DataFrame,
        weights: np.ndarray,
        folds: np.ndarray,
        judged: np.ndarray,
        progress: Callable[[float], None],
        *,
        subjects: np.ndarray,
        excluded: np.ndarray,
        lexicon: str = "",
        smoothing: Mapping[str, float] | None = None,
        renaming: LexiconRenaming | None = None,
    ) -> SearchResult:
        """Search, calibrate, and fit the best candidate on all rows.

        rows: in ROW_COLUMNS form. weights: shape (n_rows,), positive, used in every fit.
        folds: int, shape (n_rows,); models that predict a row of fold k have not seen fold k; a row with a
        negative number trains in every fold. judged: bool, shape (n_rows,), the rows that score candidates
        and set their temperature; if none is, all rows in folds do.
        progress: receives the share done, 0..1; an exception it raises ends the search.
        subjects: str, shape (n_rows,), what a row is about, such as its merchant. excluded: str, shape
        (n_rows,), the subject that the model predicting the row has not learned from, "" for none.
        lexicon: as of `lexicon_text`. smoothing: by field token, as of
        `LinearCategorizer.smoothed`; the search itself ignores it.
        renaming: names the lexicon's rows for each fold by what it learns from; None leaves them.
        Raises NotEnoughData if no fold leaves rows to learn from.
        """
        selection = SelectionRows(
            rows, weights, folds, judged, subjects, excluded, self.proportion, renaming, lexicon
        )
        return _SearchRun(self, selection, progress, lexicon).run(smoothing or {})


class _SearchRun:
    """One run of a search: the candidates left, and their scores so far."""

    def __init__(
        self, search: Search, rows: SelectionRows, progress: Callable[[float], None], lexicon: str
    ) -> None:
        self._search, self._rows, self._progress, self._lexicon = search, rows, progress, lexicon
        self._began = search.clock()
        self._running = list(search.trials)
        self._scores: dict[str, list[np.ndarray]] = defaultdict(list)
        """By candidate: uncalibrated scores of the judged rows of each fold so far."""
        self._seconds: dict[str, float] = {}
        self._skipped: dict[str, Skipped] = {}
        self._min_kept = max(1, round(len(search.trials) * search.kept))
        self._fits = len(search.trials) + self._min_kept * (len(rows.held_out) - 1) + 1
        self._fitted = 0

    def run(self, smoothing: Mapping[str, float]) -> SearchResult:
        self._first_fold()
        if len(self._rows.held_out) > 1:
            self._narrow()
        self._other_folds()
        results = _ranked([self._result(candidate) for candidate in self._running])
        best = results[0]
        out_of_fold, calibration = self._calibrated(best)
        self._scores.clear()
        usual_weight = self._usual_weight(best)
        model = self._fit_all(best, calibration, usual_weight, smoothing)
        self._progress(1.0)
        return SearchResult(
            results,
            best,
            out_of_fold,
            calibration,
            model,
            self._rows.classes.tolist(),
            self._rows.calibration_weights,
            self._skipped,
            usual_weight,
        )

    def _first_fold(self) -> None:
        fold, best_guess = self._rows.fold(0), self._running[0]
        for group in self._groups():
            self._evaluate(
                [
                    candidate
                    for candidate in group
                    if candidate is best_guess or self._is_in_time(candidate, 0, Skipped.NO_TIME)
                ],
                fold,
            )

    def _narrow(self) -> None:
        """Sort by the first fold; beyond the minimum, drop the candidates that are clearly weaker."""
        rows = self._rows.judged_in(0)
        truth, merchants = self._rows.truth[rows], self._rows.subjects[rows]
        # These rows already occur in the person's own proportion.
        weights = np.where(self._rows.as_in_use, 1.0, self._rows.judge_weights)[rows]
        by_candidate = [self._scores[candidate.name][0] for candidate in self._running]
        scores = [CandidateScores.of(of_rows, truth, weights, slice(None)) for of_rows in by_candidate]
        # Ranks in macro-F1 and log loss are added: on few rows, one of them alone misleads.
        ranks = _ranks([-score.macro_f1 for score in scores]) + _ranks([score.log_loss for score in scores])
        order = np.argsort(ranks, kind="stable")
        right = [(of_rows.argmax(axis=1) == truth) / np.bincount(truth)[truth] for of_rows in by_candidate]
        losses = [
            log_losses(of_rows, score.temperature, truth)
            for of_rows, score in zip(by_candidate, scores, strict=True)
        ]
        best, running = order[0], self._running
        self._running = [running[number] for number in order]
        for number in order[self._min_kept :]:
            # In balanced accuracy or log loss; errors cluster by merchant.
            gains = right[best] - right[number], losses[number] - losses[best]
            if any(gain_in_standard_errors(gain, merchants) > self._search.margin for gain in gains):
                self._skip(running[number], Skipped.WEAKER)
        self._fits = self._fitted + len(self._running) * (len(self._rows.held_out) - 1) + 1

    def _other_folds(self) -> None:
        """One fold after the other, so that one is in memory. Who gets time for the next gets it for all."""
        best_so_far, others = self._running[0], len(self._rows.held_out) - 1
        promised_s = 0.0
        for position in range(1, others + 1):
            fold = self._rows.fold(position)
            for group in self._groups():
                ready = []
                for candidate in group:
                    seconds = self._seconds[candidate.name]
                    needed_s = promised_s + seconds * others
                    in_time = position > 1 or candidate is best_so_far
                    if in_time or self._is_in_time(candidate, needed_s, Skipped.NO_TIME_LATER):
                        ready.append(candidate)
                        promised_s += seconds * (others - 1) / self._search.evaluate.at_once
                self._evaluate(ready, fold)
            del fold  # before the next one is made

    def _groups(self) -> Iterator[list[Candidate]]:
        """The candidates that are left, as many at once as can be evaluated at the same time."""
        running, size = list(self._running), self._search.evaluate.at_once
        return (running[start : start + size] for start in range(0, len(running), size))

    def _evaluate(self, group: Sequence[Candidate], fold: Fold) -> None:
        began = self._search.clock()
        evaluated = self._search.evaluate(fold, group, self._rows.classes, self._search.seed)
        for candidate, scores in zip(group, evaluated, strict=True):
            self._scores[candidate.name].append(scores)
            self._seconds[candidate.name] = self._search.clock() - began
            self._fitted += 1
            self._progress(min(self._fitted / self._fits, 1.0))

    def _usual_weight(self, best: CandidateResult) -> float:
        """Candidates are compared without typical amounts; then the best one may get them."""
        choice, search = self._search.usual, self._search
        seconds = self._seconds[best.name] * len(choice.choices)
        if not self._has_time(USUAL_AMOUNTS, seconds, Skipped.NO_TIME_LATER):
            self._skipped[USUAL_AMOUNTS] = Skipped.NO_TIME_LATER
            return choice.choices[0]
        rows, temperature = self._rows, best.scores["temperature"]
        return choice.choose(rows.rows, rows.weights, best, temperature, self._lexicon, search.seed)

    def _skip(self, candidate: Candidate, why: Skipped) -> None:
        self._running.remove(candidate)
        self._scores.pop(candidate.name, None)
        self._skipped[candidate.name] = why

    def _is_in_time(self, candidate: Candidate, needed_s: float, else_why: Skipped) -> bool:
        """Whether there is time to evaluate the candidate; else it is skipped."""
        if in_time := self._has_time(candidate.name, needed_s, else_why):
            return in_time
        self._skip(candidate, else_why)
        return False

    def _has_time(self, name: str, needed_s: float, else_why: Skipped) -> bool:
        if self._search.left_out is not None:
            return self._search.left_out.get(name) != else_why
        return self._search.budget_s - (self._search.clock() - self._began) > needed_s

    def _result(self, candidate: Candidate) -> CandidateResult:
        rows, judged = self._rows, self._rows.judged
        scores = CandidateScores.of(
            self._judged_scores(candidate),
            rows.truth[judged],
            rows.judge_weights[judged],
            rows.calibrating[judged],
        )
        return CandidateResult(**vars(candidate), scores=asdict(scores))

    def _judged_scores(self, candidate: Candidate) -> np.ndarray:
        """Shape (n_judged, n_classes), in the order of the rows."""
        rows = self._rows
        scores = np.empty((len(rows.rows), len(rows.classes)))
        for position, of_fold in enumerate(self._scores[candidate.name]):
            scores[rows.judged_in(position)] = of_fold
        return scores[rows.judged]

    def _calibrated(self, best: CandidateResult) -> tuple[np.ndarray, ConfidenceMap]:
        rows = self._rows
        probabilities = softmax(self._judged_scores(best) / best.scores["temperature"], axis=1)
        measured = probabilities[rows.calibrating[rows.judged]]
        calibration = choose_map(
            measured.max(axis=1),
            measured.argmax(axis=1) == rows.truth[rows.calibrating],
            rows.calibration_weights[rows.calibrating],
            rows.subjects[rows.calibrating],
        )
        out_of_fold = np.full((len(rows.rows), len(rows.classes)), np.nan)
        out_of_fold[rows.judged] = apply_calibration(
            probabilities, calibration.confidence, calibration.calibrated
        )
        return out_of_fold, calibration

    def _fit_all(
        self,
        best: CandidateResult,
        calibration: ConfidenceMap,
        usual_weight: float,
        smoothing: Mapping[str, float],
    ) -> Pipeline:
        rows = self._rows
        features, X = rows.features(usual_weight)
        classifier = best.classifier(seed=self._search.seed, temperature=best.scores["temperature"])
        classifier.fit(X, rows.rows["category"].to_numpy(str), rows.weights)
        classifier.calibrated(calibration).smoothed(features.smoothing(smoothing))
        return Pipeline([("features", features), ("classifier", classifier)])


def _ranks(values: Sequence[float]) -> np.ndarray:
    """0 for the smallest value; equal values share a rank."""
    return np.unique(np.asarray(values), return_inverse=True)[1]


def _ranked(results: Sequence[CandidateResult]) -> list[CandidateResult]:
    """By macro-F1; of those tied with the first, the one with the least log loss comes first."""
    ranked = sorted(results, key=lambda result: (-result.scores["macro_f1"], result.scores["log_loss"]))
    tied = [result for result in ranked if result.scores["macro_f1"] >= ranked[0].scores["macro_f1"] - NEAR]
    best = min(tied, key=lambda result: result.scores["log_loss"])
    return [best, *(result for result in ranked if result is not best)]
