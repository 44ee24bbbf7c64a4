"""What other programs tell: each transaction kept once and predicted, a category chosen there an answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from src.components.text.masking import mask
from src.domain.feedback import Feedback, FeedbackOutcome, LabelSource
from src.domain.predictions import Band, Prediction
from src.domain.transactions import NewTransaction, Origin, Status, StoredTransaction, Transaction
from src.errors import InvalidInput, NotFound
from src.pipeline.categories.resolver import Categories, CategoryNames
from src.pipeline.feedback.feedback import Answer

_LONGEST_TEXT = 500
_LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True)
class Told:
    """One transaction as another program tells it; its texts are not masked yet."""

    key: str
    """The program's own number for it."""
    transaction: Transaction
    category: str | None = None
    """What it is called there, by name."""


class Rows(Protocol):
    def by_key(self, keys: Collection[str]) -> dict[str, StoredTransaction]: ...
    def deleted(self, keys: Collection[str]) -> Collection[str]: ...
    def add(self, new: Sequence[NewTransaction], *, source: str, at: datetime) -> None: ...
    def renew(self, new: Mapping[str, Prediction]) -> None: ...


class Predicts(Protocol):
    def new(self, transactions: Sequence[Transaction], *, at: datetime) -> list[NewTransaction]: ...
    def predict(
        self, transactions: Sequence[Transaction], *, at: datetime
    ) -> list[tuple[Transaction, Prediction]]: ...


class Answers(Protocol):
    def record_many(
        self, answers: Sequence[Answer], *, at: datetime, program: str = ""
    ) -> list[FeedbackOutcome | InvalidInput | NotFound]: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it."""

    rows: Mapping[str, StoredTransaction]
    """As they stand now, by the program's own number."""
    fresh: frozenset[str]
    """Those told for the first time."""
    answers: tuple[FeedbackOutcome, ...]
    """What a person chose in the other program."""


@dataclass(frozen=True)
class Webhooks:
    rows: Rows
    predictor: Predicts
    feedback: Answers
    categories: Categories

    def take(self, told: Sequence[Told], *, program: str, at: datetime, again: bool = False) -> Taken:
        """Keep what is new, learn what a person chose. Raises Unavailable; telling it again is safe.

        again: predict anew what was known before but nobody was sure of.
        A text that was changed in the other program stays here as it was first told: the next one from the
        bank will look like that.
        """
        keyed = {_key(program, each.key): each for each in told}
        known = self.rows.by_key(keyed)
        fresh = {key: each for key, each in keyed.items() if key not in known}
        deleted = self.rows.deleted(fresh) if fresh else ()
        fresh = {key: each for key, each in fresh.items() if key not in deleted}
        names = CategoryNames(self.categories, self.predictor)
        # What a person chose comes first, so that the rest is predicted by it.
        self._add({key: each for key, each in fresh.items() if each.category}, program, names, at)
        answers = self._learn(known, keyed, program, names, at)
        self._add({key: each for key, each in fresh.items() if not each.category}, program, names, at)
        if again:
            self._predict_again([row for key, row in known.items() if not keyed[key].category], at)
        return Taken(
            rows={keyed[key].key: row for key, row in self.rows.by_key(keyed).items()},
            fresh=frozenset(each.key for each in fresh.values()),
            answers=answers,
        )

    def _add(self, fresh: Mapping[str, Told], program: str, names: CategoryNames, at: datetime) -> None:
        if not fresh:
            return
        predicted = self.predictor.new([_bounded(each.transaction) for each in fresh.values()], at=at)
        for each, one in zip(fresh.values(), predicted, strict=True):
            if each.category:
                names.slug(each.category, [one])
        new = [
            replace(one, origin=Origin(None, key, _label(key, each, names, at)))
            for (key, each), one in zip(fresh.items(), predicted, strict=True)
        ]
        self.rows.add(new, source=program, at=at)

    def _learn(
        self,
        known: Mapping[str, StoredTransaction],
        keyed: Mapping[str, Told],
        program: str,
        names: CategoryNames,
        at: datetime,
    ) -> tuple[FeedbackOutcome, ...]:
        answers = [
            Answer(row.id, slug)
            for key, row in known.items()
            if (name := keyed[key].category) and _is_news(row, slug := names.slug(name), program)
        ]
        outcomes = self.feedback.record_many(answers, at=at, program=program) if answers else ()
        return tuple(each for each in outcomes if isinstance(each, FeedbackOutcome))

    def _predict_again(self, rows: Sequence[StoredTransaction], at: datetime) -> None:
        unsure = [row for row in rows if row.needs_review]
        if not unsure:
            return
        predicted = self.predictor.predict([row.transaction for row in unsure], at=at)
        changed = {
            row.id: prediction
            for row, (_, prediction) in zip(unsure, predicted, strict=True)
            if (prediction.category, prediction.band) != (row.prediction.category, row.prediction.band)
        }
        if changed:
            self.rows.renew(changed)


def _key(program: str, key: str) -> str:
    return f"{program}:{key}"


def _label(key: str, told: Told, names: CategoryNames, at: datetime) -> Feedback | None:
    if not told.category:
        return None
    return Feedback(names.slug(told.category), at, key, LabelSource.IMPORT)


def _bounded(transaction: Transaction) -> Transaction:
    """Masked before it is cut, so that no half of a number escapes."""
    detail = transaction.subcategory
    return replace(
        transaction,
        description=mask(transaction.description)[:_LONGEST_TEXT],
        subcategory=mask(detail)[:_LONGEST_LABEL] if detail else None,
    )


def _is_news(row: StoredTransaction, slug: str, program: str) -> bool:
    """Whether a person chose `slug` there; it may as well be what we ourselves had said."""
    if row.status is not Status.PREDICTED and slug == row.category:
        return False
    if row.feedback and row.feedback[-1].act.startswith(f"{program}:"):
        return True  # the word that stands was given there, and so was this newer one
    return slug not in own_words(row)


def own_words(row: StoredTransaction) -> set[str | None]:
    """What a program may have been told of this row by us: what was sorted without a question."""
    return {each.category for each in row.predictions if each.band is Band.AUTO}
