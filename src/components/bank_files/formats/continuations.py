"""Texts that go on in the lines below their transaction, as in tables copied from a printed statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from src.components.bank_files.entry import Cell, Line, Record, Rejected, as_text, cell_at
from src.components.bank_files.inference.cells import is_data
from src.components.bank_files.inference.wording import is_footer
from src.components.bank_files.plan import Field

_TEXTS = (Field.DESCRIPTION, Field.PARTY, Field.PAYER, Field.NOTES)
_WORD = re.compile(r"[^\W\d_]{2}")
_SAMPLE = 2_000
_FEWEST = 2
"""Transactions with such lines."""
_MOST = 10
"""Lines of one transaction."""


def most_continuations(lines: Iterable[Line], columns: Sequence[Field]) -> int:
    """How many lines go on with the text of a transaction, at most; 0 unless most transactions have some."""
    counts: list[int] = []
    """Of each transaction."""
    is_open = False
    for line in islice(lines, _SAMPLE):
        if isinstance(line, Rejected):
            is_open = False
        elif is_data(line[1]):
            counts.append(0)
            is_open = True
        elif is_open and _goes_on(line[1], columns):
            counts[-1] += 1
        else:
            is_open = False
    # Below the last transaction are also notes of the bank.
    continued = [count for count in counts[:-1] if count]
    are_usual = len(continued) >= _FEWEST and 2 * len(continued) >= len(counts) - 1
    return min(max(continued), _MOST) if are_usual else 0


def joined(lines: Iterable[Line], columns: Sequence[Field], most: int) -> Iterator[Line]:
    """The lines, with the texts of the lines below a transaction in its own cells. most: see above."""
    open_record: Record | None = None
    count = 0
    for line in lines:
        if open_record and not isinstance(line, Rejected) and count < most and _goes_on(line[1], columns):
            count += 1
            open_record = open_record[0], _with_texts(open_record[1], line[1])
            continue
        if open_record:
            yield open_record
        open_record, count = None, 0
        if not isinstance(line, Rejected) and is_data(line[1]):
            open_record = line
        else:
            yield line
    if open_record:
        yield open_record


def _goes_on(cells: Sequence[Cell], columns: Sequence[Field]) -> bool:
    """Whether only columns of text are filled, and the date is blank, not missing."""
    if Field.DATE not in columns or len(cells) <= columns.index(Field.DATE):
        return False
    filled = [position for position, cell in enumerate(cells) if as_text(cell).strip()]
    texts = [as_text(cells[position]) for position in filled]
    in_texts = all(position < len(columns) and columns[position] in _TEXTS for position in filled)
    return bool(filled) and in_texts and any(map(_WORD.search, texts)) and not any(map(is_footer, texts))


def _with_texts(cells: Sequence[Cell], more: Sequence[Cell]) -> list[Cell]:
    width = max(len(cells), len(more))
    pairs = (
        (cell_at(cells, position), as_text(cell_at(more, position)).strip()) for position in range(width)
    )
    return [f"{as_text(cell).strip()} {text}".strip() if text else cell for cell, text in pairs]
