"""What comes out of a file: an entry for each transaction, a reason for each line that is none."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from src.components.bank_files.plan import Plan
from src.components.text.masking import mask
from src.domain.categories import Category
from src.domain.money import CURRENCIES, decimal_places
from src.domain.transactions import Direction, StoredTransaction

MOST_TEXT = 500
"""Characters kept of a description."""
MOST_WORD = 100
"""Characters kept of a mode, a subcategory, a category, an id."""
MOST_MONEY = Decimal(10**12)

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, marks that turn the direction of writing, and halves of characters."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A transaction as an export of Ledgerloop tells it, and the person's own categories beside it."""

    row: StoredTransaction
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction as its file tells it."""

    row: int
    """1-based, as the owner counts: line of the file, row of the sheet, or n-th transaction."""
    description: str
    amount: Decimal
    """Positive, exact, with no more decimals than its currency has."""
    currency: str
    date: datetime.date
    direction: Direction
    mode: str | None = None
    subcategory: str | None = None
    category: str | None = None
    """The file's own label, where the plan takes them."""
    bank_id: str | None = None
    """What the bank calls this transaction."""
    kept: Kept | None = None
    """Its life until it was exported, where the file is our own."""


def masked(entry: Entry) -> Entry:
    """As it is shown and kept."""
    return replace(
        entry,
        description=mask(entry.description),
        mode=mask(entry.mode) if entry.mode else None,
        subcategory=mask(entry.subcategory) if entry.subcategory else None,
    )


@dataclass(frozen=True, slots=True)
class Rejected:
    row: int
    reason: str
    """A sentence a user reads; never the text of the row."""
    left_out: bool = False
    """True: rightly so, for it is no transaction (a one-time code, a balance, a total, a pending payment)."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    example: str = ""
    """What a row of the file becomes under this reading; may hold text of the file."""


@dataclass(frozen=True, slots=True)
class Question:
    """More than one reading fits all of the file. `Plan.answered(key, value)` takes the answer."""

    key: str
    text: str
    choices: tuple[Choice, ...]
    """The first is what the preview shows."""
    any_value: bool = False
    """Whether other values than the choices are taken: any currency code, any day."""


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column of a table, so that a person sees what it holds and whether it is used."""

    place: int
    """From 0."""
    name: str
    """Of its heading, or `Column 3`."""
    examples: tuple[str, ...]
    """The first few different texts."""
    distinct: int
    """Different texts among the first 2,000 rows."""
    used: bool
    suggested: bool
    """It is not used, and its many different texts are not in the description."""


@dataclass(frozen=True, slots=True)
class Preview:
    detected: str
    """The format in words."""
    plan: Plan
    """The best reading; `plan.open` names the questions that stand."""
    questions: tuple[Question, ...]
    columns: tuple[str, ...]
    """Names of the columns, or of their place where the file has no heading; empty for other formats."""
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


def clean(text: str, most: int = MOST_TEXT) -> str:
    """One line without control characters, of at most `most` characters."""
    if not text.isprintable():
        text = _UNPRINTABLE.sub(" ", text)
    return " ".join(text.split())[:most].rstrip()


def word(text: str) -> str | None:
    """A short label, or None where there is none."""
    return (clean(text, MOST_WORD) or None) if text else None


def checked(entry: Entry) -> Entry | Rejected:
    """`entry`, or why it cannot be taken."""
    if not entry.amount:
        return Rejected(entry.row, "Its amount is zero.", left_out=True)
    if entry.currency not in CURRENCIES:
        return Rejected(entry.row, "Its currency is not one of ISO 4217.")
    if entry.amount > MOST_MONEY:
        return Rejected(entry.row, "Its amount is too large to be one.")
    places = decimal_places(entry.currency)
    if entry.amount.as_tuple().exponent < -places and entry.amount != round(entry.amount, places):  # type: ignore[operator]
        return Rejected(entry.row, f"An amount in {entry.currency} has at most {places} decimals.")
    if not 1900 <= entry.date.year <= 2200:
        return Rejected(entry.row, "Its date lies outside the years 1900 to 2200.")
    if not (entry.description or entry.subcategory):
        return Rejected(entry.row, "It has no text to tell what it was.")
    return entry
