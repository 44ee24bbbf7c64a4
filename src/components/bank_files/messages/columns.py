"""Which column of a table has payment messages, and which columns its messages contradict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from src.components.bank_files.entry import Cell, as_text
from src.components.bank_files.inference.cells import HALF, Cells, is_amount_cell
from src.components.bank_files.inference.headings import field_of, names_messages
from src.components.bank_files.messages.alerts import numbers_in
from src.components.bank_files.messages.reader import is_message
from src.components.bank_files.messages.tables import AMOUNTS, readings
from src.components.bank_files.plan import Field

_A_FEW = 0.1
"""Share of messages that a column named after messages needs if the table is incomplete without it."""


def find_messages(names: Sequence[str], columns: list[Field], cells: Cells) -> bool:
    """Mark the column of messages, if the table lacks a date or amounts, or if its name says so.

    Without a column named after amounts, the column whose numbers are in the messages becomes the amount.
    Returns whether there is a column of messages.
    """
    message_column = _message_column(names, columns, cells)
    if message_column is None:
        columns[:] = [Field.NOTHING if field is Field.PAYMENT_MESSAGE else field for field in columns]
        return False
    amounts = [column for column, field in enumerate(columns) if field in AMOUNTS]
    named = [column for column in amounts if column < len(names) and field_of(names[column]) in AMOUNTS]
    pairs = (pair for column in named for pair in cells.pairs(column, message_column))
    if named and Field.DATE in columns and not _are_confirmed(pairs):
        return False  # a statement that can be read without its messages
    columns[message_column] = Field.PAYMENT_MESSAGE
    if not named:
        columns[:] = [Field.NOTHING if field in AMOUNTS else field for field in columns]
        free = (column for column, field in enumerate(columns) if field is Field.NOTHING)
        numbers = (column for column in free if cells.mostly(column, is_amount_cell))
        confirmed = (column for column in numbers if _are_confirmed(cells.pairs(column, message_column)))
        for column in islice(confirmed, 1):
            columns[column] = Field.AMOUNT
    return True


def _message_column(names: Sequence[str], columns: Sequence[Field], cells: Cells) -> int | None:
    is_complete = Field.DATE in columns and not set(AMOUNTS).isdisjoint(columns)
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
        values = {abs(amount.value) for amount in readings(cell)} - {0}
        if values:
            confirmed.append(not values.isdisjoint(numbers_in(as_text(message), (".", ","))))
    return bool(confirmed) and sum(confirmed) >= HALF * len(confirmed)
