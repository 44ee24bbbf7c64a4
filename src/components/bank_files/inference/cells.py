"""The cells of a table, row by row and column by column: which are days, which amounts, which text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from src.components.bank_files.inference.amounts import is_amount, parse_amount
from src.components.bank_files.inference.dates import is_date
from src.components.bank_files.inference.wording import is_mark
from src.components.bank_files.record import Cell, as_text

_TWO_WORDS = re.compile(r"[^\W\d_]{2,} +[^\W\d_]{2,}")
MOSTLY = 0.8
"""Share of the filled cells that must fit what a column is said to hold."""
HALF = 0.5
"""The share where something else speaks for it as well, so that damaged rows do not outvote the others."""


def has_data(cells: Sequence[Cell]) -> bool:
    return any(not isinstance(each, str) or is_date(each) or is_amount(each) for each in cells)


def is_data(cells: Sequence[Cell]) -> bool:
    """Whether the record has a day and an amount."""
    return any(map(dated, cells)) and any(map(counted, cells))


def transactions(records: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """Those that have a day where most have theirs: a line of a summary has it elsewhere, if at all."""
    places = Counter(place for cells in records for place, each in enumerate(cells) if dated(each))
    if not places:
        return list(records)
    usual = min(places, key=lambda place: (-places[place], place))
    return [cells for cells in records if usual < len(cells) and dated(cells[usual])]


def dated(cell: Cell) -> bool:
    return is_date(cell) if isinstance(cell, str) else isinstance(cell, date)


def counted(cell: Cell) -> bool:
    return is_amount(cell) and not is_date(cell) if isinstance(cell, str) else isinstance(cell, Decimal)


def is_short_mark(cell: Cell) -> bool:
    return is_mark(as_text(cell))


def named(cell: Cell) -> bool:
    """Whether it may be what a bank calls a transaction: digits, and not several words."""
    text = as_text(cell)
    return any(map(str.isdecimal, text)) and not _TWO_WORDS.search(text)


def is_negative(cell: Cell) -> bool:
    if isinstance(cell, str):
        return any(found.value < 0 for found in (parse_amount(cell, mark) for mark in ".,") if found)
    return isinstance(cell, Decimal) and cell < 0


def trimmed(cells: Sequence[Cell]) -> Sequence[Cell]:
    end = len(cells)
    while end and cells[end - 1] == "":
        end -= 1
    return cells[:end]


class Cells:
    """The cells of a sample by column."""

    def __init__(self, body: Sequence[Sequence[Cell]], width: int) -> None:
        self._body, self._width = body, width
        self.columns = [[cells[place] for cells in body if place < len(cells)] for place in range(width)]
        self._filled = [[each for each in column if not _blank(each)] for column in self.columns]

    def where(self, place: int, fits: Callable[[Cell], bool]) -> Cells:
        """Those of the rows that have such a cell there."""
        return Cells(
            [cells for cells in self._body if place < len(cells) and fits(cells[place])], self._width
        )

    def mostly(self, place: int, fits: Callable[[Cell], bool], share: float = MOSTLY) -> bool:
        filled = self._filled[place]
        return bool(filled) and sum(map(fits, filled)) >= share * len(filled)

    def pairs(self, one: int, other: int) -> list[tuple[Cell, Cell]]:
        """Of the rows in which both columns have something."""
        both = zip(self.columns[one], self.columns[other], strict=False)
        return [pair for pair in both if not any(map(_blank, pair))]

    def is_empty(self, place: int) -> bool:
        return not self._filled[place]

    def has_blank(self, place: int) -> bool:
        return any(map(_blank, self.columns[place]))

    def letters(self, place: int) -> float:
        """How much text of its own it has: mean letters of a cell times the share of distinct cells."""
        texts = [each for each in self._filled[place] if isinstance(each, str)]
        if not texts:
            return 0.0
        letters = sum(sum(map(str.isalpha, each)) for each in texts) / len(texts)
        return letters * len(set(texts)) / len(texts)

    def alternate(self, one: int, other: int) -> bool:
        """Whether each of the two columns has amounts, and no row has one in both."""
        pairs = [
            (_worth(first), _worth(second))
            for first, second in zip(self.columns[one], self.columns[other], strict=False)
        ]
        return bool(pairs) and not any(map(all, pairs)) and all(map(any, zip(*pairs, strict=True)))

    def marks_a_way(self, place: int) -> bool:
        """Whether it has marks such as Cr; single letters tell where they differ or some are missing."""
        if not self.mostly(place, is_short_mark, HALF):
            return False
        marks = {as_text(each).strip() for each in self._filled[place]}
        return self.has_blank(place) or len(marks) > 1 or len(marks.pop()) > 1

    def looks_like_money(self, place: int) -> bool:
        """Whether some of its amounts have decimals, a sign or a currency: the number of a row has none."""
        return any(not _is_whole(each) for each in self._filled[place] if counted(each))


def _blank(cell: Cell) -> bool:
    return isinstance(cell, str) and (not cell or cell.isspace())


def _is_whole(cell: Cell) -> bool:
    if isinstance(cell, str):
        return cell.strip().isdecimal()
    return isinstance(cell, Decimal) and cell >= 0 and cell == cell.to_integral_value()


def _worth(cell: Cell) -> bool:
    """Whether the cell has an amount other than zero."""
    return bool(cell) and (not isinstance(cell, str) or any(each in "123456789" for each in cell))
