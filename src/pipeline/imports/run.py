"""Run an import: read the file by its plan, skip duplicates, predict and store, a thousand rows at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any, TypeVar, cast

from src.components.bank_files.entry import Entry, Line, Rejected, as_text, masked
from src.components.bank_files.limits import DEFAULT, Limits
from src.components.bank_files.own_account import masked_cell
from src.components.bank_files.plan import Format, Plan
from src.components.bank_files.read import lines_and_entries
from src.domain.feedback import Feedback, LabelSource
from src.domain.imports import Import, ImportCounts, ImportStatus
from src.domain.transactions import NewTransaction, Origin, Transaction
from src.errors import InvalidInput, NotFound
from src.pipeline.categories.resolver import CategoryNames
from src.pipeline.imports.category_mapping import choices_of
from src.pipeline.imports.own_accounts import OwnAccounts
from src.pipeline.imports.recognition import Identities, Identity, Recognition, file_row, may_be_same
from src.pipeline.imports.restore_export import ExportRestore
from src.pipeline.imports.restore_setup import SetupRestore

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor
    from src.pipeline.transfers.matching import LinkMatching
    from src.services.accounts.repository import Accounts
    from src.services.categories.repository import Categories
    from src.services.imports.repository import ImportRejects, Imports
    from src.services.transactions.imported import ImportedTransactions

T = TypeVar("T")
CHUNK = 1000
_TOO_MUCH = "This file takes too much memory to read. Split it, or save it in another format."


@dataclass(frozen=True)
class ImportRun:
    """If its process is killed, another starts again at the first row and adds no row twice."""

    imports: Imports
    rejects: ImportRejects
    rows: ImportedTransactions
    predictor: Predictor
    categories: Categories
    matching: LinkMatching
    accounts: Accounts
    setup: SetupRestore
    account_hash: Callable[[str], str]
    """The keyed hash of an account number."""
    clock: Callable[[], datetime]
    limits: Limits = DEFAULT
    afterwards: Callable[[], None] = lambda: None
    """Called when transactions may have an earlier state again."""
    count: Callable[[], object] = lambda: None
    """Called last: counts what the sums lack."""

    def run(self, claimed: Import, *, holder: str) -> ImportStatus:
        """Run an import that `holder` has claimed. Raises LeaseLost, Unavailable."""
        lease = (claimed.id, holder, claimed.attempt)
        counts = ImportCounts()
        status, error = ImportStatus.DONE, None
        try:
            for counts in self._chunks(claimed):
                if not self.imports.record_progress(*lease, counts):
                    status = ImportStatus.STOPPED
                    break
        except (InvalidInput, NotFound) as failure:  # Unavailable is retried instead
            status, error = ImportStatus.FAILED, str(failure)
        except MemoryError:
            status, error = ImportStatus.FAILED, _TOO_MUCH
        self.afterwards()
        self.matching.match_import(claimed.id)
        self.count()
        self.imports.finish(*lease, status, counts=counts, at=self.clock(), error=error)
        return status

    def _chunks(self, claimed: Import) -> Iterator[ImportCounts]:
        """The counts after each chunk."""
        content, plan = self.imports.content(claimed.id), Plan.from_dict(claimed.plan)
        counts, add = ImportCounts(), self._adder(claimed.id, plan)
        results = lines_and_entries(content, plan, limits=self.limits)
        for chunk in _ahead(iter(lambda: list(islice(results, CHUNK)), [])):
            entries = [result for _, result in chunk if isinstance(result, Entry)]
            rejects = [(line, result) for line, result in chunk if isinstance(result, Rejected)]
            added, deleted = add(entries)
            self.rejects.add(claimed.id, [_reject(*reject, plan) for reject in rejects])
            left_out = sum(rejected.left_out for _, rejected in rejects)
            counts = ImportCounts(
                read=counts.read + len(chunk),
                added=counts.added + added,
                known=counts.known + len(entries) - added - deleted,
                deleted=counts.deleted + deleted,
                rejected=counts.rejected + len(rejects) - left_out,
                left_out=counts.left_out + left_out,
            )
            yield counts

    def _adder(self, import_id: str, plan: Plan) -> Callable[[Sequence[Entry]], tuple[int, int]]:
        """A function that adds entries and returns what `_add` does."""
        if plan.format is Format.LEDGERLOOP:
            restore = ExportRestore(
                import_id,
                self.rows,
                self.categories,
                self.predictor.with_canonical_accounts,
                self.matching.restore(),
                self.setup,
            )
            return lambda entries: restore.add([entry.exported for entry in entries if entry.exported])
        own_accounts = OwnAccounts(self.accounts, self.account_hash, plan.account)
        identities, recognition = Identities(), Recognition()
        names = CategoryNames(self.categories, self.predictor, choices_of(plan))

        def add(entries: Sequence[Entry]) -> tuple[int, int]:
            rows = [_row(entry, own_accounts, identities) for entry in entries]
            keyed, known = self._recognized(import_id, rows, recognition)
            return self._add(import_id, keyed, known, names)

        return add

    def _recognized(
        self, import_id: str, rows: Sequence[_Row], recognition: Recognition
    ) -> tuple[list[tuple[str, _Row]], list[str]]:
        """The rows, each with the key of its transaction; and the keys of those that are stored already.

        Stored ones without an account get their row's.
        """
        identified = [row.identity for row in rows]
        stored = may_be_same(identified, self.rows, import_id=import_id)
        matches = recognition.match(identified, stored)
        accounts = {
            match.key: fields
            for match, identity in zip(matches, identified, strict=True)
            if match and (fields := identity.missing_in(match))
        }
        self.rows.set_accounts(accounts, import_id=import_id)
        keyed = [
            (match.key if match else row.identity.key, row) for match, row in zip(matches, rows, strict=True)
        ]
        return keyed, [match.key for match in matches if match]

    def _add(
        self,
        import_id: str,
        keyed: Sequence[tuple[str, _Row]],
        known: Sequence[str],
        names: CategoryNames,
    ) -> tuple[int, int]:
        """How many this import has added, now or in an earlier attempt; how many a person had deleted.

        known: the keys of those that are stored, or were deleted.
        """
        owners = self.rows.share(known, import_id=import_id) if known else {}
        added = sum(owner == import_id for owner in owners.values())
        new = [row for row in keyed if row[0] not in owners]
        deleted = self.rows.note_deleted([key for key, _ in new], import_id=import_id) if new else ()
        new = [row for row in new if row[0] not in deleted]
        deleted_count = len(keyed) - len(owners) - len(new)
        while new:
            at = self.clock()
            predicted = self.predictor.new([row.transaction for _, row in new], at=at)
            labels = _labels(import_id, [row.entry for _, row in new], predicted, names, at)
            transactions = [
                replace(stored, origin=Origin(import_id, key, label, row.identity.account_number))
                for (key, row), stored, label in zip(new, predicted, labels, strict=True)
            ]
            added_now = self.rows.add(transactions, at=at)
            added += added_now
            if added_now == len(new):
                break
            # Another import added some of them first, or is being undone.
            owners = self.rows.share([key for key, _ in new], import_id=import_id)
            new = [row for row in new if row[0] not in owners]
        return added, deleted_count


def _ahead(values: Iterator[T]) -> Iterator[T]:
    """The values; the next one is made while the caller waits for MongoDB with the last one."""
    end = object()
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(next, values, end)
        while (value := following.result()) is not end:
            following = thread.submit(next, values, end)
            yield cast(T, value)


@dataclass(frozen=True, slots=True)
class _Row:
    """A transaction of the file."""

    entry: Entry
    transaction: Transaction
    identity: Identity


def _row(entry: Entry, own_accounts: OwnAccounts, identities: Identities) -> _Row:
    own, shown = own_accounts.of(entry), masked(entry)
    transaction = transaction_of(shown, own.account.name if own.account else None)
    return _Row(entry, transaction, identities.of(file_row(shown), own))


def _labels(
    import_id: str,
    entries: Sequence[Entry],
    rows: Sequence[NewTransaction],
    names: CategoryNames,
    at: datetime,
) -> list[Feedback | None]:
    """The file's categories as a person's answers. A new category gets all rows that have it."""
    rows_of: dict[str | None, list[NewTransaction]] = defaultdict(list)
    for entry, row in zip(entries, rows, strict=True):
        rows_of[entry.category].append(row)
    labels = {
        category: Feedback(slug, at, f"import:{import_id}", LabelSource.IMPORT)
        for category, of_it in rows_of.items()
        if category and (slug := names.chosen_slug(category, of_it))
    }
    return [labels.get(entry.category or "") for entry in entries]


def transaction_of(entry: Entry, account: str | None) -> Transaction:
    """entry: masked."""
    return Transaction(
        description=entry.description,
        amount=entry.amount,
        currency=entry.currency,
        date=entry.date,
        direction=entry.direction,
        mode=entry.mode,
        subcategory=entry.subcategory,
        account=account,
        counterparty=entry.counterparty,
        notes=entry.notes,
        mcc=entry.mcc,
        tags=entry.tags,
    )


def _reject(line: Line, rejected: Rejected, plan: Plan) -> dict[str, Any]:
    """With the masked cells of the row, so that a person can correct it and import it again."""
    fields = {"row": rejected.row, "reason": str(rejected.reason), "left_out": rejected.left_out}
    if rejected.left_out or isinstance(line, Rejected):
        return fields
    cells = zip_longest(map(as_text, line[1]), (plan.columns or ())[: len(line[1])])
    return {**fields, "cells": [masked_cell(text, field) for text, field in cells]}
