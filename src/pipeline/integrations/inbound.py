"""Transactions from other programs: each is stored once and predicted; a chosen category is an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from src.components.text.masking import mask
from src.domain.feedback import Feedback, FeedbackOutcome, LabelSource
from src.domain.predictions import Band
from src.domain.transactions import Origin, Status, StoredTransaction, Transaction
from src.pipeline.categories.resolver import CategoryNames
from src.pipeline.feedback.feedback import Answer, FeedbackLoop

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor
    from src.services.categories.repository import Categories
    from src.services.transactions.deleted import DeletedTransactions
    from src.services.transactions.repository import Transactions
    from src.services.transactions.unanswered import Unanswered

_LONGEST_TEXT = 500
_LONGEST_LABEL = 100
_LONGEST_NAME = 200
_LONGEST_NOTES = 1000
_LONGEST_TAG = 50
_MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class InboundTransaction:
    """One transaction from another program; its texts are not masked yet."""

    key: str
    """The program's id for it."""
    transaction: Transaction
    category: str | None = None
    """The name of the category chosen there."""


@dataclass(frozen=True, slots=True)
class InboundResult:
    rows: Mapping[str, StoredTransaction]
    """The current rows, by the program's id."""
    new: frozenset[str]
    """Ids received for the first time."""
    answers: tuple[FeedbackOutcome, ...]
    """Categories a person chose in the other program."""


@dataclass(frozen=True)
class Webhooks:
    rows: Transactions
    deleted: DeletedTransactions
    unanswered: Unanswered
    predictor: Predictor
    feedback: FeedbackLoop
    categories: Categories

    def receive(
        self,
        transactions: Sequence[InboundTransaction],
        *,
        program: str,
        at: datetime,
        repredict: bool = False,
    ) -> InboundResult:
        """Store new transactions and record chosen categories. Raises Unavailable; can be repeated safely.

        repredict: predict known transactions that need review again.
        A text edited in the other program is not changed here, because the next one from the bank will look
        like the first.
        """
        received = {f"{program}:{transaction.key}": transaction for transaction in transactions}
        known = self.rows.by_key(received)
        new = {key: transaction for key, transaction in received.items() if key not in known}
        deleted = self.deleted.keys(new) if new else ()
        new = {key: transaction for key, transaction in new.items() if key not in deleted}
        names = CategoryNames(self.categories, self.predictor)
        # Answers first, so that they decide the predictions of the rest.
        self._add({key: one for key, one in new.items() if one.category}, program, names, at)
        answers = self._record_answers(known, received, program, names, at)
        self._add({key: one for key, one in new.items() if not one.category}, program, names, at)
        if repredict:
            self._repredict([row for key, row in known.items() if not received[key].category], at)
        return InboundResult(
            rows={received[key].key: row for key, row in self.rows.by_key(received).items()},
            new=frozenset(transaction.key for transaction in new.values()),
            answers=answers,
        )

    def _add(
        self, new: Mapping[str, InboundTransaction], program: str, names: CategoryNames, at: datetime
    ) -> None:
        if not new:
            return
        rows = []
        predicted = self.predictor.new([_bounded(inbound.transaction) for inbound in new.values()], at=at)
        for (key, inbound), row in zip(new.items(), predicted, strict=True):
            label = None
            if inbound.category:
                label = Feedback(names.slug(inbound.category, [row]), at, key, LabelSource.IMPORT)
            rows.append(replace(row, origin=Origin(None, key, label)))
        self.rows.add_missing(rows, source=program, at=at)

    def _record_answers(
        self,
        known: Mapping[str, StoredTransaction],
        received: Mapping[str, InboundTransaction],
        program: str,
        names: CategoryNames,
        at: datetime,
    ) -> tuple[FeedbackOutcome, ...]:
        answers = [
            Answer(row.id, slug)
            for key, row in known.items()
            if (name := received[key].category) and _is_answer(row, slug := names.slug(name), program)
        ]
        outcomes = self.feedback.record_many(answers, at=at, program=program) if answers else ()
        return tuple(outcome for outcome in outcomes if isinstance(outcome, FeedbackOutcome))

    def _repredict(self, rows: Sequence[StoredTransaction], at: datetime) -> None:
        unsure = [row for row in rows if row.is_uncertain]
        if not unsure:
            return
        predicted = self.predictor.predict([row.transaction for row in unsure], at=at)
        changed = {
            row.id: (row.transaction, prediction)
            for row, (_, prediction) in zip(unsure, predicted, strict=True)
            if (prediction.category, prediction.band) != (row.prediction.category, row.prediction.band)
        }
        if changed:
            self.unanswered.append(changed)


def _bounded(transaction: Transaction) -> Transaction:
    """Masked before it is cut, because half a number would not be masked."""
    tags = (_cut(" ".join(tag.replace(",", " ").split()), _LONGEST_TAG) for tag in transaction.tags)
    return replace(
        transaction,
        description=_cut(transaction.description, _LONGEST_TEXT) or "",
        subcategory=_cut(transaction.subcategory, _LONGEST_LABEL),
        account=_cut(transaction.account, _LONGEST_LABEL),
        counterparty=_cut(transaction.counterparty, _LONGEST_NAME),
        notes=_cut(transaction.notes, _LONGEST_NOTES),
        tags=tuple(tag for tag in tags if tag)[:_MOST_TAGS],
    )


def _cut(text: str | None, longest: int) -> str | None:
    return mask(text)[:longest] if text else None


def _is_answer(row: StoredTransaction, slug: str, program: str) -> bool:
    """Whether a person chose `slug` in the other program; it may also be our own prediction."""
    if row.status is not Status.PREDICTED and slug == row.category:
        return False
    if row.feedback and row.feedback[-1].act.startswith(f"{program}:"):
        return True  # the current answer came from there, and so did this newer one
    return slug not in own_predictions(row)


def own_predictions(row: StoredTransaction) -> set[str | None]:
    """Categories that Ledgerloop may have sent for this row: its automatic predictions."""
    return {prediction.category for prediction in row.predictions if prediction.band is Band.AUTO}
