"""The events of one transaction: predictions, answers and edits, also undone ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from src.domain.feedback import Feedback, LabelSource, active_answers
from src.domain.predictions import Prediction
from src.domain.transactions import Edit, StoredTransaction, Transaction, active_edits
from src.pipeline.feedback.edit import changed_fields
from src.web.history import text
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
    """Undoes it; None if it cannot be undone now."""
    undone: bool = False


def events_of(row: StoredTransaction) -> list[Event]:
    """Newest first."""
    events = [*_predictions(row), *_answers(row), *_edits(row)]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _predictions(row: StoredTransaction) -> Iterator[Event]:
    for position, prediction in enumerate(row.predictions):
        title = text.PREDICTED if position == 0 else text.PREDICTED_AGAIN
        yield Event(prediction.at, title, prediction.category, prediction)


def _answers(row: StoredTransaction) -> Iterator[Event]:
    active = active_answers(row.feedback)
    for answer in row.feedback:
        if answer.category is None:
            yield Event(answer.at, text.ANSWER_UNDONE)
            continue
        is_active = answer in active
        act = answer.act if is_active and _can_be_undone(answer) else None
        yield Event(answer.at, text.ANSWERED[answer.source], answer.category, act=act, undone=not is_active)


def _can_be_undone(answer: Feedback) -> bool:
    """Undoing an import removes the category that came from it."""
    return answer.source in (LabelSource.FEEDBACK, LabelSource.SIMILAR)


def _edits(row: StoredTransaction) -> Iterator[Event]:
    newest = next(reversed(active_edits(row.edits)), None)
    for edit in row.edits:
        act = edit.act if edit is newest else None
        yield Event(edit.at, text.EDITED, changes=_changes(edit), act=act, undone=bool(edit.undone_at))


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
