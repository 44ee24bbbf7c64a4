"""What happened to one transaction, in order: predictions, answers, edits, and what was undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from src.domain.feedback import Feedback, LabelSource, active_answers
from src.domain.predictions import Prediction
from src.domain.transactions import Edit, StoredTransaction, Transaction, active_edits
from src.pipeline.feedback.edit import changed_fields
from src.web.shared import format, labels


@dataclass(frozen=True)
class Change:
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Event:
    at: datetime
    title: str
    category: str | None = None
    prediction: Prediction | None = None
    changes: tuple[Change, ...] = ()
    act: str | None = None
    """What undoes it, where that can be done now."""
    undone: bool = False


_ANSWERED = {
    LabelSource.FEEDBACK: "You answered",
    LabelSource.SIMILAR: "You answered for all similar ones",
    LabelSource.IMPORT: "The import named the category",
    LabelSource.KNOWLEDGE: "The lexicon named the category",
}


def events_of(row: StoredTransaction) -> list[Event]:
    """Newest first."""
    events = [*_predictions(row), *_answers(row), *_edits(row)]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _predictions(row: StoredTransaction) -> Iterator[Event]:
    for position, prediction in enumerate(row.predictions):
        title = "Predicted" if position == 0 else "Predicted again"
        yield Event(prediction.at, title, prediction.category, prediction)


def _answers(row: StoredTransaction) -> Iterator[Event]:
    holding = active_answers(row.feedback)
    for answer in row.feedback:
        if answer.category is None:
            yield Event(answer.at, "You undid an answer")
            continue
        holds = answer in holding
        act = answer.act if holds and _can_be_undone(answer) else None
        yield Event(answer.at, _ANSWERED[answer.source], answer.category, act=act, undone=not holds)


def _can_be_undone(answer: Feedback) -> bool:
    """What an import named goes with the import."""
    return answer.source in (LabelSource.FEEDBACK, LabelSource.SIMILAR)


def _edits(row: StoredTransaction) -> Iterator[Event]:
    newest = next(reversed(active_edits(row.edits)), None)
    for edit in row.edits:
        act = edit.act if edit is newest else None
        yield Event(edit.at, "You edited it", changes=_changes(edit), act=act, undone=bool(edit.undone_at))


def _changes(edit: Edit) -> tuple[Change, ...]:
    return tuple(
        Change(labels.FIELDS[name], _shown(edit.before, name), _shown(edit.after, name))
        for name in changed_fields(edit.before, edit.after)
    )


def _shown(transaction: Transaction, name: str) -> str:
    if name == "amount":
        return format.money(transaction.amount, transaction.currency)
    if name == "date":
        return format.day(transaction.date)
    value = getattr(transaction, name)
    return str(value).capitalize() if name == "direction" else str(value or "–")
