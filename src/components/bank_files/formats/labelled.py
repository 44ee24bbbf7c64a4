"""Text statements with a line per field, such as `Amount: 12.30`, as a table with the labels as names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from src.components.bank_files.entry import Cell, Line
from src.components.bank_files.formats.encodings import lines as lines_of
from src.components.bank_files.inference.headings import field_of
from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import Field

_LABELLED = re.compile(r"\s*([^\W\d_][^:=\t\r\n]{0,40}?)\s*[:=](?:[ \t]+(.*?)|)\s*")
_MONEY = {Field.AMOUNT, Field.OUT, Field.IN}
_START = 200
"""Lines from which the format is recognized."""
_MOST = 0.6
"""Share of lines with a label."""

_Block = tuple[int, dict[str, str]]
"""(first line, the texts by their labels)"""


def labelled(line: str) -> tuple[str, str] | None:
    """(label, text); None if the line has no label."""
    match = _LABELLED.fullmatch(line)
    return (match[1], (match[2] or "").strip()) if match else None


def is_labelled(text: str) -> bool:
    """Whether several blocks have a date and an amount, each in a line with its label."""
    start = [line for _, line in zip(range(_START), lines_of(text), strict=False) if not line.isspace()]
    if sum(labelled(line) is not None for line in start) < _MOST * len(start):
        return False
    return sum(_is_transaction(fields) for _, fields in _blocks("".join(start))) > 1


def table(text: str, limits: Limits) -> tuple[tuple[str, ...], list[Line]]:
    """(names of the columns, a line per block); blocks above the first transaction are no lines.

    Raises InvalidInput.
    """
    names: dict[str, int] = {}
    lines: list[Line] = []
    for row, fields in _blocks(text):
        if not lines and not _is_transaction(fields):
            continue
        limits.check_row(len(lines) + 1)
        for name in fields:
            names.setdefault(name, len(names))
        cells: list[Cell] = [""] * len(names)
        for name, cell in fields.items():
            cells[names[name]] = cell
        limits.check_cells(row, list(fields.values()))
        lines.append((row, cells))
    return tuple(names), lines


def _is_transaction(fields: dict[str, str]) -> bool:
    known = {field_of(name) for name in fields}
    return Field.DATE in known and bool(_MONEY & known)


def _blocks(text: str) -> Iterator[_Block]:
    """A blank line ends a block that is a transaction, and so does a label that it has already."""
    fields: dict[str, str] = {}
    start, last, is_separated = 1, "", False
    for row, line in enumerate(lines_of(text), start=1):
        pair = labelled(line)
        if line.isspace():
            is_separated = True
            continue
        if fields and ((pair and pair[0] in fields) or (is_separated and pair)):
            yield start, fields
            fields = {}
        start = start if fields else row
        is_separated = False
        if pair:
            last = pair[0]
            fields[last] = pair[1]
        elif last in fields:
            fields[last] = f"{fields[last]} {line.strip()}".strip()
        else:
            fields.setdefault("", line.strip())
    if fields:
        yield start, fields
