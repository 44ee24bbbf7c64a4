"""How well the challenger, the champion and two simple answers do, on rows that trained none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from src.components.dataset.ingestion import labelled_by_person
from src.components.dataset.splitting import Split, learns_for
from src.components.evaluation.baselines import Baselines
from src.components.evaluation.metrics import (
    Evaluation,
    Report,
    accuracy_and_macro_f1,
    money_weighted_accuracy,
    top,
)
from src.components.evaluation.slices import Slicing
from src.domain.verdicts import Scores


@dataclass(frozen=True)
class Answered:
    """One model's answers to some rows, with the report on them."""

    rows: pd.DataFrame
    answers: np.ndarray
    report: Report
    baselines: dict[str, Scores]
    """`majority` and `lookup`, fitted on the person's training rows; empty where there are none to fit on, or
    where the judging rows are not the person's."""
    met: np.ndarray
    """bool, shape (n_rows,): whether the training rows hold the row's merchant."""

    @property
    def right(self) -> np.ndarray:
        """bool, shape (n_rows,)."""
        return np.asarray(self.answers == self.rows["category"].to_numpy(object))

    def metrics(self, prefix: str) -> dict[str, float]:
        scores = self.report.scores
        plain = {
            "rows": float(scores.rows),
            "accuracy": scores.accuracy,
            "macro_f1": scores.macro_f1,
            "log_loss": scores.log_loss,
            "ece": scores.ece,
            "money_weighted_accuracy": scores.money_weighted_accuracy,
        }
        slices = {f"accuracy_{one.name}": one.accuracy for one in self.report.slices}
        simple = {
            f"{name}_{measure}": getattr(base, measure)
            for name, base in self.baselines.items()
            for measure in ("accuracy", "macro_f1", "money_weighted_accuracy")
        }
        return {f"{prefix}{name}": value for name, value in (plain | slices | simple).items()}


@dataclass(frozen=True)
class Judging:
    evaluation: Evaluation = field(default_factory=Evaluation)
    baselines: Baselines = field(default_factory=Baselines)
    slicing: Slicing = field(default_factory=Slicing)

    def held_out(
        self,
        rows: pd.DataFrame,
        training: pd.DataFrame,
        probabilities: np.ndarray,
        classes: Sequence[str],
        version: str | None = None,
    ) -> Answered:
        """Judge by hold-out `rows`, of which `training` has none."""
        simple = self.baselines.fit(training)
        base = {"majority": simple.majority(rows), "lookup": simple.lookup(rows)} if simple else {}
        return self._answered(rows, probabilities, classes, met_in(training, rows), base, version)

    def out_of_fold(
        self,
        training: pd.DataFrame,
        split: Split,
        probabilities: np.ndarray,
        classes: Sequence[str],
    ) -> Answered:
        """Judge by those training rows that are `scored`, each by a model that has not seen it."""
        seen = np.zeros(len(training), bool)
        answers = {name: np.empty(len(training), dtype=object) for name in ("majority", "lookup")}
        # How a person's commonest category does on rows of the lexicon means nothing.
        comparable = bool(labelled_by_person(training)[split.scored].all())
        for fold in np.unique(split.folds[split.scored]):
            inside = split.folds == fold
            learned = training[learns_for(inside, split.subjects, split.excluded)]
            seen[inside] = met_in(learned[labelled_by_person(learned)], training[inside])
            if simple := self.baselines.fit(learned):
                answers["majority"][inside] = simple.majority(training[inside])
                answers["lookup"][inside] = simple.lookup(training[inside])
            else:
                comparable = False
        base = {name: given[split.scored] for name, given in answers.items()} if comparable else {}
        scored = split.scored
        return self._answered(training[scored], probabilities[scored], classes, seen[scored], base, None)

    def _answered(
        self,
        rows: pd.DataFrame,
        probabilities: np.ndarray,
        classes: Sequence[str],
        seen: np.ndarray,
        base: dict[str, np.ndarray],
        version: str | None,
    ) -> Answered:
        report = self.evaluation.report(rows, probabilities, classes, seen, version=version)
        truth = rows["category"].to_numpy(object)
        baselines = {name: _scores(rows, truth, answers) for name, answers in base.items()}
        return Answered(rows, top(probabilities, classes), report, baselines, seen)


def met_in(training: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """bool, shape (n_rows,): whose merchant `training` holds; a row without one is of a merchant not met."""
    return ((rows["merchant"] != "") & rows["merchant"].isin(training["merchant"])).to_numpy()


def _scores(rows: pd.DataFrame, truth: np.ndarray, answers: np.ndarray) -> Scores:
    """Of answers that state no probability."""
    accuracy, macro_f1 = accuracy_and_macro_f1(truth, answers)
    money = money_weighted_accuracy(rows, answers == truth)
    return Scores(None, len(truth), accuracy, macro_f1, float("nan"), float("nan"), money)
