"""The cells of a table, row by row and column by column: which are days, which amounts, which text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from src.components.importing.amounts import is_amount
from src.components.importing.dates import is_date
from src.components.importing.record import Cell

_MOSTLY = 0.8
"""Share of the filled cells that must fit what a column is said to hold."""


def has_data(cells: Sequence[Cell]) -> bool:
    return any(not isinstance(each, str) or is_date(each) or is_amount(each) for each in cells)


def is_data(cells: Sequence[Cell]) -> bool:
    """Whether the record has a day and an amount."""
    return any(map(dated, cells)) and any(map(counted, cells))


def dated(cell: Cell) -> bool:
    return is_date(cell) if isinstance(cell, str) else isinstance(cell, date)


def counted(cell: Cell) -> bool:
    return is_amount(cell) and not is_date(cell) if isinstance(cell, str) else isinstance(cell, Decimal)


def trimmed(cells: Sequence[Cell]) -> Sequence[Cell]:
    end = len(cells)
    while end and cells[end - 1] == "":
        end -= 1
    return cells[:end]


class Cells:
    """The cells of a sample by column."""

    def __init__(self, body: Sequence[Sequence[Cell]], width: int) -> None:
        self.columns = [[cells[place] for cells in body if place < len(cells)] for place in range(width)]
        self._filled = [[each for each in column if each != ""] for column in self.columns]

    def mostly(self, place: int, fits: Callable[[Cell], bool]) -> bool:
        filled = self._filled[place]
        return bool(filled) and sum(map(fits, filled)) >= _MOSTLY * len(filled)

    def is_empty(self, place: int) -> bool:
        return not self._filled[place]

    def letters(self, place: int) -> float:
        """How much text of its own it has: mean letters of a cell times the share of distinct cells."""
        texts = [each for each in self._filled[place] if isinstance(each, str)]
        if not texts:
            return 0.0
        letters = sum(sum(map(str.isalpha, each)) for each in texts) / len(texts)
        return letters * len(set(texts)) / len(texts)

    def never_both(self, one: int, other: int) -> bool:
        pairs = zip(self.columns[one], self.columns[other], strict=False)
        return all(not _worth(first) or not _worth(second) for first, second in pairs)


def _worth(cell: Cell) -> bool:
    """Whether the cell has an amount other than zero."""
    return bool(cell) and (not isinstance(cell, str) or any(each in "123456789" for each in cell))
