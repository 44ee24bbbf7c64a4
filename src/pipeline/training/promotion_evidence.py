"""The case put before the judge: challenger and champion on the same rows, and what else is known of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from src.components.dataset.ingestion import labelled_by_person
from src.components.evaluation.answers import probabilities_of
from src.components.evaluation.metrics import money_weights, top
from src.components.evaluation.paired_predictions import Contender
from src.components.model.thresholds import BandThresholds
from src.components.promotion.evidence import Case
from src.components.text.numbers import counted
from src.domain.verdicts import Footprint, JudgedOn
from src.pipeline.training.evaluate import Answered, Judging, met_in
from src.pipeline.training.ports import Checked
from src.pipeline.training.stages import Champion, EarlierVersion, Prepared, Trained

ROWS = {
    JudgedOn.HOLDOUT: "held-out transactions of yours",
    JudgedOn.CROSSVAL: "rows in cross-validation, each answered by a model that had not seen it",
    JudgedOn.LEXICON: (
        "rows of the shipped lexicon in cross-validation, half of them read as names nobody has listed"
    ),
}
"""The same in words."""


def case_of(
    data: Prepared,
    trained: Trained,
    champion: Champion | None,
    checked: Checked,
    judging: Judging,
    version: str,
) -> Case:
    """version: the challenger's number in the registry.

    Two models are compared on rows that trained neither: the permanent hold-out or, while that is small and
    the champion has learned from none of the labels, the rows the challenger answers in cross-validation.
    """
    by = _judges(data, trained, champion)
    other = judged(champion, by.rows, data, judging) if champion else None
    mine = _contender(by)
    judged_on = JudgedOn.HOLDOUT if by is trained.held_out else trained.cross_validated_on
    return Case(
        truth=by.rows["category"].to_numpy(object),
        merchants=_merchants(by.rows),
        money=money_weights(by.rows),
        challenger=replace(mine, scores=replace(mine.scores, version=version)),
        champion=_contender(other) if other else None,
        judged_by=ROWS[judged_on],
        judged_on=judged_on,
        majority=by.baselines.get("majority"),
        lookup=by.baselines.get("lookup"),
        fault=checked.fault,
        same_data=champion is not None and champion.bundle.about.get("data_sha256") == data.snapshot.sha256,
        same_answers=champion is not None and _alike(champion, trained, data.rows),
        new_labels=_new_labels(champion, data.learned),
        known_labels=champion.labels if champion else 0,
        labels=len(data.yours),
        footprint=_footprint(checked),
        slices=judging.slicing.slices(
            by.rows, by.right, other.right if other else None, by.met, other.met if other else None
        ),
        notes=_notes(data, trained, checked),
    )


def _judges(data: Prepared, trained: Trained, champion: Champion | None) -> Answered:
    if champion is None:
        return trained.judged
    small = trained.held_out.report.scores.rows < trained.enough
    fair = data.split.scored_by_person and not champion.labels
    return trained.out_of_fold if small and fair else trained.held_out


def case_of_earlier(
    case: Case, model: EarlierVersion, data: Prepared, champion: Champion, judging: Judging
) -> Case:
    """The same case with an earlier version for the challenger. case: on the hold-out, with `champion`."""
    rows, until = data.judging, model.labelled_until
    mine, other = (judged(each, rows, data, judging) for each in (model, champion))
    learned = data.learned if until is None else data.learned[data.learned["labelled_at"] <= until]
    return replace(
        case,
        challenger=_contender(mine),
        same_data=False,
        new_labels=_new_labels(champion, learned),
        footprint=None,
        slices=judging.slicing.slices(rows, mine.right, other.right, mine.met, other.met),
        notes=(),
        automation=None,
    )


def judged(
    model: Champion | EarlierVersion, rows: pd.DataFrame, data: Prepared, judging: Judging
) -> Answered:
    """How a model that is kept answers `rows`, which did not train it."""
    pipeline = model.bundle.pipeline
    answered = judging.held_out(
        rows,
        data.training,
        probabilities_of(pipeline, rows),
        list(pipeline.classes_),
        version=model.version,
    )
    return replace(answered, met=met_in(_learned_by(model, data.training), rows))


def _learned_by(model: Champion | EarlierVersion, training: pd.DataFrame) -> pd.DataFrame:
    """The training rows that were there when it was trained, as far as their labels tell."""
    shipped = ~labelled_by_person(training)
    until = model.labelled_until
    if not model.labels or until is None:
        return training[shipped]
    return training[shipped | (training["labelled_at"] <= until)]


def automatic_answers(
    champion: Champion, rows: pd.DataFrame, precision: float
) -> tuple[np.ndarray, np.ndarray]:
    """Of the hold-out rows that the champion's model by itself would categorize automatically.

    Whether it has each of them right, and their merchants. The memory has no part: it knows the answers.
    """
    pipeline, bands = champion.bundle.pipeline, BandThresholds.from_dict(champion.bundle.bands)
    probabilities = probabilities_of(pipeline, rows)
    answers = top(probabilities, list(pipeline.classes_))
    common, own = bands.thresholds(precision)[0], bands.own_thresholds(precision)
    least = np.array([own[name][0] if name in own else common for name in answers], float)
    automatic = probabilities.max(axis=1, initial=0.0) >= least
    right = answers == rows["category"].to_numpy(object)
    return np.asarray(right[automatic], bool), _merchants(rows)[automatic]


def _contender(answered: Answered) -> Contender:
    return Contender(answered.report.scores, answered.answers, answered.report.losses)


def _footprint(checked: Checked) -> Footprint | None:
    """None where the fresh process did not come so far."""
    if not np.isfinite(checked.load_s):
        return None
    return Footprint(checked.megabytes, checked.load_s, checked.per_row_ms)


def _alike(champion: Champion, trained: Trained, rows: pd.DataFrame) -> bool:
    return bool(np.array_equal(champion.answers(rows), trained.answers(rows)))


def _new_labels(champion: Champion | None, learned: pd.DataFrame) -> int:
    """Training labels given, or changed, since the champion's data ended."""
    until = champion.labelled_until if champion else None
    return len(learned) if until is None else int((learned["labelled_at"] > until).sum())


def _merchants(rows: pd.DataFrame) -> np.ndarray:
    """What is drawn whole in the comparison; rows of no known merchant stand for themselves."""
    return rows["merchant"].where(rows["merchant"] != "", "\x00" + rows["group"]).to_numpy(object)


def _notes(data: Prepared, trained: Trained, checked: Checked) -> tuple[str, ...]:
    return (
        _sources(data),
        f"The best of {len(trained.result.candidates)} candidates was {trained.result.best.name}.",
        *(f"Set aside {counted(rows, 'row')}: {reason}." for reason, rows in data.set_aside.items()),
        *([] if checked.fault else ["Loaded in a fresh process it gives the same answers."]),
    )


def _sources(data: Prepared) -> str:
    mine = len(data.learned)
    return f"Learned from {mine} labels of yours and {len(data.training) - mine} rows of the shipped lexicon."
