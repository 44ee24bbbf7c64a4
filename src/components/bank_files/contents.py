"""What all records of a file hold, column by column: distinct texts, and examples of what is typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from src.components.bank_files.entry import Rejected
from src.components.bank_files.inference.amounts import Amount, parse_amount
from src.components.bank_files.inference.dates import is_date
from src.components.bank_files.plan import Field
from src.components.bank_files.record import Cell, Line

MONEY = (Field.AMOUNT, Field.OUT, Field.IN, Field.FEE)
_WANTED = (Field.DATE, *MONEY, Field.CURRENCY, Field.BALANCE, Field.TYPE)


@dataclass
class Column:
    texts: dict[str, None] = field(default_factory=dict)
    """Distinct, in the order of the file."""
    numbers: dict[bool, Decimal] = field(default_factory=dict)
    """The first number that is less than nothing (True), and the first that is not."""
    has_blank: bool = False

    def note(self, cell: Cell) -> None:
        if isinstance(cell, Decimal):
            self.numbers.setdefault(cell < 0, cell)
        elif isinstance(cell, str):
            if cell and not cell.isspace():
                self.texts[cell] = None
            else:
                self.has_blank = True


class Contents:
    def __init__(self, lines: Iterable[Line], columns: tuple[Field, ...], *, sure_of_days: bool) -> None:
        """sure_of_days: a record without a day is a total or a note, and tells nothing of the others."""
        places = [(place, each) for place, each in enumerate(columns) if each in _WANTED]
        self._columns = {each: Column() for _, each in places}
        place_of_day = columns.index(Field.DATE) if sure_of_days and Field.DATE in columns else None
        for line in lines:
            if isinstance(line, Rejected):
                continue
            cells = line[1]
            if place_of_day is not None:
                day = cells[place_of_day] if place_of_day < len(cells) else ""
                if isinstance(day, str) and not is_date(day):
                    continue
            for place, each in places:
                self._columns[each].note(cells[place] if place < len(cells) else "")

    def column(self, of: Field) -> Column:
        return self._columns.get(of) or Column()

    def texts(self, *of: Field) -> list[str]:
        """Distinct, of all these columns."""
        return list(dict.fromkeys(text for each in of for text in self.column(each).texts))

    def amounts(self, mark: str, *of: Field) -> list[Amount]:
        """Those that are written as text, each once, and examples of those that are numbers."""
        written = (parse_amount(text, mark) for text in self.texts(*of))
        numbers = (number for each in of for number in self.column(each).numbers.values())
        return [*(each for each in written if each), *map(Amount, numbers)]
