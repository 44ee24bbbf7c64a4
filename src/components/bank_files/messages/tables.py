"""Tables with a column of payment messages: finds it, and fills the blank columns of a row from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from src.components.bank_files.entry import Cell, Line, Reason, Rejected, as_text, cell_at
from src.components.bank_files.inference.amounts import MARKS, Amount, amount_of, marks_that_fit
from src.components.bank_files.inference.cells import HALF, MOSTLY, Cells, is_amount_cell
from src.components.bank_files.inference.headings import field_of, names_messages
from src.components.bank_files.inference.wording import is_footer
from src.components.bank_files.limits import Limits
from src.components.bank_files.messages.alerts import Alert, numbers_in
from src.components.bank_files.messages.reader import alert_fields, bounded, currency_of, is_message
from src.components.bank_files.plan import Field
from src.domain.transactions import Direction

_AMOUNTS = (Field.AMOUNT, Field.OUT, Field.IN)
_TEXTS = (Field.DESCRIPTION, Field.PARTY, Field.PAYER)
_A_FEW = 0.1
"""Share of messages that a column named after messages needs if the table is incomplete without it."""
_WORDS = {Direction.EXPENSE: "debit", Direction.INCOME: "credit"}


def find_messages(names: Sequence[str], columns: list[Field], cells: Cells) -> bool:
    """Mark the column of messages, if the table lacks a date or amounts, or if its name says so.

    Without a column named after amounts, the column whose numbers are in the messages becomes the amount.
    Returns whether there is a column of messages.
    """
    message_column = _message_column(names, columns, cells)
    if message_column is None:
        columns[:] = [Field.NOTHING if field is Field.PAYMENT_MESSAGE else field for field in columns]
        return False
    amounts = [column for column, field in enumerate(columns) if field in _AMOUNTS]
    named = [column for column in amounts if column < len(names) and field_of(names[column]) in _AMOUNTS]
    pairs = (pair for column in named for pair in cells.pairs(column, message_column))
    if named and Field.DATE in columns and not _are_confirmed(pairs):
        return False  # a statement that can be read without its messages
    columns[message_column] = Field.PAYMENT_MESSAGE
    if not named:
        columns[:] = [Field.NOTHING if field in _AMOUNTS else field for field in columns]
        free = (column for column, field in enumerate(columns) if field is Field.NOTHING)
        numbers = (column for column in free if cells.mostly(column, is_amount_cell))
        confirmed = (column for column in numbers if _are_confirmed(cells.pairs(column, message_column)))
        for column in islice(confirmed, 1):
            columns[column] = Field.AMOUNT
    return True


def _message_column(names: Sequence[str], columns: Sequence[Field], cells: Cells) -> int | None:
    is_complete = Field.DATE in columns and not set(_AMOUNTS).isdisjoint(columns)
    candidates = []
    for column, field in enumerate(columns):
        is_named = column < len(names) and names_messages(names[column])
        share = _A_FEW if is_named and not is_complete else HALF
        is_free = field in (Field.NOTHING, Field.DESCRIPTION, Field.PAYMENT_MESSAGE)
        if is_free and (is_named or not is_complete) and cells.mostly(column, is_message, share):
            candidates.append(column)
    return max(candidates, key=cells.letters, default=None)


def _are_confirmed(pairs: Iterable[tuple[Cell, Cell]]) -> bool:
    """Whether most amounts other than zero are in their messages, by either decimal mark."""
    confirmed = []
    for cell, message in pairs:
        values = {abs(amount.value) for amount in _readings(cell)} - {0}
        if values:
            confirmed.append(not values.isdisjoint(numbers_in(as_text(message), MARKS)))
    return bool(confirmed) and sum(confirmed) >= HALF * len(confirmed)


def widened_columns(columns: Sequence[Field]) -> tuple[Field, ...]:
    """`columns`, followed by those that only the messages fill."""
    wanted = [Field.DATE, Field.DESCRIPTION, Field.CURRENCY, Field.MODE, Field.ID]
    if not {Field.OUT, Field.IN} & set(columns):
        wanted += [Field.AMOUNT, Field.TYPE]
    return (*columns, *(field for field in wanted if field not in columns))


def fill_from_messages(lines: Iterable[Line], columns: Sequence[Field], limits: Limits) -> list[Line]:
    """The same lines in the columns of `widened_columns(columns)`. Raises InvalidInput.

    columns: of `lines`; one of them is the payment message.
    """
    table = list(lines)
    position = columns.index(Field.PAYMENT_MESSAGE)
    records = [line for line in table if not isinstance(line, Rejected)]
    numbered = ((number, _text(cell_at(cells, position))) for number, cells in records)
    messages = [message for _, message in bounded(numbered, limits)]
    currency = currency_of(messages)
    rows = [
        _row(number, cells, columns, message, currency)
        for (number, cells), message in zip(records, messages, strict=True)
    ]
    filler = _Filler(rows, columns)
    remaining = iter(rows)
    return [line if isinstance(line, Rejected) else filler.line(next(remaining)) for line in table]


@dataclass(frozen=True)
class _Row:
    number: int
    cells: list[Cell]
    """One per column of the table."""
    is_too_wide: bool
    own_amounts: dict[int, list[Amount]]
    """The possible readings of the amounts in the table's own columns, by position."""
    message: str
    fields: Alert | Rejected
    """Blank without a message; or why it is no payment."""

    @property
    def amount(self) -> str:
        """As written in the message, followed by DR or CR."""
        return "" if isinstance(self.fields, Rejected) else self.fields.amount


def _row(number: int, cells: Sequence[Cell], columns: Sequence[Field], message: str, currency: str) -> _Row:
    padded = [*cells[: len(columns)], *[""] * (len(columns) - len(cells))]
    amounts = {
        position: possible
        for position, field in enumerate(columns)
        if field in _AMOUNTS and (possible := _readings(padded[position]))
    }
    return _Row(
        number,
        padded,
        any(cells[len(columns) :]),
        amounts,
        message,
        alert_fields(number, message, currency) if message else Alert(*[""] * 5),
    )


@dataclass(frozen=True)
class _Money:
    """The amounts of a row."""

    own: dict[int, Cell]
    """Of the table's own columns, by position."""
    of_message: Cell
    unit: str
    side: Direction | None


class _Filler:
    """Fills rows, knowing from all messages of the table how they write decimals and what a minus means."""

    def __init__(self, rows: Sequence[_Row], columns: Sequence[Field]) -> None:
        self._columns = tuple(columns)
        self._wide = widened_columns(columns)
        self._marks = _marks(rows)
        self._minus_is_expense: bool | None = None
        """None if no amount of the table has a minus, or the messages disagree."""
        self._money_of = {
            row.number: self._money(row) for row in rows if not isinstance(row.fields, Rejected)
        }
        """By row; None if an amount of the table is not in its message."""
        money = [amounts for amounts in self._money_of.values() if amounts]
        self._has_sides = any(amounts.side for amounts in money)
        if Field.AMOUNT in columns:
            self._minus_is_expense = _meaning_of_minus(money, columns.index(Field.AMOUNT))

    def line(self, row: _Row) -> Line:
        if row.is_too_wide:
            return Rejected(row.number, Reason.TOO_MANY_COLUMNS)
        if is_footer(row.message):
            return Rejected(row.number, Reason.TOTAL, left_out=True)
        if isinstance(row.fields, Rejected):
            lacks_own = row.own_amounts and row.fields.reason == Reason.NO_AMOUNT_IN_MESSAGE
            return Rejected(row.number, Reason.AMOUNT_NOT_IN_MESSAGE) if lacks_own else row.fields
        money = self._money_of[row.number]
        if money is None:
            return Rejected(row.number, Reason.AMOUNT_NOT_IN_MESSAGE)
        return row.number, self._filled(row, row.fields, money)

    def _money(self, row: _Row) -> _Money | None:
        own: dict[int, Cell] = {}
        numbers = numbers_in(row.message, MARKS) if row.own_amounts else set()
        for position, amounts in row.own_amounts.items():
            values = {amount.value for amount in amounts}
            confirmed = [value for value in values if not value or abs(value) in numbers]
            if row.message and not confirmed:
                return None
            own[position] = confirmed[0] if len(confirmed) == 1 else row.cells[position]
        read = (amount_of(row.amount, mark) for mark in self._marks)
        of_message = next(filter(None, read), None)
        amounts = [amount for possible in row.own_amounts.values() for amount in possible]
        amounts += [of_message] if of_message else []
        unit = next((amount.unit for amount in amounts if amount.unit), "")
        side = next((amount.side for amount in amounts if amount.side), None)
        is_certain = of_message is not None and len(self._marks) == 1
        return _Money(own, of_message.value if of_message and is_certain else row.amount, unit, side)

    def _filled(self, row: _Row, alert: Alert, money: _Money) -> list[Cell]:
        cells = [*row.cells, *[""] * (len(self._wide) - len(row.cells))]
        for position, cell in money.own.items():
            cells[position] = cell
        self._fill(cells, Field.DATE, alert.day)
        self._fill(cells, Field.MODE, alert.mode)
        self._fill(cells, Field.ID, alert.reference)
        self._fill(cells, Field.CURRENCY, alert.retired_currency or money.unit)
        if not any(_text(cells[position]) for position, field in enumerate(self._wide) if field in _TEXTS):
            self._fill(cells, Field.DESCRIPTION, alert.text)
        if not row.own_amounts:
            out_or_in = Field.IN if money.side is Direction.INCOME else Field.OUT
            self._fill(cells, Field.AMOUNT if Field.AMOUNT in self._wide else out_or_in, money.of_message)
        if Field.TYPE in self._wide and Field.AMOUNT in self._wide:
            side = self._side(cells[self._wide.index(Field.AMOUNT)], money.side)
            self._fill(cells, Field.TYPE, _WORDS.get(side, "") if side else "")
        return cells

    def _fill(self, cells: list[Cell], field: Field, value: Cell) -> None:
        if field in self._wide and not _text(cells[position := self._wide.index(field)]):
            cells[position] = value

    def _side(self, amount: Cell, side: Direction | None) -> Direction | None:
        """By the table's own signs if it has some, else by the message.

        A message without a verb is spending if others in the table have a verb.
        """
        if self._minus_is_expense is not None and isinstance(amount, Decimal):
            is_expense = (amount < 0) == self._minus_is_expense
            return Direction.EXPENSE if is_expense else Direction.INCOME
        return side or (Direction.EXPENSE if self._has_sides else None)


def _marks(rows: Sequence[_Row]) -> tuple[str, ...]:
    """The decimal marks that the messages may use; if both fit, the one that agrees better with the table's
    own amounts."""
    marks = marks_that_fit(dict.fromkeys(row.amount for row in rows if row.amount))
    if len(marks) < 2:
        return marks
    agreeing = {mark: sum(_agrees(row, mark) for row in rows) for mark in marks}
    best = max(agreeing.values())
    return tuple(mark for mark in marks if agreeing[mark] == best)


def _agrees(row: _Row, mark: str) -> bool:
    amount = amount_of(row.amount, mark)
    values = {abs(own.value) for possible in row.own_amounts.values() for own in possible}
    return amount is not None and abs(amount.value) in values


def _meaning_of_minus(money: Sequence[_Money], position: int) -> bool | None:
    signed = [
        (value < 0, amounts.side is Direction.EXPENSE)
        for amounts in money
        if isinstance(value := amounts.own.get(position, ""), Decimal) and value and amounts.side
    ]
    if not any(is_negative for is_negative, _ in signed):
        return None
    agreeing = sum(is_negative == is_expense for is_negative, is_expense in signed) / len(signed)
    return True if agreeing >= MOSTLY else False if agreeing <= 1 - MOSTLY else None


def _readings(cell: Cell) -> list[Amount]:
    """The amounts that a cell may mean."""
    cell = cell.strip() if isinstance(cell, str) else cell
    return [amount for mark in MARKS if (amount := amount_of(cell, mark))]


def _text(cell: Cell) -> str:
    return as_text(cell).strip()
