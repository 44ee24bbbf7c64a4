"""A file's way in: read by its plan, told from what is known, predicted, kept, a thousand rows at a time."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from src.components.bank_files.entry import Entry, Rejected, masked
from src.components.bank_files.limits import DEFAULT, Limits
from src.components.bank_files.plan import Format, Plan
from src.components.bank_files.read import lines_and_entries
from src.components.bank_files.record import Line, as_text
from src.components.text.masking import mask
from src.domain.feedback import Feedback, LabelSource
from src.domain.imports import Import, ImportCounts, ImportStatus
from src.domain.predictions import Prediction
from src.domain.transactions import NewTransaction, Origin, StoredTransaction, Transaction
from src.errors import InvalidInput, NotFound
from src.pipeline.categories.resolver import Categories, CategoryNames
from src.pipeline.imports.restore_export import Restoring

CHUNK = 1000
_TOO_MUCH = "This file takes too much memory to read. Split it, or save it in another format."


class Files(Protocol):
    def content(self, import_id: str) -> bytes: ...
    def went_on(self, import_id: str, holder: str, attempt: int, counts: ImportCounts) -> bool: ...
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


class Rejects(Protocol):
    def add(self, import_id: str, rejects: Sequence[dict[str, Any]]) -> None: ...


class Rows(Protocol):
    def hold(self, keys: Collection[str], *, import_id: str) -> dict[str, str | None]: ...
    def deleted(
        self, keys: Collection[str], *, import_id: str, ids: Collection[str] = ()
    ) -> Collection[str]: ...
    def add(self, new: Sequence[NewTransaction], *, at: datetime) -> int: ...
    def restore(self, rows: Sequence[StoredTransaction], *, import_id: str) -> int: ...


class Predicts(Protocol):
    def new(self, transactions: Sequence[Transaction], *, at: datetime) -> list[NewTransaction]: ...
    def predict(
        self, transactions: Sequence[Transaction], *, at: datetime
    ) -> list[tuple[Transaction, Prediction]]: ...


@dataclass(frozen=True)
class Importing:
    """Killed anywhere, it begins again at the first row and adds none a second time."""

    files: Files
    rejects: Rejects
    rows: Rows
    predictor: Predicts
    categories: Categories
    clock: Callable[[], datetime]
    limits: Limits = DEFAULT

    def run(self, claimed: Import, *, holder: str) -> ImportStatus:
        """Work off what `holder` has claimed; what came of it. Raises LeaseLost, Unavailable."""
        counts = ImportCounts()
        status, error = ImportStatus.DONE, None
        try:
            for counts in self._steps(claimed):
                if not self.files.went_on(claimed.id, holder, claimed.attempt, counts):
                    status = ImportStatus.STOPPED
                    break
        except (InvalidInput, NotFound) as failure:  # what is away for a moment is tried again instead
            status, error = ImportStatus.FAILED, str(failure)
        except MemoryError:
            status, error = ImportStatus.FAILED, _TOO_MUCH
        self.files.end(
            claimed.id, holder, claimed.attempt, status, counts=counts, at=self.clock(), error=error
        )
        return status

    def _steps(self, claimed: Import) -> Iterator[ImportCounts]:
        """The counts after each chunk."""
        content, plan = self.files.content(claimed.id), Plan.from_dict(claimed.plan)
        counts, add = ImportCounts(), self._adding(claimed.id, plan)
        results = lines_and_entries(content, plan, limits=self.limits)
        while chunk := list(islice(results, CHUNK)):
            found = [each for _, each in chunk if isinstance(each, Entry)]
            rejects = [(line, each) for line, each in chunk if isinstance(each, Rejected)]
            added, deleted = add(found)
            self.rejects.add(claimed.id, [_reject(*each) for each in rejects])
            left_out = sum(each.left_out for _, each in rejects)
            counts = ImportCounts(
                read=counts.read + len(chunk),
                added=counts.added + added,
                known=counts.known + len(found) - added - deleted,
                deleted=counts.deleted + deleted,
                rejected=counts.rejected + len(rejects) - left_out,
                left_out=counts.left_out + left_out,
            )
            yield counts

    def _adding(self, import_id: str, plan: Plan) -> Callable[[Sequence[Entry]], tuple[int, int]]:
        """What adds entries; returns how many this import added and how many a person had deleted."""
        if plan.format is Format.LEDGERLOOP:
            restoring = Restoring(import_id, self.rows, self.categories)
            return lambda found: restoring.add([each.kept for each in found if each.kept])
        keys, labels = Keys(), Labels(self.categories, self.predictor)
        return lambda found: self._add(import_id, found, keys, labels)

    def _add(self, import_id: str, found: Sequence[Entry], keys: Keys, labels: Labels) -> tuple[int, int]:
        """How many of `found` this import has added, now or in an earlier try; how many were deleted."""
        transactions = [_transaction(masked(each)) for each in found]
        keyed = [
            (keys.of(each, entry.bank_id), each, entry)
            for each, entry in zip(transactions, found, strict=True)
        ]
        known = self.rows.hold([key for key, _, _ in keyed], import_id=import_id)
        added = sum(owner == import_id for owner in known.values())
        fresh = [each for each in keyed if each[0] not in known]
        deleted = self.rows.deleted([key for key, _, _ in fresh], import_id=import_id) if fresh else ()
        fresh = [each for each in fresh if each[0] not in deleted]
        kept_out = len(keyed) - len(known) - len(fresh)
        while fresh:
            at = self.clock()
            predicted = self.predictor.new([transaction for _, transaction, _ in fresh], at=at)
            labels.know([entry for _, _, entry in fresh], predicted)
            new = [
                replace(each, origin=Origin(import_id, key, labels.of(entry, import_id, at)))
                for (key, _, entry), each in zip(fresh, predicted, strict=True)
            ]
            added_now = self.rows.add(new, at=at)
            added += added_now
            if added_now == len(fresh):
                break
            # Another import was quicker with some of them, or is being undone.
            known = self.rows.hold([key for key, _, _ in fresh], import_id=import_id)
            fresh = [each for each in fresh if each[0] not in known]
        return added, kept_out


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
    """The file's own categories as a person's."""

    def __init__(self, categories: Categories, predictor: Predicts) -> None:
        self._names = CategoryNames(categories, predictor)

    def know(self, entries: Sequence[Entry], predicted: Sequence[NewTransaction]) -> None:
        """Find the categories of some entries, or make them, by all the rows that have each."""
        rows: dict[str, list[NewTransaction]] = defaultdict(list)
        for entry, row in zip(entries, predicted, strict=True):
            if entry.category:
                rows[entry.category].append(row)
        for name, some in rows.items():
            self._names.slug(name, some)

    def of(self, entry: Entry, import_id: str, at: datetime) -> Feedback | None:
        if not entry.category:
            return None
        return Feedback(self._names.slug(entry.category), at, f"import:{import_id}", LabelSource.IMPORT)


def _transaction(entry: Entry) -> Transaction:
    """entry: masked."""
    return Transaction(
        description=entry.description,
        amount=entry.amount,
        currency=entry.currency,
        date=entry.date,
        direction=entry.direction,
        mode=entry.mode,
        subcategory=entry.subcategory,
    )


def _reject(line: Line, rejected: Rejected) -> dict[str, Any]:
    """With what stood in the row, masked, so that a person can mend it and bring it again."""
    said = {"row": rejected.row, "reason": rejected.reason, "left_out": rejected.left_out}
    if rejected.left_out or isinstance(line, Rejected):
        return said
    return {**said, "cells": [mask(as_text(cell)) for cell in line[1]]}


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
