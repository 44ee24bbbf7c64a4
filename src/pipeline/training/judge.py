"""Judges the challenger of a run: with the champion on the same rows, then with earlier versions."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from src.components.dataset.ingestion import labelled_by_person
from src.components.evaluation.metrics import money_weights, probabilities_of, top
from src.components.model.thresholds import BandThresholds
from src.components.promotion.paired_bootstrap import ModelPredictions
from src.components.promotion.rule import JudgingEvidence
from src.domain.verdicts import (
    Automation,
    Code,
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
from src.pipeline.training.earlier_versions import EarlierVersions
from src.pipeline.training.evaluate import EvaluatedRows, met_in
from src.pipeline.training.stages import PreparedData, Steps, StoredModel, TrainedModel

if TYPE_CHECKING:
    from src.pipeline.monitoring.prediction_diff import PredictionDiffs
    from src.services.models.load_and_predict_check import CheckReport

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Judge:
    """Of one run. Without `prediction_diffs` or `earlier` these comparisons are skipped."""

    steps: Steps
    data: PreparedData
    trained: TrainedModel
    champion: StoredModel | None
    prediction_diffs: PredictionDiffs | None = None
    earlier: EarlierVersions | None = None

    @cached_property
    def _challengers(self) -> EvaluatedRows:
        """The challenger on the judging rows.

        Two models are compared on rows that trained neither: the permanent hold-out or, while that is small
        and the champion has learned from none of the labels, the rows the challenger answers in
        cross-validation.
        """
        trained = self.trained
        if self.champion is None:
            return trained.judged
        small = trained.held_out.scores.rows < trained.enough
        fair = self.data.split.scored_by_person and not self.champion.labels
        return trained.out_of_fold if small and fair else trained.held_out

    @cached_property
    def _champions(self) -> EvaluatedRows | None:
        """The champion on the same rows."""
        return self._judged(self.champion, self._challengers.rows) if self.champion else None

    def evidence(
        self,
        version: str,
        report: CheckReport,
        notes: tuple[Why, ...],
        rows_asked_for: Callable[[str, JudgedOn], int | None],
    ) -> JudgingEvidence:
        """For the promotion rule.

        version: the challenger's number; notes: what was noticed before; rows_asked_for: the fewest rows that
        earlier verdicts on this champion asked for.
        """
        data, champion, mine, other = self.data, self.champion, self._challengers, self._champions
        challenger = _predictions(mine)
        about = champion.bundle.about if champion else {}
        judged_on = JudgedOn.HOLDOUT if mine is self.trained.held_out else self.trained.cross_validated_on
        measured = bool(np.isfinite(report.load_s))  # not if the fresh process failed before
        evidence = JudgingEvidence(
            truth=mine.rows["category"].to_numpy(object),
            merchants=_merchants(mine.rows),
            money=money_weights(mine.rows),
            challenger=replace(challenger, scores=replace(challenger.scores, version=version)),
            champion=_predictions(other) if other else None,
            judged_on=judged_on,
            majority=mine.baselines.get("majority"),
            lookup=mine.baselines.get("lookup"),
            fault=report.fault,
            same_data=about.get("data_sha256") == data.snapshot.sha256,
            same_predictions=champion is not None
            and np.array_equal(champion.answers(data.rows), self.trained.answers(data.rows)),
            new_labels=self._new_labels(data.learned),
            known_labels=champion.labels if champion else 0,
            labels=len(data.yours),
            footprint=Footprint(report.megabytes, report.load_s, report.per_row_ms) if measured else None,
            slices=self._slices(mine),
            notes=(*notes, *self._notes(report)),
            asked_for=rows_asked_for(champion.version, judged_on) if champion else None,
        )
        return self._with_automation(evidence, version)

    def verdict(
        self, evidence: JudgingEvidence, unless_pinned: Callable[[Verdict], Verdict]
    ) -> tuple[Verdict, Verdict | None]:
        """The verdict on the challenger, and that on a better earlier version to promote instead.

        Only hold-out rows can judge earlier versions: the others may have trained them.
        """
        verdict = unless_pinned(self.steps.promotion.decide(evidence))
        if not verdict.promoted or self.earlier is None or self.champion is None:
            return verdict, None
        if evidence.judged_on is not JudgedOn.HOLDOUT or not len(evidence.truth):
            return verdict, None
        rule, challenger = self.steps.promotion, evidence.challenger.scores
        others = {self.champion.version, challenger.version or ""}
        models = self.earlier.eligible(others, self.trained.result.classes)
        judged = [(model, self._judged(model, self.data.judging)) for model in models]
        judged.sort(key=lambda pair: (pair[1].scores.accuracy, pair[1].scores.macro_f1), reverse=True)
        for model, rows in judged:
            if not rule.is_better(rows.scores, challenger):
                break
            its_verdict = rule.decide(self._evidence_of_earlier(evidence, model, rows))
            if its_verdict.promoted:
                return _replaced_by(rows.scores, verdict, challenger, its_verdict), its_verdict
        if not judged:
            return verdict, None
        best = judged[0][1].scores
        figures = {"accuracy": best.accuracy, "macro_f1": best.macro_f1}
        note = because(Code.BEST_EARLIER, version=best.version, **figures)
        return replace(verdict, earlier=best, notes=(*verdict.notes, note)), None

    def _evidence_of_earlier(
        self, evidence: JudgingEvidence, model: StoredModel, mine: EvaluatedRows
    ) -> JudgingEvidence:
        """The same evidence for an earlier version instead of the challenger. evidence: on the hold-out."""
        learned, until = self.data.learned, model.labelled_until
        evidence = replace(
            evidence,
            challenger=_predictions(mine),
            same_data=False,
            new_labels=self._new_labels(
                learned if until is None else learned[learned["labelled_at"] <= until]
            ),
            footprint=None,
            slices=self._slices(mine),
            notes=(),
            automation=None,
        )
        return self._with_automation(evidence, model.version)

    def _slices(self, mine: EvaluatedRows) -> tuple[SliceScores, ...]:
        right, met = (self._champions.right, self._champions.met) if self._champions else (None, None)
        return self.steps.judging.slicing.slices(mine.rows, mine.right, right, mine.met, met)

    def _judged(self, model: StoredModel, rows: pd.DataFrame) -> EvaluatedRows:
        """Evaluate a stored model on `rows`, which did not train it."""
        pipeline, training = model.bundle.pipeline, self.data.training
        probabilities, classes = probabilities_of(pipeline, rows), list(pipeline.classes_)
        answered = self.steps.judging.held_out(rows, training, probabilities, classes, version=model.version)
        # The training rows that existed when the model was trained, by the time of their labels.
        learned = ~labelled_by_person(training)
        if model.labels and model.labelled_until is not None:
            learned |= training["labelled_at"] <= model.labelled_until
        return replace(answered, met=met_in(training[learned], rows))

    def _new_labels(self, learned: pd.DataFrame) -> int:
        """Training labels given, or changed, since the champion's data ended."""
        until = self.champion.labelled_until if self.champion else None
        return len(learned) if until is None else int((learned["labelled_at"] > until).sum())

    def _with_automation(self, evidence: JudgingEvidence, version: str) -> JudgingEvidence:
        """Add each model's share of automatic predictions. An error becomes a note of the verdict."""
        if self.prediction_diffs is None or self.champion is None or evidence.fault:
            return evidence
        try:
            rows = self.prediction_diffs.automatic(self.champion.version, version)
            right, merchants = automatic_answers(self.champion, self.data.judging, rows.precision)
            automation = self.steps.automation.compare(rows, right, merchants)
        except Exception:
            log.exception("automation not compared", extra={"version": version})
            return replace(evidence, notes=(*evidence.notes, because(Code.AUTOMATION_NOT_COMPARED)))
        if automation is None:
            return evidence
        return replace(evidence, automation=automation, notes=(*evidence.notes, _automation_note(automation)))

    def _notes(self, report: CheckReport) -> tuple[Why, ...]:
        data, result = self.data, self.trained.result
        labels = len(data.learned)
        return (
            because(Code.SOURCES, labels=labels, lexicon=len(data.training) - labels),
            because(Code.BEST_CANDIDATE, candidates=len(result.candidates), name=result.best.name),
            *(because(Code.SET_ASIDE, rows=rows, why=why.value) for why, rows in data.set_aside.items()),
            *([] if report.fault else [because(Code.CHECK_PASSED)]),
        )


def automatic_answers(
    champion: StoredModel, rows: pd.DataFrame, precision: float
) -> tuple[np.ndarray, np.ndarray]:
    """Of the hold-out rows the champion's model alone would categorize automatically: right or not, merchant.

    The merchant memory is left out, because it knows the answers.
    """
    pipeline, bands = champion.bundle.pipeline, BandThresholds.from_dict(champion.bundle.bands)
    probabilities = probabilities_of(pipeline, rows)
    answers = top(probabilities, list(pipeline.classes_))
    common, own = bands.thresholds(precision)[0], bands.own_thresholds(precision)
    least = np.array([own[name][0] if name in own else common for name in answers], float)
    automatic = probabilities.max(axis=1, initial=0.0) >= least
    right = answers == rows["category"].to_numpy(object)
    return np.asarray(right[automatic], bool), _merchants(rows)[automatic]


def _predictions(rows: EvaluatedRows) -> ModelPredictions:
    return ModelPredictions(rows.scores, rows.answers, rows.report.losses)


def _merchants(rows: pd.DataFrame) -> np.ndarray:
    """The groups of the bootstrap; each row without a known merchant is a separate group."""
    groups = rows["merchant"].where(rows["merchant"] != "", "\x00" + rows["group"])
    return np.asarray(groups, dtype=object)


def _replaced_by(earlier: Scores, verdict: Verdict, challenger: Scores, its_verdict: Verdict) -> Verdict:
    """The verdict on a challenger instead of which an earlier version is promoted."""
    why = because(
        Code.EARLIER_BETTER,
        version=earlier.version,
        rows=earlier.rows,
        judged_on=(verdict.judged_on or JudgedOn.HOLDOUT).value,
        accuracy=earlier.accuracy,
        macro_f1=earlier.macro_f1,
        challenger_accuracy=challenger.accuracy,
        challenger_macro_f1=challenger.macro_f1,
    )
    return replace(
        verdict,
        promoted=False,
        outcome=Outcome.EARLIER_BETTER,
        reason=(*why, *reasons_of(its_verdict.reason)),
        earlier=earlier,
        instead=earlier.version,
    )


def _automation_note(automation: Automation) -> Why:
    shares = {"champion": automation.champion, "challenger": automation.challenger}
    note = because(Code.AUTOMATION, rows=automation.rows, **shares)
    if automation.challenger < automation.champion and automation.imprecise:
        right = automation.right / automation.judged
        note += because(Code.AUTOMATION_IMPRECISE, judged=automation.judged, right=right)
    return note
