"""Evaluates a model and two baselines on rows that trained none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from src.components.dataset.ingestion import labelled_by_person
from src.components.dataset.splitting import TrainTestSplit, learns_for
from src.components.evaluation.baselines import Baselines
from src.components.evaluation.metrics import (
    Evaluation,
    Report,
    accuracy_and_macro_f1,
    money_weighted_accuracy,
    top,
)
from src.components.evaluation.slices import Slicer
from src.domain.verdicts import Scores


@dataclass(frozen=True)
class EvaluatedRows:
    """One model's answers to some rows, with the report on them."""

    rows: pd.DataFrame
    answers: np.ndarray
    report: Report
    baselines: dict[str, Scores]
    """`majority` and `lookup`, fitted on the person's training rows; empty if there are none to fit on, or
    if the judging rows are not the person's."""
    met: np.ndarray
    """bool, shape (n_rows,): whether the training rows hold the row's merchant."""

    @property
    def scores(self) -> Scores:
        return self.report.scores

    @property
    def right(self) -> np.ndarray:
        """bool, shape (n_rows,)."""
        return np.asarray(self.answers == self.rows["category"].to_numpy(object))

    def metrics(self, prefix: str) -> dict[str, float]:
        scores = self.scores
        overall = {
            "rows": float(scores.rows),
            "accuracy": scores.accuracy,
            "macro_f1": scores.macro_f1,
            "log_loss": scores.log_loss,
            "ece": scores.ece,
            "money_weighted_accuracy": scores.money_weighted_accuracy,
        }
        slices = {f"accuracy_{part.name}": part.challenger for part in self.report.slices}
        baselines = {
            f"{name}_{measure}": getattr(baseline, measure)
            for name, baseline in self.baselines.items()
            for measure in ("accuracy", "macro_f1", "money_weighted_accuracy")
        }
        return {f"{prefix}{name}": value for name, value in (overall | slices | baselines).items()}


@dataclass(frozen=True)
class ModelEvaluator:
    evaluation: Evaluation = field(default_factory=Evaluation)
    slicing: Slicer = field(default_factory=Slicer)

    def held_out(
        self,
        rows: pd.DataFrame,
        training: pd.DataFrame,
        probabilities: np.ndarray,
        classes: Sequence[str],
        version: str | None = None,
    ) -> EvaluatedRows:
        """Evaluate on hold-out `rows`, which `training` does not contain."""
        simple = Baselines.fit(training)
        base = {"majority": simple.majority(rows), "lookup": simple.lookup(rows)} if simple else {}
        return self._evaluate(rows, probabilities, classes, met_in(training, rows), base, version)

    def out_of_fold(
        self,
        training: pd.DataFrame,
        split: TrainTestSplit,
        probabilities: np.ndarray,
        classes: Sequence[str],
    ) -> EvaluatedRows:
        """Evaluate on the `scored` training rows, each answered by a model that has not seen it."""
        seen = np.zeros(len(training), bool)
        answers = {name: np.empty(len(training), dtype=object) for name in ("majority", "lookup")}
        # The baselines of a person mean nothing on rows of the lexicon.
        comparable = bool(labelled_by_person(training)[split.scored].all())
        for fold in np.unique(split.folds[split.scored]):
            inside = split.folds == fold
            learned = training[learns_for(inside, split.subjects, split.excluded)]
            seen[inside] = met_in(learned[labelled_by_person(learned)], training[inside])
            if simple := Baselines.fit(learned):
                answers["majority"][inside] = simple.majority(training[inside])
                answers["lookup"][inside] = simple.lookup(training[inside])
            else:
                comparable = False
        scored = split.scored
        base = {name: answer[scored] for name, answer in answers.items()} if comparable else {}
        return self._evaluate(training[scored], probabilities[scored], classes, seen[scored], base, None)

    def _evaluate(
        self,
        rows: pd.DataFrame,
        probabilities: np.ndarray,
        classes: Sequence[str],
        seen: np.ndarray,
        base: dict[str, np.ndarray],
        version: str | None,
    ) -> EvaluatedRows:
        report = self.evaluation.report(rows, probabilities, classes, seen, version=version)
        truth = rows["category"].to_numpy(object)
        baselines = {name: _scores(rows, truth, answers) for name, answers in base.items()}
        return EvaluatedRows(rows, top(probabilities, classes), report, baselines, seen)


def met_in(training: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """bool, shape (n_rows,): `training` has the row's merchant; False for a row without one."""
    return np.asarray((rows["merchant"] != "") & rows["merchant"].isin(training["merchant"]))


def _scores(rows: pd.DataFrame, truth: np.ndarray, answers: np.ndarray) -> Scores:
    """Of answers that state no probability."""
    accuracy, macro_f1 = accuracy_and_macro_f1(truth, answers)
    money = money_weighted_accuracy(rows, answers == truth)
    return Scores(None, len(truth), accuracy, macro_f1, float("nan"), float("nan"), money)
