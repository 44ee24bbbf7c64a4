"""From a record and a plan to an entry, or to the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from src.components.bank_files.entry import Entry, Rejected, checked, clean, word
from src.components.bank_files.inference.amounts import Amount, parse_amount, unit_of
from src.components.bank_files.inference.cells import dated, trimmed
from src.components.bank_files.inference.dates import parse_date
from src.components.bank_files.inference.headings import field_of
from src.components.bank_files.inference.wording import is_balance, is_footer, is_no_way, is_unsettled, way_of
from src.components.bank_files.plan import Field, Plan, Sign
from src.components.bank_files.record import Cell, Line, as_text
from src.domain.money import CURRENCIES
from src.domain.transactions import Direction

_KEPT_FROM_COMPUTING = re.compile(r"'[=+\-@]")
_BY_A_WORD = (Sign.TYPE_COLUMN, Sign.UNMARKED_IS_EXPENSE, Sign.UNMARKED_IS_INCOME)
_STAND_INS = (Field.MODE, Field.CATEGORY)
"""What tells of a transaction without a text."""


class RowReader:
    """One plan, for all records of a file."""

    def __init__(self, plan: Plan) -> None:
        columns = plan.columns or ()
        self._width = len(columns)
        self._texts = [place for place, each in enumerate(columns) if each is Field.DESCRIPTION]
        self._place: dict[Field, int] = {
            each: place for place, each in enumerate(columns) if each is not Field.NOTHING
        }
        self._order = plan.date_order or "ymd"
        self._mark = plan.decimal_mark or "."
        self._sign = plan.sign or Sign.NEGATIVE_IS_EXPENSE
        self._currency = plan.default_currency or ""
        self._day = plan.default_date
        self._mode = plan.mode
        self._takes_categories = plan.take_categories

    def read_all(self, lines: Iterable[Line]) -> Iterator[Entry | Rejected]:
        """One for each line."""
        return map(self.result, lines)

    def result(self, line: Line) -> Entry | Rejected:
        return line if isinstance(line, Rejected) else self.read(*line)

    def read(self, row: int, cells: Iterable[Cell]) -> Entry | Rejected:
        given = list(cells)
        if len(given) > self._width and any(given[self._width :]):
            return self._too_wide(row, trimmed(given))
        given += [""] * (self._width - len(given))
        if is_unsettled(self._text(given, Field.STATUS)):
            return Rejected(row, "It is not settled: pending, declined or taken back.", left_out=True)
        day = self._date(given)
        money = self._money(given)
        if day is None or money is None:
            return self._no_transaction(row, given, day, money)
        if isinstance(money, Rejected):
            return replace(money, row=row)
        text = self._description(given, money[1])
        if is_balance(text):
            return Rejected(row, "It is a balance, not a transaction.", left_out=True)
        return self._entry(row, given, text, day, *money)

    def _too_wide(self, row: int, given: Sequence[Cell]) -> Rejected:
        """A mark too many moves the day by the surplus; a line of a summary has its day somewhere else."""
        place = self._place.get(Field.DATE)
        days = {at for at, cell in enumerate(given) if dated(cell)}
        if place is None or not days or days & {place, place + len(given) - self._width}:
            return Rejected(row, "It has more columns than the rest of the file.")
        return Rejected(
            row, "It is no transaction: its day stands where the others have none.", left_out=True
        )

    def _entry(
        self, row: int, given: list[Cell], text: str, day: date, amount: Decimal, way: Direction, unit: str
    ) -> Entry | Rejected:
        currency = self._currency_of(self._text(given, Field.CURRENCY).strip(), unit)
        if not currency:
            return Rejected(row, "Its currency is not known.")
        return checked(
            Entry(
                row,
                text,
                amount,
                currency,
                day,
                way,
                mode=word(self._text(given, Field.MODE)) or self._mode,
                subcategory=word(self._text(given, Field.SUBCATEGORY)),
                category=word(self._text(given, Field.CATEGORY)) if self._takes_categories else None,
                bank_id=word(self._text(given, Field.ID)),
            )
        )

    def _text(self, given: list[Cell], field: Field) -> str:
        place = self._place.get(field)
        return "" if place is None else as_text(given[place])

    def _description(self, given: list[Cell], way: Direction) -> str:
        """The other party and what is told beside it; where neither is, how it was paid."""
        party = self._party(given, way)
        told = party if not self._texts else self._told(given)
        if party and party.casefold() not in told.casefold():
            told = party if told.casefold() in party.casefold() else clean(f"{party} {told}")
        return told or next(filter(None, (clean(self._text(given, each)) for each in _STAND_INS)), "")

    def _party(self, given: list[Cell], way: Direction) -> str:
        payer = _said(self._text(given, Field.PAYER)) if way is Direction.INCOME else ""
        return payer or _said(self._text(given, Field.PARTY))

    def _told(self, given: list[Cell]) -> str:
        if len(self._texts) == 1:
            return _said(as_text(given[self._texts[0]]))
        parts = dict.fromkeys(_said(as_text(given[place])) for place in self._texts)
        return clean(" ".join(each for each in parts if each))

    def _date(self, given: list[Cell]) -> date | None:
        """None where the row names no day that can be read."""
        place = self._place.get(Field.DATE)
        cell = "" if place is None else given[place]
        if isinstance(cell, str):
            found = parse_date(cell, self._order) if cell else None
            return found or (self._day if not cell.strip() else None)
        return _day_of(cell) if isinstance(cell, date) else None

    def _amount(self, given: list[Cell], field: Field) -> Amount | None:
        """None where the cell is empty or no amount."""
        place = self._place.get(field)
        if place is None:
            return None
        cell = given[place]
        if isinstance(cell, str):
            return parse_amount(cell, self._mark) if cell else None
        return Amount(cell) if isinstance(cell, Decimal) else None

    def _money(self, given: list[Cell]) -> tuple[Decimal, Direction, str] | Rejected | None:
        """(amount, way, unit); None where there is no amount."""
        if self._sign is Sign.TWO_COLUMNS:
            return self._of_two_columns(given)
        found = self._amount(given, Field.AMOUNT)
        if found is None:
            return None
        way: Direction | None
        kind = self._text(given, Field.TYPE).strip() if self._sign in _BY_A_WORD else ""
        if kind or self._sign is Sign.TYPE_COLUMN:
            if is_no_way(kind):
                return Rejected(0, "It is a balance, not a transaction.", left_out=True)
            way = way_of(kind)
            if way is None:
                return Rejected(0, "The word that says which way the money went is not known.")
        else:
            way = found.side or self._way_of(found.value)
        return self._with_fee(given, abs(found.value), way), way, found.unit

    def _way_of(self, value: Decimal) -> Direction:
        if self._sign in (Sign.ALL_EXPENSES, Sign.UNMARKED_IS_EXPENSE):
            return Direction.EXPENSE if value >= 0 else Direction.INCOME
        is_expense = (value < 0) == (self._sign is not Sign.POSITIVE_IS_EXPENSE)
        return Direction.EXPENSE if is_expense else Direction.INCOME

    def _of_two_columns(self, given: list[Cell]) -> tuple[Decimal, Direction, str] | Rejected | None:
        out, came = self._amount(given, Field.OUT), self._amount(given, Field.IN)
        if out and came and out.value and came.value:
            return Rejected(0, "It has an amount both in the column of money out and in that of money in.")
        if came and (came.value or not out):
            return abs(came.value), Direction.INCOME, came.unit
        return (abs(out.value), Direction.EXPENSE, out.unit) if out else None

    def _with_fee(self, given: list[Cell], amount: Decimal, way: Direction) -> Decimal:
        fee = self._amount(given, Field.FEE)
        if fee is None or not fee.value:
            return amount
        return amount + abs(fee.value) if way is Direction.EXPENSE else abs(amount - abs(fee.value))

    def _currency_of(self, text: str, unit: str) -> str:
        for named in (text, unit):
            code = unit_of(named) if named else ""
            if code in CURRENCIES:
                return code
        return self._currency if not text or unit_of(text) else ""

    def _no_transaction(self, row: int, given: list[Cell], day: date | None, money: object) -> Rejected:
        texts = [as_text(cell).strip() for cell in given]
        if any(is_footer(each) for each in texts if each):
            return Rejected(row, "It is a balance or a total, not a transaction.", left_out=True)
        if day is None and any(is_unsettled(each) for each in texts if each):
            return Rejected(row, "It is not settled: pending, declined or taken back.", left_out=True)
        if sum(field_of(each) is not Field.NOTHING for each in texts if each) > 1:
            return Rejected(row, "It repeats the heading.", left_out=True)
        if day is None and money is None:
            return Rejected(row, "It is no transaction: it has neither a day nor an amount.", left_out=True)
        if money is None:
            return Rejected(row, "Its amount is missing or cannot be read.")
        return Rejected(row, "Its date is missing or cannot be read.")


def _day_of(cell: date) -> date:
    return cell.date() if isinstance(cell, datetime) else cell


def _said(text: str) -> str:
    """One line, or "" for a mark such as `/` that says there is nothing.

    An apostrophe that keeps a spreadsheet from computing the text is none of its letters.
    """
    text = clean(text[1:] if _KEPT_FROM_COMPUTING.match(text) else text)
    return "" if len(text) < 3 and not any(map(str.isalnum, text)) and text.isascii() else text
