"""From a record and a plan to an entry, or to the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from src.components.bank_files.entry import (
    Cell,
    Entry,
    Line,
    Reason,
    Rejected,
    as_text,
    clean,
    short_label,
    validated,
)
from src.components.bank_files.inference.amounts import Amount, parse_amount, unit_of
from src.components.bank_files.inference.cells import is_date_cell, trimmed
from src.components.bank_files.inference.dates import parse_date
from src.components.bank_files.inference.headings import field_of
from src.components.bank_files.inference.wording import (
    direction_of,
    is_balance,
    is_balance_type,
    is_footer,
    is_unsettled,
)
from src.components.bank_files.plan import Field, Plan, Sign
from src.domain.money import CURRENCIES
from src.domain.transactions import Direction

_ESCAPED_FORMULA = re.compile(r"'[=+\-@]")
_BY_TYPE_COLUMN = (Sign.TYPE_COLUMN, Sign.UNMARKED_IS_EXPENSE, Sign.UNMARKED_IS_INCOME)
_FALLBACK_TEXTS = (Field.MODE, Field.CATEGORY)
"""Used if a transaction has no text."""

_Money = tuple[Decimal, Direction, str]
"""(amount, direction, currency code or sign)"""


class RowReader:
    """Reads the records of a file by one plan."""

    def __init__(self, plan: Plan) -> None:
        columns = plan.columns or ()
        self._width = len(columns)
        self._texts = [position for position, field in enumerate(columns) if field is Field.DESCRIPTION]
        self._positions: dict[Field, int] = {
            field: position for position, field in enumerate(columns) if field is not Field.NOTHING
        }
        self._order = plan.date_order or "ymd"
        self._mark = plan.decimal_mark or "."
        self._sign = plan.sign or Sign.NEGATIVE_IS_EXPENSE
        self._currency = plan.default_currency or ""
        self._default_date = plan.default_date
        self._mode = plan.mode
        self._takes_categories = plan.take_categories

    def result(self, line: Line) -> Entry | Rejected:
        return line if isinstance(line, Rejected) else self.read(*line)

    def read(self, row: int, record: Iterable[Cell]) -> Entry | Rejected:
        cells = list(record)
        if len(cells) > self._width and any(cells[self._width :]):
            return self._too_wide(row, trimmed(cells))
        cells += [""] * (self._width - len(cells))
        if is_unsettled(self._text(cells, Field.STATUS)):
            return Rejected(row, Reason.UNSETTLED, left_out=True)
        day = self._date(cells)
        money = self._money(cells)
        if day is None or money is None:
            return _no_transaction(row, cells, has_date=day is not None, has_amount=money is not None)
        if isinstance(money, Rejected):
            return replace(money, row=row)
        text = self._description(cells, money[1])
        if is_balance(text):
            return Rejected(row, Reason.BALANCE, left_out=True)
        return self._entry(row, cells, text, day, money)

    def _too_wide(self, row: int, cells: Sequence[Cell]) -> Rejected:
        """A delimiter too many shifts the date by the surplus; a summary has its date in another column."""
        position = self._positions.get(Field.DATE)
        dates = {index for index, cell in enumerate(cells) if is_date_cell(cell)}
        if position is None or not dates or dates & {position, position + len(cells) - self._width}:
            return Rejected(row, Reason.TOO_MANY_COLUMNS)
        return Rejected(row, Reason.DATE_MISPLACED, left_out=True)

    def _entry(self, row: int, cells: list[Cell], text: str, day: date, money: _Money) -> Entry | Rejected:
        amount, direction, unit = money
        currency = self._currency_of(self._text(cells, Field.CURRENCY).strip(), unit)
        if not currency:
            return Rejected(row, Reason.UNKNOWN_CURRENCY)
        return validated(
            Entry(
                row,
                text,
                amount,
                currency,
                day,
                direction,
                mode=short_label(self._text(cells, Field.MODE)) or self._mode,
                subcategory=short_label(self._text(cells, Field.SUBCATEGORY)),
                category=short_label(self._text(cells, Field.CATEGORY)) if self._takes_categories else None,
                bank_id=short_label(self._text(cells, Field.ID)),
            )
        )

    def _text(self, cells: list[Cell], field: Field) -> str:
        position = self._positions.get(field)
        return "" if position is None else as_text(cells[position])

    def _description(self, cells: list[Cell], direction: Direction) -> str:
        """The other party and the texts, not repeated; without either, the payment method or category."""
        party = self._party(cells, direction)
        text = self._joined_texts(cells) if self._texts else party
        if party and party.casefold() not in text.casefold():
            text = party if text.casefold() in party.casefold() else clean(f"{party} {text}")
        fallbacks = (clean(self._text(cells, field)) for field in _FALLBACK_TEXTS)
        return text or next(filter(None, fallbacks), "")

    def _party(self, cells: list[Cell], direction: Direction) -> str:
        payer = _one_line(self._text(cells, Field.PAYER)) if direction is Direction.INCOME else ""
        return payer or _one_line(self._text(cells, Field.PARTY))

    def _joined_texts(self, cells: list[Cell]) -> str:
        parts = dict.fromkeys(_one_line(as_text(cells[position])) for position in self._texts)
        return clean(" ".join(part for part in parts if part))

    def _date(self, cells: list[Cell]) -> date | None:
        """None if the row has no readable date."""
        position = self._positions.get(Field.DATE)
        cell = "" if position is None else cells[position]
        if isinstance(cell, str):
            parsed = parse_date(cell, self._order) if cell else None
            return parsed or (self._default_date if not cell.strip() else None)
        if isinstance(cell, datetime):
            return cell.date()
        return cell if isinstance(cell, date) else None

    def _amount(self, cells: list[Cell], field: Field) -> Amount | None:
        """None if the cell is empty or no amount."""
        position = self._positions.get(field)
        if position is None:
            return None
        cell = cells[position]
        if isinstance(cell, str):
            return parse_amount(cell, self._mark) if cell else None
        return Amount(cell) if isinstance(cell, Decimal) else None

    def _money(self, cells: list[Cell]) -> _Money | Rejected | None:
        """None if there is no amount."""
        if self._sign is Sign.TWO_COLUMNS:
            return self._money_of_two_columns(cells)
        amount = self._amount(cells, Field.AMOUNT)
        if amount is None:
            return None
        direction: Direction | None
        word = self._text(cells, Field.TYPE).strip() if self._sign in _BY_TYPE_COLUMN else ""
        if word or self._sign is Sign.TYPE_COLUMN:
            if is_balance_type(word):
                return Rejected(0, Reason.BALANCE, left_out=True)
            direction = direction_of(word)
            if direction is None:
                return Rejected(0, Reason.UNKNOWN_TYPE)
        else:
            direction = amount.side or self._direction_of(amount.value)
        return self._with_fee(cells, abs(amount.value), direction), direction, amount.unit

    def _direction_of(self, value: Decimal) -> Direction:
        if self._sign in (Sign.ALL_EXPENSES, Sign.UNMARKED_IS_EXPENSE):
            return Direction.EXPENSE if value >= 0 else Direction.INCOME
        is_expense = (value < 0) == (self._sign is not Sign.POSITIVE_IS_EXPENSE)
        return Direction.EXPENSE if is_expense else Direction.INCOME

    def _money_of_two_columns(self, cells: list[Cell]) -> _Money | Rejected | None:
        spent, income = self._amount(cells, Field.OUT), self._amount(cells, Field.IN)
        if spent and income and spent.value and income.value:
            return Rejected(0, Reason.TWO_AMOUNTS)
        if income and (income.value or not spent):
            return abs(income.value), Direction.INCOME, income.unit
        return (abs(spent.value), Direction.EXPENSE, spent.unit) if spent else None

    def _with_fee(self, cells: list[Cell], amount: Decimal, direction: Direction) -> Decimal:
        fee = self._amount(cells, Field.FEE)
        if fee is None or not fee.value:
            return amount
        return amount + abs(fee.value) if direction is Direction.EXPENSE else abs(amount - abs(fee.value))

    def _currency_of(self, text: str, unit: str) -> str:
        for name in (text, unit):
            code = unit_of(name) if name else ""
            if code in CURRENCIES:
                return code
        return self._currency if not text or unit_of(text) else ""


def _no_transaction(row: int, cells: list[Cell], *, has_date: bool, has_amount: bool) -> Rejected:
    texts = [text for cell in cells if (text := as_text(cell).strip())]
    if any(map(is_footer, texts)):
        return Rejected(row, Reason.TOTAL, left_out=True)
    if not has_date and any(map(is_unsettled, texts)):
        return Rejected(row, Reason.UNSETTLED, left_out=True)
    if sum(field_of(text) is not Field.NOTHING for text in texts) > 1:
        return Rejected(row, Reason.REPEATED_HEADING, left_out=True)
    if not has_date and not has_amount:
        return Rejected(row, Reason.NO_TRANSACTION, left_out=True)
    return Rejected(row, Reason.DATE_MISSING if has_amount else Reason.AMOUNT_MISSING)


def _one_line(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from computing the text; "" for a mark such as `/`."""
    text = clean(text[1:] if _ESCAPED_FORMULA.match(text) else text)
    return "" if len(text) < 3 and not any(map(str.isalnum, text)) and text.isascii() else text
