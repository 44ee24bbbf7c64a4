"""A file's way in: read by its plan, told from what is known, predicted, kept, a thousand rows at a time."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from src.components.importing.entry import Entry, Rejected
from src.components.importing.limits import DEFAULT, Limits
from src.components.importing.plan import TABLES, Format, Plan
from src.components.importing.read import entries
from src.components.importing.record import as_text
from src.components.importing.source import open_source
from src.components.masking import mask
from src.domain.categories import Category, Group, slug_of
from src.domain.feedback import Feedback, LabelSource
from src.domain.imports import Import, ImportCounts, ImportStatus
from src.domain.transactions import NewTransaction, Origin, StoredTransaction, Transaction
from src.errors import Conflict, InvalidInput, NotFound
from src.pipeline.restoring import Restoring

CHUNK = 1000
_COLOR = "#7a8b99"


class Files(Protocol):
    def content(self, import_id: str) -> bytes: ...
    def went_on(self, import_id: str, holder: str, attempt: int, counts: ImportCounts) -> bool: ...
    def reject(self, import_id: str, rejects: Sequence[dict[str, Any]]) -> None: ...
    def end(
        self,
        import_id: str,
        holder: str,
        attempt: int,
        status: ImportStatus,
        *,
        counts: ImportCounts,
        at: datetime,
        error: str | None = None,
    ) -> None: ...


class Rows(Protocol):
    def known(self, keys: Collection[str]) -> dict[str, str]: ...
    def add(self, new: Sequence[NewTransaction], *, at: datetime) -> int: ...
    def restore(self, rows: Sequence[StoredTransaction], *, import_id: str) -> int: ...


class Predicts(Protocol):
    def new(self, transactions: Sequence[Transaction], *, at: datetime) -> list[NewTransaction]: ...


class Names(Protocol):
    def all(self) -> list[Category]: ...
    def add(self, category: Category) -> Category: ...


@dataclass(frozen=True)
class Importing:
    """Killed anywhere, it begins again at the first row and adds none a second time."""

    files: Files
    rows: Rows
    predictor: Predicts
    categories: Names
    clock: Callable[[], datetime]
    limits: Limits = DEFAULT

    def run(self, claimed: Import, *, holder: str) -> ImportStatus:
        """Work off what `holder` has claimed; what came of it. Raises LeaseLost, Unavailable."""
        counts = ImportCounts()
        status, error = ImportStatus.DONE, None
        try:
            content, plan = self.files.content(claimed.id), Plan.from_dict(claimed.plan)
            for counts in self._steps(claimed, content, plan):
                if not self.files.went_on(claimed.id, holder, claimed.attempt, counts):
                    status = ImportStatus.STOPPED
                    break
            if status is ImportStatus.DONE and counts.rejected:
                self._keep_cells(claimed.id, content, plan)
        except (InvalidInput, NotFound) as failure:  # what is away for a moment is tried again instead
            status, error = ImportStatus.FAILED, str(failure)
        self.files.end(
            claimed.id, holder, claimed.attempt, status, counts=counts, at=self.clock(), error=error
        )
        return status

    def _steps(self, claimed: Import, content: bytes, plan: Plan) -> Iterator[ImportCounts]:
        """The counts after each chunk."""
        counts, add = ImportCounts(), self._adding(claimed.id, plan)
        results = entries(content, plan, limits=self.limits)
        while chunk := list(islice(results, CHUNK)):
            found = [each for each in chunk if isinstance(each, Entry)]
            rejects = [each for each in chunk if isinstance(each, Rejected)]
            added = add(found)
            self.files.reject(claimed.id, [_reject(each) for each in rejects])
            left_out = sum(each.left_out for each in rejects)
            counts = ImportCounts(
                read=counts.read + len(chunk),
                added=counts.added + added,
                known=counts.known + len(found) - added,
                rejected=counts.rejected + len(rejects) - left_out,
                left_out=counts.left_out + left_out,
            )
            yield counts

    def _adding(self, import_id: str, plan: Plan) -> Callable[[Sequence[Entry]], int]:
        """What keeps some entries, and says how many of them this import has brought."""
        if plan.format is Format.LEDGERLOOP:
            restoring = Restoring(import_id, self.rows, self.categories)
            return lambda found: restoring.add([each.kept for each in found if each.kept])
        keys, labels = Keys(), Labels(self.categories)
        return lambda found: self._add(import_id, found, keys, labels)

    def _add(self, import_id: str, found: Sequence[Entry], keys: Keys, labels: Labels) -> int:
        """How many of `found` this import has added, now or in an earlier try."""
        transactions = [_transaction(each) for each in found]
        keyed = [
            (keys.of(each, entry.bank_id), each, entry)
            for each, entry in zip(transactions, found, strict=True)
        ]
        known = self.rows.known([key for key, _, _ in keyed])
        fresh = [each for each in keyed if each[0] not in known]
        at = self.clock()
        predicted = self.predictor.new([transaction for _, transaction, _ in fresh], at=at) if fresh else []
        new = [
            replace(each, origin=Origin(import_id, key, labels.of(entry, import_id, at)))
            for (key, _, entry), each in zip(fresh, predicted, strict=True)
        ]
        return self.rows.add(new, at=at) + sum(one == import_id for one in known.values())

    def _keep_cells(self, import_id: str, content: bytes, plan: Plan) -> None:
        """What stood in the rejected rows, masked, so that a person can mend them and bring them again."""
        if plan.format not in TABLES:
            return
        rejected = {
            each.row: each
            for each in entries(content, plan, limits=self.limits)
            if isinstance(each, Rejected) and not each.left_out
        }
        for records in _chunks(open_source(content, plan, self.limits).records()):
            self.files.reject(
                import_id,
                [
                    {**_reject(rejected[row]), "cells": [mask(as_text(cell)) for cell in cells]}
                    for row, cells in records
                    if row in rejected
                ],
            )


@dataclass
class Keys:
    """Two equal purchases of a day are two: the second has another key, and the same one whenever the file,
    or another that overlaps it, is brought again."""

    _seen: Counter[str] = field(default_factory=Counter)

    def of(self, transaction: Transaction, bank_id: str | None) -> str:
        """transaction: masked. bank_id: what the bank calls it, if it does."""
        said = (
            transaction.date.isoformat(),
            f"{transaction.amount.normalize():f}",
            transaction.currency,
            transaction.direction.value,
            f"id {bank_id}"
            if bank_id
            else f"text {_plain(transaction.description)} {_plain(transaction.subcategory)}",
        )
        same = hashlib.sha256("\x1f".join(said).encode("utf-8", "replace")).hexdigest()
        self._seen[same] += 1
        return f"{same}:{self._seen[same]}"


class Labels:
    """The file's own categories as a person's: found by name, else made."""

    def __init__(self, categories: Names) -> None:
        self._categories = categories
        self._slugs: dict[str, str] = {}

    def of(self, entry: Entry, import_id: str, at: datetime) -> Feedback | None:
        if not entry.category:
            return None
        return Feedback(self._slug(entry.category), at, f"import:{import_id}", LabelSource.IMPORT)

    def _slug(self, name: str) -> str:
        slugs = self._slugs or self._known()
        found = slugs.get(name.casefold()) or self._made(name, slugs)
        self._slugs = {**slugs, name.casefold(): found}
        return found

    def _known(self) -> dict[str, str]:
        known = self._categories.all()
        return {each.slug: each.slug for each in known} | {each.name.casefold(): each.slug for each in known}

    def _made(self, name: str, slugs: dict[str, str]) -> str:
        slug, number = slug_of(name), 2
        while slug in slugs.values():
            slug, number = f"{slug_of(name)}-{number}", number + 1
        try:
            return self._categories.add(Category(slug, name, Group.DISCRETIONARY, _COLOR)).slug
        except Conflict:  # another import made it in this moment
            return self._known()[name.casefold()]


def _transaction(entry: Entry) -> Transaction:
    return Transaction(
        description=mask(entry.description),
        amount=entry.amount,
        currency=entry.currency,
        date=entry.date,
        direction=entry.direction,
        mode=mask(entry.mode) if entry.mode else None,
        subcategory=mask(entry.subcategory) if entry.subcategory else None,
    )


def _reject(rejected: Rejected) -> dict[str, Any]:
    return {"row": rejected.row, "reason": rejected.reason, "left_out": rejected.left_out}


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def _chunks(records: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(records)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
