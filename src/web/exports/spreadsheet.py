"""The history as a spreadsheet: the columns people want, as the visitor's locale writes them.

A line is a transaction, or a part of a split one, with the type and category that the sums of Analytics give
it: the amounts of one type add up to what Analytics shows.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date, get_date_format

from src.domain.categories import Category, flow_of, group_that_counts
from src.domain.money import decimal_places
from src.domain.refunds import counted_in
from src.domain.spreadsheet_cells import escape_formula
from src.domain.sums import Counted
from src.domain.transactions import Direction, Split, StoredTransaction
from src.web.history.text import line_type
from src.web.shared import locales
from src.web.shared.fields import money

COLUMNS = ("Date", "Text", "Merchant", "Category", "Type", "Amount", "Currency", "Account", "Notes")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_BATCH = 200
_SHEET_ROWS = 1_000_000
"""A little less than a sheet can have; more go to the next one."""
_PIECE = 64 * 1024
_WIDTHS = (12, 48, 24, 22, 11, 14, 9, 20, 40)
BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for the system's encoding."""


@dataclass(frozen=True)
class Line:
    day: date
    text: str
    merchant: str
    category: str
    type: str
    amount: Decimal
    """Below zero for what left the account, transfers included."""
    currency: str
    account: str
    notes: str


@dataclass(frozen=True)
class Lines:
    categories: Mapping[str | None, Category]
    """By slug."""
    purchases_of: Callable[[Sequence[StoredTransaction]], Mapping[str, StoredTransaction]]
    """The purchases that some of them refund, by id."""
    merchant_names: Mapping[str, str]
    """Those that a person gave, by key."""
    counted: Counted | None = None
    """Only the parts that count so."""

    def of(self, rows: Iterator[StoredTransaction]) -> Iterator[Line]:
        while batch := list(itertools.islice(rows, _BATCH)):
            purchases = self.purchases_of(batch)
            for row in batch:
                purchase = purchases.get(row.refund_of or "")
                for part in _parts(row, purchase):
                    if line := self._line(row, part, purchase):
                        yield line

    def _line(
        self, row: StoredTransaction, part: _Part | Split, purchase: StoredTransaction | None
    ) -> Line | None:
        transaction = row.transaction
        category = self.categories.get(part.category)
        group, direction = category.group if category else None, transaction.direction
        # The category of a refund is that of its purchase.
        counting = purchase or row
        needs_review = counting.needs_review and not row.refund_parts
        group = group_that_counts(group, counting.transaction.direction, needs_review=needs_review)
        flow, sign = flow_of(group, direction, paired=bool(row.transfer), refund=bool(row.refund_of))
        note = transaction.subcategory if transaction.description else None
        if self.counted and not self.counted.includes(flow, part.category, counting.transaction.merchant):
            return None
        return Line(
            transaction.date,
            transaction.description or transaction.subcategory or "",
            self.merchant_names.get(transaction.merchant, transaction.merchant),
            category.name if category else part.category or "",
            line_type(flow, sign),
            part.amount if transaction.direction is Direction.INCOME else -part.amount,
            transaction.currency,
            transaction.account or "",
            "; ".join(filter(None, (part.notes, transaction.notes, note))),
        )


@dataclass(frozen=True)
class _Part:
    """Of a transaction, or all of it."""

    amount: Decimal
    category: str | None
    notes: str | None = None


def _parts(row: StoredTransaction, purchase: StoredTransaction | None) -> Iterable[_Part | Split]:
    """purchase: that it refunds. A refund counts in the category of its purchase."""
    if row.refund_of:
        counted = counted_in(row, purchase)
        return counted or (_Part(row.transaction.amount, None),)
    return row.splits or (_Part(row.transaction.amount, row.category),)


@dataclass(frozen=True)
class Dialect:
    """How the spreadsheets of a locale write a CSV file."""

    locale: str
    decimal_mark: str

    @classmethod
    def of_visitor(cls) -> Dialect:
        """Of the current request; the file itself is written after it."""
        return cls(locales.native_locale(), locales.marks()[0])

    @property
    def separator(self) -> str:
        return ";" if self.decimal_mark == "," else ","

    def day(self, value: date) -> str:
        """Short, with all digits of the year: `29.11.2026`."""
        pattern = re.sub("y+", "y", get_date_format("short", locale=self.locale).pattern)
        return format_date(value, pattern, locale=self.locale)

    def amount(self, value: Decimal, currency: str) -> str:
        return money(value, currency).replace(".", self.decimal_mark)


def csv_pieces(lines: Iterator[Line], dialect: Dialect) -> Iterator[str]:
    yield BYTE_ORDER_MARK + csv_lines([COLUMNS], dialect)
    while batch := list(itertools.islice(lines, _BATCH)):
        yield csv_lines((_csv_row(line, dialect) for line in batch), dialect)


def csv_lines(rows: Iterable[Iterable[str]], dialect: Dialect) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=dialect.separator).writerows(rows)
    return text.getvalue()


def _csv_row(line: Line, dialect: Dialect) -> Iterator[str]:
    yield dialect.day(line.day)
    yield from map(escape_formula, (line.text, line.merchant, line.category, line.type))
    yield dialect.amount(line.amount, line.currency)
    yield line.currency
    yield from map(escape_formula, (line.account, line.notes))


def xlsx_pieces(lines: Iterator[Line]) -> Iterator[bytes]:
    """Dates and amounts are real ones, texts never formulas. Written to a temporary file first."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    first = next(lines, None)
    while True:
        sheet = book.create_sheet("Transactions" if not book.worksheets else None)
        sheet.freeze_panes = "A2"
        for number, width in enumerate(_WIDTHS):
            sheet.column_dimensions["ABCDEFGHI"[number]].width = width
        sheet.append(COLUMNS)
        rows = itertools.chain([first] if first else (), lines)
        for line in itertools.islice(rows, _SHEET_ROWS):
            sheet.append(_xlsx_row(sheet, line))
        if (first := next(lines, None)) is None:
            break
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _xlsx_row(sheet: object, line: Line) -> Iterator[object]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    def text(value: str) -> object:
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"  # also if it begins like a formula
        return cell

    amount = WriteOnlyCell(sheet, line.amount)
    places = decimal_places(line.currency)
    amount.number_format = f"#,##0.{'0' * places}" if places else "#,##0"
    yield line.day
    yield from map(text, (line.text, line.merchant, line.category, line.type))
    yield amount
    yield from map(text, (line.currency, line.account, line.notes))
