"""Ledgerloop's own exports, told by their content: JSON lines, CSV and Parquet with the life of each row."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from src.components.bank_files.entry import Entry, Kept, Rejected
from src.components.bank_files.formats.archives import unpacked
from src.components.bank_files.formats.encodings import decode, detect_encoding, lines
from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import DELIMITERS, Format, Plan
from src.components.bank_files.record import Unreadable
from src.errors import InvalidInput

_OF_THE_TRANSACTION = ("description", "amount", "currency", "date", "direction", "mode", "subcategory")
_IN_JSON = ("doubt", "feedback", "predictions", "own_categories")
_MAY_BE_BLANK = ("category", "predicted", "key", "mode", "subcategory", "doubt")
_MARKS = ("id", "fingerprint", "feedback", "predictions", "own_categories")
"""Names that stand together in no file but ours."""
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_LOOKED_AT = 20
"""Lines among which one of ours is looked for, as the first may be damaged."""

Record = tuple[int, dict[str, Any] | Unreadable]
"""The row as its owner counts, and what stands in it."""


@dataclass(frozen=True)
class OwnExport:
    detected: str
    records: Callable[[], Iterator[Record]]
    limits: Limits

    def entries(self) -> Iterator[Entry | Rejected]:
        """One for each row. Raises InvalidInput on the way where a limit is met."""
        # Pydantic comes with it, which most files can be read without.
        from src.components.bank_files.own_export.record import kept

        seen: set[str] = set()
        for count, (row, record) in enumerate(self.records(), start=1):
            self.limits.check_row(count)
            try:
                one = kept(_given(record))
            except Unreadable as reason:
                yield Rejected(row, str(reason))
                continue
            if one.row.id in seen:
                yield Rejected(row, "The same transaction stands further above.", left_out=True)
                continue
            seen.add(one.row.id)
            yield _entry(row, one)


def open_own(content: bytes, plan: Plan, limits: Limits) -> OwnExport | None:
    """None where it is no export of Ledgerloop, or a person says it is to be read otherwise.

    Raises InvalidInput.
    """
    if plan.format not in (None, Format.LEDGERLOOP):
        return None
    limits.check_size(content)
    content = unpacked(content, limits)
    if content.startswith(b"PAR1"):
        from src.components.bank_files.own_export import parquet  # pyarrow is large: only where it is needed

        file = parquet.opened(content, limits, (*_MARKS, *_OF_THE_TRANSACTION))
        return OwnExport("a Ledgerloop export (Parquet)", lambda: _nested(parquet.rows(file)), limits)
    if not all(mark.encode() in content[: limits.line] for mark in _MARKS):
        return None
    text = decode(content, detect_encoding(content))
    if any(_is_ours(found[0]) for found in islice(_LINE.finditer(text), _LOOKED_AT)):
        return OwnExport("a Ledgerloop export (JSON lines)", lambda: _lines(text, limits), limits)
    if (delimiter := _delimiter(text)) is not None:
        return OwnExport("a Ledgerloop export (CSV)", lambda: _table(text, delimiter, limits), limits)
    return None


def _given(record: dict[str, Any] | Unreadable) -> dict[str, Any]:
    if isinstance(record, Unreadable):
        raise record
    return record


def _entry(row: int, one: Kept) -> Entry:
    given = one.row.transaction
    return Entry(
        row,
        given.description,
        given.amount,
        given.currency,
        given.date,
        given.direction,
        mode=given.mode,
        subcategory=given.subcategory,
        category=one.row.category,
        kept=one,
    )


def _is_ours(line: str) -> bool:
    return line.lstrip().startswith("{") and all(f'"{mark}"' in line for mark in _MARKS)


def _lines(text: str, limits: Limits) -> Iterator[Record]:
    for row, found in enumerate(_LINE.finditer(text), start=1):
        if not found[0].isspace():
            yield row, _of_line(found[0], limits)


def _of_line(line: str, limits: Limits) -> dict[str, Any] | Unreadable:
    if len(line) > limits.line:
        return Unreadable(f"Its line has more than {limits.line:,} letters.")
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    return record if isinstance(record, dict) else Unreadable("This line is not readable as JSON.")


def _delimiter(text: str) -> str | None:
    """A spreadsheet may have put another one in."""
    heading = text[: text.find("\n") + 1].strip()
    return next((each for each in DELIMITERS if _fits(_names(heading, each))), None)


def _names(heading: str, delimiter: str) -> Sequence[str]:
    with suppress(csv.Error, StopIteration):
        return next(csv.reader([heading], delimiter=delimiter))
    return ()


def _fits(names: Sequence[str]) -> bool:
    return {*_MARKS, *_OF_THE_TRANSACTION} <= set(names)


def _table(text: str, delimiter: str, limits: Limits) -> Iterator[Record]:
    reader = csv.reader(lines(text), delimiter=delimiter)
    names, start = next(reader), reader.line_num + 1
    try:
        for cells in reader:
            if any(cells):
                yield start, _of_cells(names, cells)
            start = reader.line_num + 1
    except csv.Error:
        raise InvalidInput(f"Row {start} cannot be told into columns.", field="file") from None


def _of_cells(names: Sequence[str], cells: Sequence[str]) -> dict[str, Any] | Unreadable:
    if len(cells) != len(names):
        return Unreadable("It has more or fewer columns than the heading.")
    row: dict[str, Any] = {
        name: cell[1:] if _ESCAPED.match(cell) else cell for name, cell in zip(names, cells, strict=True)
    }
    row |= {name: row.get(name) or None for name in _MAY_BE_BLANK}
    try:
        row |= {name: json.loads(row[name]) for name in _IN_JSON if row.get(name)}
    except (ValueError, RecursionError):
        return Unreadable("Its answers, predictions or categories are not readable as JSON.")
    return _with_transaction(row)


def _nested(rows: Iterator[dict[str, Any]]) -> Iterator[Record]:
    return ((place, _with_transaction(row)) for place, row in enumerate(rows, start=1))


def _with_transaction(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "transaction": {name: row[name] for name in _OF_THE_TRANSACTION}}
