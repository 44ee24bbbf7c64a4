"""The results of reading a file: an entry per transaction, a reason for each row that is none."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from src.components.bank_files.plan import Plan
from src.components.text.masking import mask
from src.domain.backups import Setup
from src.domain.categories import Category
from src.domain.money import KNOWN_CURRENCIES, decimal_places
from src.domain.transactions import Direction, StoredTransaction
from src.domain.transfers import Link
from src.domain.visible_text import or_blank

MAX_TEXT = 500
"""Characters kept of a description."""
MAX_LABEL = 100
"""Characters kept of a mode, a subcategory, a category, an id."""
MAX_AMOUNT = Decimal(10**12)

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, marks that change the writing direction, and lone surrogates."""


Cell = str | datetime.date | Decimal
"""Text, or a date or number that the file itself marks as one."""
Record = tuple[int, Sequence[Cell]]
"""(row, cells from the left)"""


def as_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    return format(cell, "f") if isinstance(cell, Decimal) else cell.isoformat()


def cell_at(cells: Sequence[Cell], position: int | None) -> Cell:
    """ "" if the record has no such column."""
    return cells[position] if position is not None and position < len(cells) else ""


class Reason(StrEnum):
    """Why a row is not imported. `web/imports/text.py` has the sentences."""

    AMOUNT_MISSING = "amount-missing"
    DATE_MISSING = "date-missing"
    DATE_AND_AMOUNT_MISSING = "date-and-amount-missing"
    DATE_OR_TYPE_MISSING = "date-or-type-missing"
    ZERO_AMOUNT = "zero-amount"
    AMOUNT_TOO_LARGE = "amount-too-large"
    TOO_MANY_DECIMALS = "too-many-decimals"
    TWO_AMOUNTS = "two-amounts"
    UNKNOWN_CURRENCY = "unknown-currency"
    UNKNOWN_TYPE = "unknown-type"
    DIRECTION_UNKNOWN = "direction-unknown"
    DATE_OUT_OF_RANGE = "date-out-of-range"
    NO_TEXT = "no-text"
    TOO_MANY_COLUMNS = "too-many-columns"
    DAMAGED = "damaged"
    NOT_JSON = "not-json"
    UNSETTLED = "unsettled"
    BALANCE = "balance"
    TOTAL = "total"
    SUMMARY = "summary"
    REPEATED_HEADING = "repeated-heading"
    ABOVE_HEADING = "above-heading"
    DATE_MISPLACED = "date-misplaced"
    NO_TRANSACTION = "no-transaction"
    OTHER_ACCOUNT = "other-account"
    CONVERSION = "conversion"
    MEMO = "memo"
    ONE_TIME_CODE = "one-time-code"
    PAYMENT_FAILED = "payment-failed"
    REMINDER = "reminder"
    ADVERTISEMENT = "advertisement"
    BALANCE_MESSAGE = "balance-message"
    NO_AMOUNT_IN_MESSAGE = "no-amount-in-message"
    AMOUNT_NOT_IN_MESSAGE = "amount-not-in-message"
    LINE_TOO_LONG = "line-too-long"
    COLUMN_COUNT = "column-count"
    CELL_NOT_JSON = "cell-not-json"
    NESTED_TOO_DEEPLY = "nested-too-deeply"
    INVALID_FIELD = "invalid-field"
    """Followed by a colon and the name of the field."""
    INCONSISTENT_CATEGORY = "inconsistent-category"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Exported:
    """A transaction of a Ledgerloop export, with the person's own categories."""

    row: StoredTransaction
    categories: tuple[Category, ...]
    links: tuple[Link, ...] | None = None
    """Of the transaction, also dismissed ones; None if the export is of a release that had only `transfer`
    and `refund_of`."""
    setup: Setup | None = None
    """Of the first transaction of an export."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction of a file."""

    row: int
    """1-based: line of the file, row of the sheet, or n-th transaction."""
    description: str
    amount: Decimal
    """Positive, exact, with no more decimals than its currency has."""
    currency: str
    date: datetime.date
    direction: Direction
    mode: str | None = None
    subcategory: str | None = None
    category: str | None = None
    """The file's label, if the plan takes categories."""
    bank_id: str | None = None
    """The bank's id of the transaction."""
    exported: Exported | None = None
    """Set if the file is a Ledgerloop export."""
    account: str | None = None
    """The name of the own account, if the file has one."""
    account_number: str | None = None
    """Of the own account; only its keyed hash may be shown or stored."""
    counterparty: str | None = None
    notes: str | None = None
    mcc: str | None = None
    """Four digits."""
    tags: tuple[str, ...] = ()


_MASKED = ("description", "mode", "subcategory", "account", "counterparty", "notes")


def masked(entry: Entry) -> Entry:
    """As it is shown and stored."""
    texts: dict[str, Any] = {name: mask(text) for name in _MASKED if (text := getattr(entry, name))}
    return replace(entry, **texts, tags=tuple(map(mask, entry.tags)))


@dataclass(frozen=True, slots=True)
class Rejected:
    row: int
    reason: str
    """A Reason, perhaps with a detail; never the text of the row."""
    left_out: bool = False
    """True: the row is no transaction (a one-time code, a balance, a total, a pending payment)."""


Line = Record | Rejected
"""A record, or why the format could not read one."""


class Unreadable(ValueError):
    """Its text is a Reason; never text of the record."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One reading of the file, with its result for the question's sample."""

    value: str
    example: str = ""
    """ISO date, decimal number, or a cell of the column `value`; may hold text of the file."""
    column: str = ""
    """The name of the column `value`, "" if the file has no heading."""
    spent: str = ""
    income: str = ""
    """Amounts of the file that are spending, and income, by this sign."""


@dataclass(frozen=True, slots=True)
class Question:
    """More than one reading fits the whole file. `Plan.answered(key, value)` takes the answer."""

    key: str
    choices: tuple[Choice, ...]
    """The first is what the preview shows."""
    sample: str = ""
    """A cell that the choices read differently."""
    any_value: bool = False
    """Whether other values than the choices are accepted: any currency code, any date."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a decision about the file is based on."""

    decision: str
    """A field of the Plan; `balance` for the check of all rows against the running balance."""
    basis: str
    """A Basis."""
    agree: int = 0
    of: int = 0
    """Of so many rows, or steps of the balance, `agree` show this decision."""
    conflict: int | None = None
    """The first row that disagrees."""


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column of a table: its name and contents, and whether the plan uses it."""

    position: int
    """From 0."""
    name: str
    """Of its heading; "" if there is none."""
    examples: tuple[str, ...]
    """The first few distinct texts."""
    distinct: int
    """Distinct texts among the first 2,000 rows."""
    used: bool
    suggested: bool
    """It is unused, and its many distinct texts are not in the description."""


@dataclass(frozen=True, slots=True)
class FileSum:
    """Of the entries of one currency and direction."""

    currency: str
    direction: Direction
    entries: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FileCategory:
    """A category that the file gives its rows."""

    name: str
    entries: int
    income: int
    """Of these, the entries that are income."""


@dataclass(frozen=True, slots=True)
class Preview:
    detected: str
    """The format, and after a colon the program that wrote the file, or the form of a Ledgerloop export."""
    plan: Plan
    """The best reading; `plan.open` names the open questions."""
    questions: tuple[Question, ...]
    columns: tuple[str, ...]
    """Names of a table's columns, "" without a heading; empty for other formats."""
    entries: tuple[Entry, ...]
    """The first few."""
    rejects: tuple[Rejected, ...]
    """The first few."""
    entry_count: int
    rejected_count: int
    """Rows that could not be read."""
    left_out_count: int
    column_summaries: tuple[ColumnSummary, ...] = ()
    """One for each of `columns`."""
    account_names: tuple[str, ...] = ()
    """Of the own accounts in the file; the first few."""
    account_numbers: tuple[str, ...] = ()
    """The same; only their keyed hashes may be stored."""
    first_day: datetime.date | None = None
    """The earliest date of an entry; None without entries."""
    last_day: datetime.date | None = None
    sums: tuple[FileSum, ...] = ()
    """By currency and direction, of all entries."""
    categories: tuple[FileCategory, ...] = ()
    """Of the file, whether the plan takes them or not; the first few hundred, the most frequent first."""
    evidence: tuple[Evidence, ...] = ()
    duplicates: int | None = None
    """Entries that are stored, or were deleted, already, among the first `compared`; None: not counted."""
    compared: int = 0


def clean(text: str, max_length: int = MAX_TEXT) -> str:
    """One line without control characters; "" if nothing of it is visible."""
    if not text.isprintable():
        text = _UNPRINTABLE.sub(" ", text)
    return or_blank(" ".join(text.split())[:max_length].rstrip())


def short_label(text: str) -> str | None:
    return (clean(text, MAX_LABEL) or None) if text else None


def validated(entry: Entry) -> Entry | Rejected:
    if not entry.amount:
        return Rejected(entry.row, Reason.ZERO_AMOUNT, left_out=True)
    if entry.currency not in KNOWN_CURRENCIES:
        return Rejected(entry.row, Reason.UNKNOWN_CURRENCY)
    if entry.amount > MAX_AMOUNT:
        return Rejected(entry.row, Reason.AMOUNT_TOO_LARGE)
    if entry.amount != round(entry.amount, decimal_places(entry.currency)):
        return Rejected(entry.row, Reason.TOO_MANY_DECIMALS)
    if not 1900 <= entry.date.year <= 2200:
        return Rejected(entry.row, Reason.DATE_OUT_OF_RANGE)
    return entry if entry.description or entry.subcategory else Rejected(entry.row, Reason.NO_TEXT)
