"""Categorize and sum the rows of a file or of pasted text. Nothing is stored."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from src.components.bank_files.entry import Entry, Preview, Rejected
from src.domain.predictions import Prediction
from src.domain.transactions import Transaction
from src.errors import InvalidInput
from src.pipeline.imports.own_accounts import OwnAccounts
from src.pipeline.imports.read_preview import WHOLE
from src.pipeline.imports.run import transaction_of

if TYPE_CHECKING:
    from src.pipeline.imports.preview import ImportPreview
    from src.pipeline.summary.sums import Summaries
    from src.services.accounts.repository import Accounts


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A row of the file: a transaction with its prediction, or the reason why it is none."""

    row: int
    """1-based: line of the file, row of the sheet, or n-th transaction."""
    transaction: Transaction | None = None
    prediction: Prediction | None = None
    reason: str = ""
    """Code of a rejected row."""
    left_out: bool = False
    """It is no transaction, such as a balance or a heading."""


@dataclass(frozen=True, slots=True)
class FileSummary:
    preview: Preview
    """How the file was read; its questions are answered by the first choice. Without entries and rejects."""
    rows: Sequence[SummaryRow]
    """In the order of the file."""
    sums: Mapping[str, list[dict[str, Any]]]
    """As of `Summaries`."""


@dataclass(frozen=True)
class FileSummaries:
    import_preview: ImportPreview
    accounts: Accounts
    account_hash: Callable[[str], str]
    """The keyed hash of an account number."""
    summaries: Summaries

    def of(self, content: bytes, answers: Mapping[str, Any], *, at: datetime) -> FileSummary:
        """answers: to the questions about the file. Raises InvalidInput, Unavailable."""
        preview = self.import_preview.read(content, answers, whole=True).preview
        if max(preview.entry_count + preview.rejected_count, preview.left_out_count) > WHOLE:
            raise InvalidInput(
                f"This file has {preview.entry_count:,} transactions. A summary can have at most {WHOLE:,} "
                "rows: import the file instead, or split it.",
                field="file",
            )
        own_accounts = OwnAccounts(self.accounts, self.account_hash, preview.plan.account, adds=False)
        transactions = [_transaction(entry, own_accounts) for entry in preview.entries]
        predicted, sums = self.summaries.of(transactions, at=at)
        valid = [
            SummaryRow(entry.row, transaction, prediction)
            for entry, (transaction, prediction) in zip(preview.entries, predicted, strict=True)
        ]
        rejected = [_rejected(reject) for reject in preview.rejects]
        rows = list(heapq.merge(valid, rejected, key=lambda row: row.row))
        return FileSummary(replace(preview, entries=(), rejects=()), rows, sums)


def _transaction(entry: Entry, own_accounts: OwnAccounts) -> Transaction:
    own = own_accounts.of(entry)
    return transaction_of(entry, own.account.name if own.account else None)


def _rejected(reject: Rejected) -> SummaryRow:
    return SummaryRow(reject.row, reason=reject.reason, left_out=reject.left_out)
