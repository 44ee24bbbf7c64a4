"""The case put before the judge: challenger and champion on the same rows, and what else is known of both."""

from __future__ import annotations

import numpy as np
import pandas as pd

from src.components.evaluation import Report
from src.components.promotion import Case, Contender
from src.domain import Scores
from src.pipeline.judging import Answered, Judging, probabilities_of
from src.pipeline.ports import Checked
from src.pipeline.stages import Champion, Prepared, Trained

_YOURS = "held-out transactions of yours"
_UNSEEN = "rows in cross-validation, each answered by a model that had not seen it"
_NAMES = "rows of the shipped lexicon in cross-validation, half of them read as names nobody has listed"


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
    return Case(
        truth=by.rows["category"].to_numpy(object),
        merchants=_merchants(by.rows),
        challenger=Contender(_numbered(by.report.scores, version), by.answers),
        champion=_contender(champion, by.rows, data, judging) if champion else None,
        judged_by=_words_for(by, trained, data),
        majority=by.baselines["majority"],
        fault=checked.fault,
        same_data=champion is not None and champion.bundle.about.get("data_sha256") == data.snapshot.sha256,
        same_answers=champion is not None and _alike(champion, trained, data.rows),
        new_labels=_new_labels(champion, data.learned),
        known_labels=champion.labels if champion else 0,
        labels=len(data.yours),
        notes=_notes(data, trained, by, checked),
    )


def _judges(data: Prepared, trained: Trained, champion: Champion | None) -> Answered:
    if champion is None:
        return trained.judged
    small = trained.held_out.report.scores.rows < trained.enough
    fair = data.split.scored_by_person and not champion.labels
    return trained.out_of_fold if small and fair else trained.held_out


def _words_for(by: Answered, trained: Trained, data: Prepared) -> str:
    if by is trained.held_out:
        return _YOURS
    return _UNSEEN if len(data.learned) else _NAMES


def _contender(champion: Champion, rows: pd.DataFrame, data: Prepared, judging: Judging) -> Contender:
    pipeline = champion.bundle.pipeline
    answered = judging.held_out(
        rows,
        data.training,
        probabilities_of(pipeline, rows),
        list(pipeline.classes_),
        version=champion.pointer.version,
    )
    return Contender(answered.report.scores, answered.answers)


def _alike(champion: Champion, trained: Trained, rows: pd.DataFrame) -> bool:
    return bool(np.array_equal(champion.answers(rows), trained.answers(rows)))


def _new_labels(champion: Champion | None, learned: pd.DataFrame) -> int:
    """Training labels given, or changed, since the champion's data ended."""
    until = champion.labelled_until if champion else None
    return len(learned) if until is None else int((learned["labelled_at"] > until).sum())


def _merchants(rows: pd.DataFrame) -> np.ndarray:
    """What is drawn whole in the comparison; rows of no known merchant stand for themselves."""
    return rows["merchant"].where(rows["merchant"] != "", "\x00" + rows["group"]).to_numpy(object)


def _numbered(scores: Scores, version: str) -> Scores:
    return Scores(version, scores.rows, scores.accuracy, scores.macro_f1, scores.log_loss, scores.ece)


def _notes(data: Prepared, trained: Trained, by: Answered, checked: Checked) -> tuple[str, ...]:
    notes = [
        _sources(data),
        f"The best of {len(trained.result.candidates)} candidates was {trained.result.best.name}.",
        *(f"Set aside {rows} rows: {reason}." for reason, rows in data.set_aside.items()),
    ]
    if by.report.scores.rows:
        notes += [_baselines(by), *_slices(by.report)]
    if not checked.fault:
        notes.append(
            f"A fresh process loads it in {checked.load_s:.2f} s and answers one transaction in "
            f"{checked.per_row_ms:.2f} ms, with the same answers."
        )
    return tuple(notes)


def _sources(data: Prepared) -> str:
    mine = len(data.learned)
    return f"Learned from {mine} labels of yours and {len(data.training) - mine} rows of the shipped lexicon."


def _baselines(by: Answered) -> str:
    lookup, majority = by.baselines["lookup"], by.baselines["majority"]
    return (
        f"Looking the merchant up is right on {lookup.accuracy:.1%} of these rows (macro-F1 "
        f"{lookup.macro_f1:.3f}), always answering the most frequent category on {majority.accuracy:.1%}."
    )


def _slices(report: Report) -> list[str]:
    return [
        f"Accuracy on {one.name.replace('_', ' ')}: {one.accuracy:.1%} (n = {one.rows})."
        for one in report.slices
        if one.rows
    ]
