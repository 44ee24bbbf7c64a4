"""Collects the evidence for the promotion rule: challenger and champion on the same rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from src.components.dataset.ingestion import labelled_by_person
from src.components.evaluation.bootstrap import ModelPredictions
from src.components.evaluation.metrics import money_weights, probabilities_of, top
from src.components.model.thresholds import BandThresholds
from src.components.promotion.rule import Evidence
from src.domain.verdicts import Code, Footprint, JudgedOn, Why, because
from src.pipeline.training.evaluate import EvaluatedRows, ModelEvaluator, met_in
from src.pipeline.training.stages import ChampionModel, EarlierVersion, PreparedData, TrainedModel

if TYPE_CHECKING:
    from src.services.models.bundle_check import CheckReport


def evidence_of(
    data: PreparedData,
    trained: TrainedModel,
    champion: ChampionModel | None,
    report: CheckReport,
    evaluator: ModelEvaluator,
    version: str,
) -> Evidence:
    """version: the challenger's number in the registry.

    Two models are compared on rows that trained neither: the permanent hold-out or, while that is small and
    the champion has learned from none of the labels, the rows the challenger answers in cross-validation.
    """
    mine = _judging_rows(data, trained, champion)
    other = judged(champion, mine.rows, data, evaluator) if champion else None
    challenger = _predictions(mine)
    judged_on = JudgedOn.HOLDOUT if mine is trained.held_out else trained.cross_validated_on
    return Evidence(
        truth=mine.rows["category"].to_numpy(object),
        merchants=_merchants(mine.rows),
        money=money_weights(mine.rows),
        challenger=replace(challenger, scores=replace(challenger.scores, version=version)),
        champion=_predictions(other) if other else None,
        judged_on=judged_on,
        majority=mine.baselines.get("majority"),
        lookup=mine.baselines.get("lookup"),
        fault=report.fault,
        same_data=champion is not None and champion.bundle.about.get("data_sha256") == data.snapshot.sha256,
        same_answers=champion is not None and _alike(champion, trained, data.rows),
        new_labels=_new_labels(champion, data.learned),
        known_labels=champion.labels if champion else 0,
        labels=len(data.yours),
        footprint=_footprint(report),
        slices=evaluator.slicing.slices(
            mine.rows, mine.right, other.right if other else None, mine.met, other.met if other else None
        ),
        notes=_notes(data, trained, report),
    )


def _judging_rows(data: PreparedData, trained: TrainedModel, champion: ChampionModel | None) -> EvaluatedRows:
    if champion is None:
        return trained.judged
    small = trained.held_out.report.scores.rows < trained.enough
    fair = data.split.scored_by_person and not champion.labels
    return trained.out_of_fold if small and fair else trained.held_out


def evidence_of_earlier(
    evidence: Evidence,
    model: EarlierVersion,
    data: PreparedData,
    champion: ChampionModel,
    evaluator: ModelEvaluator,
) -> Evidence:
    """The same evidence for an earlier version instead of the challenger. evidence: on the hold-out."""
    rows, until = data.judging, model.labelled_until
    mine, other = judged(model, rows, data, evaluator), judged(champion, rows, data, evaluator)
    learned = data.learned if until is None else data.learned[data.learned["labelled_at"] <= until]
    return replace(
        evidence,
        challenger=_predictions(mine),
        same_data=False,
        new_labels=_new_labels(champion, learned),
        footprint=None,
        slices=evaluator.slicing.slices(rows, mine.right, other.right, mine.met, other.met),
        notes=(),
        automation=None,
    )


def judged(
    model: ChampionModel | EarlierVersion, rows: pd.DataFrame, data: PreparedData, evaluator: ModelEvaluator
) -> EvaluatedRows:
    """Evaluate a stored model on `rows`, which did not train it."""
    pipeline = model.bundle.pipeline
    answered = evaluator.held_out(
        rows,
        data.training,
        probabilities_of(pipeline, rows),
        list(pipeline.classes_),
        version=model.version,
    )
    return replace(answered, met=met_in(_learned_by(model, data.training), rows))


def _learned_by(model: ChampionModel | EarlierVersion, training: pd.DataFrame) -> pd.DataFrame:
    """The training rows that existed when the model was trained, by the time of their labels."""
    shipped = ~labelled_by_person(training)
    until = model.labelled_until
    if not model.labels or until is None:
        return training[shipped]
    return training[shipped | (training["labelled_at"] <= until)]


def automatic_answers(
    champion: ChampionModel, rows: pd.DataFrame, precision: float
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


def _predictions(answered: EvaluatedRows) -> ModelPredictions:
    return ModelPredictions(answered.report.scores, answered.answers, answered.report.losses)


def _footprint(report: CheckReport) -> Footprint | None:
    """None if the fresh process failed before it was measured."""
    if not np.isfinite(report.load_s):
        return None
    return Footprint(report.megabytes, report.load_s, report.per_row_ms)


def _alike(champion: ChampionModel, trained: TrainedModel, rows: pd.DataFrame) -> bool:
    return bool(np.array_equal(champion.answers(rows), trained.answers(rows)))


def _new_labels(champion: ChampionModel | None, learned: pd.DataFrame) -> int:
    """Training labels given, or changed, since the champion's data ended."""
    until = champion.labelled_until if champion else None
    return len(learned) if until is None else int((learned["labelled_at"] > until).sum())


def _merchants(rows: pd.DataFrame) -> np.ndarray:
    """The groups of the bootstrap; each row without a known merchant is a separate group."""
    groups = rows["merchant"].where(rows["merchant"] != "", "\x00" + rows["group"])
    return np.asarray(groups, dtype=object)


def _notes(data: PreparedData, trained: TrainedModel, report: CheckReport) -> tuple[Why, ...]:
    labels, result = len(data.learned), trained.result
    return (
        because(Code.SOURCES, labels=labels, lexicon=len(data.training) - labels),
        because(Code.BEST_CANDIDATE, candidates=len(result.candidates), name=result.best.name),
        *(because(Code.SET_ASIDE, rows=rows, why=why) for why, rows in data.set_aside.items()),
        *([] if report.fault else [because(Code.CHECK_PASSED)]),
    )
