"""Which family of classifiers, with which parameters, knows these rows best."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import softmax
from sklearn.pipeline import Pipeline

from src.components.dataset.deployment_weights import KNOWN, DeploymentWeights, row_kinds
from src.components.dataset.ingestion import labelled_by_person
from src.components.dataset.lexicon_training_rows import hidden_phrases
from src.components.dataset.schema import MODEL_FIELDS
from src.components.dataset.splitting import learns_for
from src.components.features.linear_form import apply_calibration
from src.components.features.vectorizer import TransactionFeatures
from src.components.model.calibration import ConfidenceMap, choose_map
from src.components.model.candidates import CANDIDATES, LEAST_PROBABILITY, Candidate, CandidateScores, Fold
from src.components.model.typical_amounts_weight import TypicalAmountsWeight, gain_in_standard_errors
from src.domain.feedback import LabelSource
from src.errors import NotEnoughData

NEAR = 0.01
"""Macro-F1 so close is a tie, which log loss breaks."""
USUAL_AMOUNTS = "usual amounts"
"""By this name the choice of their weight is left out where there is no time for it."""
NO_TIME = "no time"
NO_TIME_LATER = "no time for more than the first fold"


@dataclass(frozen=True)
class CandidateResult:
    name: str
    family: str
    params: dict[str, Any]
    scores: dict[str, float]
    """`macro_f1`, `accuracy`, `log_loss` on the judged rows, and the `temperature` that calibrates."""
    out_of_fold: np.ndarray
    """Calibrated probabilities, shape (n_rows, n_classes); nan for a row that is in no fold."""
    calibration: ConfidenceMap = field(default_factory=ConfidenceMap)


@dataclass(frozen=True)
class SkippedCandidate:
    """A trial that was not seen through."""

    name: str
    why: str
    """`weaker on the first fold`, NO_TIME or NO_TIME_LATER."""


@dataclass(frozen=True)
class SearchResult:
    candidates: list[CandidateResult]
    """Those answered for on every fold, best first."""
    best: CandidateResult
    model: Pipeline
    """The best one, calibrated and fitted on all rows."""
    classes: list[str]
    judges: np.ndarray
    """Shape (n_rows,): for how many transactions the answer for each row stands where confidence is measured;
    0 for a row of a merchant that its model knew, or of no fold."""
    left_out: list[SkippedCandidate] = field(default_factory=list)
    usual_weight: float = 0.0
    """What the amount beside the usual one adds in the model; 0 where it was not clearly of use."""


@dataclass(frozen=True)
class Search:
    """Every trial answers for the first fold; those that are not clearly weaker answer for the others.

    A trial is scored on rows as they will come: known merchants, new ones and new categories in the
    proportion of the person's own newest rows. Confidence is measured on new merchants alone: the memory
    answers for the others.

    Deterministic for a seed, but for what the budget has no time for, and `repeating` repeats that too. The
    best guess is always seen through, whatever the budget; the last fit on all rows is not part of it.
    """

    trials: Sequence[Candidate] = CANDIDATES
    kept: float = 0.5
    """The least share of the trials that go on after the first fold."""
    margin: float = 2.0
    """Of the others, those go on that are not weaker than the first by so many standard errors."""
    budget_s: float = float("inf")
    clock: Callable[[], float] = field(default=lambda: 0.0, repr=False)
    """Seconds, monotonic; the default one stands still, so that no budget is ever used up."""
    seed: int = 0
    usual: TypicalAmountsWeight = field(default_factory=TypicalAmountsWeight)
    proportion: DeploymentWeights = field(default_factory=DeploymentWeights)
    left_out: Mapping[str, str] | None = None
    """For a search that is repeated: by trial, why it was left out then."""

    def best_guess(self) -> Self:
        """The same without the other candidates."""
        return replace(self, trials=self.trials[:1])

    def repeating(self, left_out: Mapping[str, str]) -> Self:
        """The search that left these out, by name and why: it has no time for these, and for all others."""
        return replace(self, left_out=left_out)

    def run(
        self,
        rows: pd.DataFrame,
        weights: np.ndarray,
        folds: np.ndarray,
        judged: np.ndarray,
        progress: Callable[[float], None],
        subjects: np.ndarray | None = None,
        excluded: np.ndarray | None = None,
        lexicon: str = "",
        doubts: Mapping[str, float] = MappingProxyType({}),
    ) -> SearchResult:
        """Search, calibrate, and fit the winner on all rows.

        rows: in ROW_COLUMNS form. weights: shape (n_rows,), positive, used in every fit.
        folds: int, shape (n_rows,); a row of fold k is answered by models that have not seen fold k, and a
        negative number means a row that trains for every fold. judged: bool, shape (n_rows,), the rows whose
        answers score a candidate and set its temperature; where none is, all that are answered.
        progress: is told the share done, 0..1; what it raises ends the search.
        subjects: str, shape (n_rows,), what a row is about; None is one for each row. excluded: str, shape
        (n_rows,), the subject that a model which answers for the row has not learned of, "" for none; None is
        its own.
        lexicon: whose opinion the model hears, as of `opinion.lexicon_text`. doubts: by field token, how far
        the model that is handed over is to doubt a row that has it; the search itself does without.
        Raises NotEnoughData where no fold leaves rows to learn from.
        """
        return _Race(
            self,
            rows,
            weights,
            np.asarray(folds),
            np.asarray(judged, bool),
            progress,
            np.arange(len(rows)).astype(str) if subjects is None else subjects,
            excluded,
            lexicon,
            doubts,
        ).run()


class _Race:
    """One run of a search: who is still in it, and what each has answered so far."""

    def __init__(
        self,
        search: Search,
        rows: pd.DataFrame,
        weights: np.ndarray,
        folds: np.ndarray,
        judged: np.ndarray,
        progress: Callable[[float], None],
        subjects: np.ndarray,
        excluded: np.ndarray | None,
        lexicon: str,
        doubts: Mapping[str, float],
    ) -> None:
        self._search, self._rows, self._weights, self._progress = search, rows, weights, progress
        self._subjects, self._lexicon, self._doubts = subjects, lexicon, doubts
        self._excluded = subjects if excluded is None else excluded
        self._began = search.clock()
        self._classes, self._truth = np.unique(rows["category"].to_numpy(str), return_inverse=True)
        answered = folds >= 0
        self._judged = answered & judged if (answered & judged).any() else answered
        kind = row_kinds(rows["category"].to_numpy(str), folds, subjects, self._excluded)
        self._as_in_use = as_in_use = self._excluded == ""
        self._judges = _weights_as_judges(rows, weights)
        self._judges[self._judged] *= search.proportion.weights(
            kind[self._judged], self._as_in_use[self._judged]
        )
        self._calibrating = self._judged & (kind != KNOWN)
        if not self._calibrating.any():
            self._calibrating = self._judged
        measured = np.where(self._calibrating, self._judges, 0.0)
        self._measures = measured * self._calibrating.sum() / measured.sum() if as_in_use.any() else measured
        self._hidden = hidden_phrases(rows)
        self._held_out = [folds == number for number in self._numbers(folds)]
        self._running = list(search.trials)
        self._scores = {trial.name: self._no_answers() for trial in search.trials}
        self._seconds: dict[str, float] = {}
        self._left_out: list[SkippedCandidate] = []
        self._places = max(1, round(len(search.trials) * search.kept))
        self._fits = len(search.trials) + self._places * (len(self._held_out) - 1) + 1
        self._fitted = 0

    def run(self) -> SearchResult:
        self._first_fold()
        self._narrow()
        self._other_folds()
        candidates = _ranked([self._candidate(trial) for trial in self._running])
        usual = self._usual_weight(candidates[0])
        model = self._fit_all(candidates[0], usual)
        self._progress(1.0)
        return SearchResult(
            candidates, candidates[0], model, self._classes.tolist(), self._measures, self._left_out, usual
        )

    def _numbers(self, folds: np.ndarray) -> list[int]:
        """The folds that leave something to learn from: the one that comes as in use first, then the one with
        the most judged rows."""
        numbers = [int(number) for number in np.unique(folds[folds >= 0]) if (folds != number).any()]
        if not numbers:
            raise NotEnoughData(need=2, have=len(folds))
        return sorted(numbers, key=lambda number: self._place(folds == number))

    def _place(self, fold: np.ndarray) -> tuple[bool, int]:
        judged = self._judged & fold
        return not (judged & self._as_in_use).any(), -int(judged.sum())

    def _no_answers(self) -> np.ndarray:
        return np.full((len(self._rows), len(self._classes)), np.nan)

    # The race

    def _first_fold(self) -> None:
        fold = self._fold(self._held_out[0])
        best_guess, *others = self._running
        self._answer(best_guess, fold)
        for trial in others:
            if self._has_time(trial.name, 0, NO_TIME):
                self._answer(trial, fold)
            else:
                self._drop(trial, NO_TIME)

    def _narrow(self) -> None:
        """Strongest first; beyond the places there are, only those that may be as good as the first."""
        if len(self._held_out) < 2:
            return
        first = self._judged & self._held_out[0]
        rows = first if first.any() else self._held_out[0]
        self._running = self._by_first_fold(rows)
        strongest = self._running[0]
        for trial in self._running[self._places :]:
            if self._clearly_weaker(trial, strongest, rows):
                self._drop(trial, "weaker on the first fold")
        self._fits = self._fitted + len(self._running) * (len(self._held_out) - 1) + 1

    def _clearly_weaker(self, trial: Candidate, other: Candidate, rows: np.ndarray) -> bool:
        """Whether more than chance sets them apart, where each category counts alike or in log loss.

        Chance is measured by merchants, whose rows are right or wrong together.
        """
        truth, merchants = self._truth[rows], self._subjects[rows]
        balanced = 1 / np.bincount(truth)[truth]
        right, losses = zip(*(self._by_row(one, rows) for one in (trial, other)), strict=True)
        return any(
            gain_in_standard_errors(gain, merchants) > self._search.margin
            for gain in (balanced * (right[1] - right[0]), losses[0] - losses[1])
        )

    def _by_row(self, trial: Candidate, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shape (n_rows,) each: 1.0 where the answer is right, and what it adds to the log loss."""
        scores, truth = self._scores[trial.name][rows], self._truth[rows]
        temperature = self._first_quality(trial, rows).temperature
        right = softmax(scores / temperature, axis=1)[np.arange(len(truth)), truth]
        return (scores.argmax(axis=1) == truth).astype(float), -np.log(np.maximum(right, LEAST_PROBABILITY))

    def _by_first_fold(self, rows: np.ndarray) -> list[Candidate]:
        """By the sum of their ranks in macro-F1 and in log loss: on few rows either alone misleads."""
        found = [self._first_quality(trial, rows) for trial in self._running]
        places = _places([-one.macro_f1 for one in found]) + _places([one.log_loss for one in found])
        return [self._running[place] for place in np.argsort(places, kind="stable")]

    def _other_folds(self) -> None:
        folds = [self._fold(held_out) for held_out in self._held_out[1:]]
        best_so_far = self._running[0]
        for trial in list(self._running):
            seconds = self._seconds[trial.name] * len(folds)
            if trial is best_so_far or self._has_time(trial.name, seconds, NO_TIME_LATER):
                for fold in folds:
                    self._answer(trial, fold)
            else:
                self._drop(trial, NO_TIME_LATER)

    def _fold(self, held_out: np.ndarray) -> Fold:
        learns = learns_for(held_out, self._subjects, self._excluded)
        return Fold.of(self._rows, self._weights, held_out, learns, self._lexicon, self._hidden)

    def _answer(self, trial: Candidate, fold: Fold) -> None:
        began = self._search.clock()
        self._scores[trial.name][fold.held_out] = fold.scores(trial, self._classes, self._search.seed)
        self._seconds[trial.name] = self._search.clock() - began
        self._fitted += 1
        self._progress(min(self._fitted / self._fits, 1.0))

    def _usual_weight(self, best: CandidateResult) -> float:
        """The winner is chosen without usual amounts; then they may be switched on for it."""
        choice, search = self._search.usual, self._search
        if not self._has_time(USUAL_AMOUNTS, self._seconds[best.name] * len(choice.choices), NO_TIME_LATER):
            self._left_out.append(SkippedCandidate(USUAL_AMOUNTS, NO_TIME_LATER))
            return choice.choices[0]
        trial, temperature = Candidate(best.name, best.family, best.params), best.scores["temperature"]
        return choice.choose(self._rows, self._weights, trial, temperature, self._lexicon, search.seed)

    def _drop(self, trial: Candidate, why: str) -> None:
        self._running.remove(trial)
        self._left_out.append(SkippedCandidate(trial.name, why))

    def _has_time(self, name: str, needed_s: float, else_why: str) -> bool:
        if self._search.left_out is not None:
            return self._search.left_out.get(name) != else_why
        return self._search.budget_s - (self._search.clock() - self._began) > needed_s

    # The results

    def _quality(self, trial: Candidate, rows: np.ndarray) -> CandidateScores:
        calibrating = self._calibrating[rows]
        if not calibrating.any():
            calibrating = np.ones_like(calibrating)
        return CandidateScores.of(
            self._scores[trial.name][rows], self._truth[rows], self._judges[rows], calibrating
        )

    def _first_quality(self, trial: Candidate, rows: np.ndarray) -> CandidateScores:
        """On the first fold, whose rows already come in the person's own proportion."""
        weights = np.where(self._as_in_use, 1.0, self._judges)[rows]
        return CandidateScores.of(
            self._scores[trial.name][rows], self._truth[rows], weights, np.ones(len(weights), bool)
        )

    def _candidate(self, trial: Candidate) -> CandidateResult:
        quality = self._quality(trial, self._judged)
        probabilities = softmax(self._scores[trial.name] / quality.temperature, axis=1)
        line = self._line(probabilities)
        out_of_fold = apply_calibration(probabilities, line.said, line.found)
        return CandidateResult(
            trial.name, trial.family, dict(trial.params), asdict(quality), out_of_fold, line
        )

    def _line(self, probabilities: np.ndarray) -> ConfidenceMap:
        rows = self._calibrating
        answered = probabilities[rows]
        return choose_map(
            answered.max(axis=1),
            answered.argmax(axis=1) == self._truth[rows],
            self._measures[rows],
            self._subjects[rows],
        )

    def _fit_all(self, best: CandidateResult, usual_weight: float) -> Pipeline:
        temperature = best.scores["temperature"]
        trial = Candidate(best.name, best.family, best.params)
        model = Pipeline(
            [
                ("features", TransactionFeatures(lexicon=self._lexicon, usual_weight=usual_weight)),
                ("classifier", trial.classifier(seed=self._search.seed, temperature=temperature)),
            ]
        )
        truth = self._rows["category"].to_numpy(str)
        model.fit(
            self._rows[MODEL_FIELDS],
            truth,
            features__hidden=self._hidden,
            features__own=labelled_by_person(self._rows).to_numpy(),
            classifier__sample_weight=self._weights,
        )
        doubts = model["features"].doubts(self._doubts)
        model["classifier"].calibrated(best.calibration).doubting(doubts)
        return model


def _weights_as_judges(rows: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
    """A person's rows are what they are; the lexicon's stand for transactions as far as they weigh."""
    shipped = (rows["source"] == LabelSource.KNOWLEDGE.value).to_numpy()
    return np.where(shipped, weights / (weights[shipped].mean() if shipped.any() else 1.0), 1.0)


def _places(values: Sequence[float]) -> np.ndarray:
    """0 for the smallest value, and so on; equal ones share a place."""
    return np.unique(np.asarray(values), return_inverse=True)[1]


def _ranked(candidates: Sequence[CandidateResult]) -> list[CandidateResult]:
    """By macro-F1; of those as good as the first, the one with the least log loss comes first."""
    ranked = sorted(candidates, key=lambda one: (-one.scores["macro_f1"], one.scores["log_loss"]))
    tied = [one for one in ranked if one.scores["macro_f1"] >= ranked[0].scores["macro_f1"] - NEAR]
    best = min(tied, key=lambda one: one.scores["log_loss"])
    return [best, *(one for one in ranked if one is not best)]
