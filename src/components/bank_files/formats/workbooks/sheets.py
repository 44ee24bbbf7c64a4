"""Which sheet of a workbook has the transactions."""

from __future__ import annotations

from collections.abc import Sequence

from src.components.bank_files.entry import Record
from src.components.bank_files.inference.cells import is_data
from src.components.bank_files.messages.reader import is_message

FIRST_ROWS = 60
"""From which a sheet is judged."""


def has_transactions(head: Sequence[Record]) -> bool:
    return any(is_data(cells) for _, cells in head)


def has_messages(head: Sequence[Record]) -> bool:
    return any(is_message(cell) for _, cells in head for cell in cells)


def first_with_transactions(sheets: Sequence[list[Record]]) -> list[Record]:
    """The rows of the first sheet with transactions, else with messages, else of the first that is filled."""
    for has_some in (has_transactions, has_messages, bool):
        for rows in sheets:
            if has_some(rows[:FIRST_ROWS]):
                return rows
    return []
