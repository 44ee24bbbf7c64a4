"""The contents of a file's columns: distinct texts, and one example of each kind of number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from src.components.bank_files.entry import Cell, Line, Rejected, cell_at
from src.components.bank_files.inference.amounts import Amount, parse_amount
from src.components.bank_files.inference.dates import is_date
from src.components.bank_files.plan import Field

MONEY = (Field.AMOUNT, Field.OUT, Field.IN, Field.FEE)
_COLLECTED = (Field.DATE, *MONEY, Field.CURRENCY, Field.BALANCE, Field.TYPE)


@dataclass
class Column:
    texts: dict[str, None] = field(default_factory=dict)
    """Distinct, in the order of the file."""
    numbers: dict[bool, Decimal] = field(default_factory=dict)
    """The first negative number (True), and the first other one (False)."""
    has_blank: bool = False

    def add(self, cell: Cell) -> None:
        if isinstance(cell, Decimal):
            self.numbers.setdefault(cell < 0, cell)
        elif isinstance(cell, str):
            if cell and not cell.isspace():
                self.texts[cell] = None
            else:
                self.has_blank = True


class Contents:
    def __init__(self, lines: Iterable[Line], columns: tuple[Field, ...], *, dates_required: bool) -> None:
        """dates_required: ignore records without a date, which are totals or notes."""
        positions = [(position, name) for position, name in enumerate(columns) if name in _COLLECTED]
        self._columns = {name: Column() for _, name in positions}
        date_position = columns.index(Field.DATE) if dates_required and Field.DATE in columns else None
        for line in lines:
            if isinstance(line, Rejected) or not _has_date(line[1], date_position):
                continue
            for position, name in positions:
                self._columns[name].add(cell_at(line[1], position))

    def column(self, name: Field) -> Column:
        return self._columns.get(name) or Column()

    def texts(self, *names: Field) -> list[str]:
        """Distinct, of all these columns."""
        return list(dict.fromkeys(text for name in names for text in self.column(name).texts))

    def amounts(self, mark: str, *names: Field) -> list[Amount]:
        """The distinct amounts among the texts, and examples of the numbers."""
        texts = (parse_amount(text, mark) for text in self.texts(*names))
        numbers = (number for name in names for number in self.column(name).numbers.values())
        return [*(amount for amount in texts if amount), *map(Amount, numbers)]


def _has_date(cells: Sequence[Cell], position: int | None) -> bool:
    """position: None if no date is required."""
    if position is None:
        return True
    cell = cell_at(cells, position)
    return not isinstance(cell, str) or is_date(cell)
