"""Ledgerloop exports (JSON lines, CSV and Parquet), recognized by their content."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from src.components.bank_files.entry import Entry, Reason, Rejected, Unreadable
from src.components.bank_files.formats.encodings import decode, detect_encoding, lines
from src.components.bank_files.limits import Limits, bad_file
from src.components.bank_files.plan import DELIMITERS, Format, Plan
from src.domain.spreadsheet_cells import unescape_formula

_OF_THE_TRANSACTION = ("description", "amount", "currency", "date", "direction", "mode", "subcategory")
_DETAILS = ("account", "counterparty", "notes", "mcc", "tags")
"""Of the transaction too; exports of earlier releases lack them."""
_IN_JSON = (
    *("tags", "doubt", "splits", "feedback", "predictions", "own_categories"),
    *("edits", "links", "setup"),
)
_LINKS = ("transfer", "refund_of")
_MAY_BE_BLANK = (
    *("category", "predicted", "key", "mode", "subcategory", "doubt", "splits"),
    *(*_LINKS, *_DETAILS, "edits", "links", "setup"),
)
_EXPORT_NAMES = ("id", "fingerprint", "feedback", "predictions", "own_categories")
"""Names that occur together only in exports."""
_REQUIRED = frozenset((*_EXPORT_NAMES, *_OF_THE_TRANSACTION))
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SAMPLE_LINES = 20
"""Lines among which an export's line is searched, because the first may be damaged."""

Record = tuple[int, dict[str, Any] | Unreadable]
"""(row, its fields)"""


@dataclass(frozen=True)
class OwnExport:
    form: str
    """CSV, JSON lines or Parquet."""
    records: Callable[[], Iterator[Record]]
    limits: Limits

    def entries(self) -> Iterator[Entry | Rejected]:
        """One result per row. Raises InvalidInput while reading if a limit is exceeded."""
        # Imported here, because it needs pydantic and most files do not.
        from src.components.bank_files.own_export.record import parse

        seen: set[str] = set()
        for count, (row, record) in enumerate(self.records(), start=1):
            self.limits.check_row(count)
            try:
                exported = parse(record)
            except Unreadable as error:
                yield Rejected(row, str(error))
                continue
            if exported.row.id in seen:
                yield Rejected(row, Reason.DUPLICATE, left_out=True)
                continue
            seen.add(exported.row.id)
            data = exported.row.transaction
            labels = (data.mode, data.subcategory, exported.row.category)
            required = (data.description, data.amount, data.currency, data.date, data.direction)
            yield Entry(row, *required, *labels, exported=exported)


def open_export(content: bytes, plan: Plan, limits: Limits) -> OwnExport | None:
    """content: unpacked. None if it is no Ledgerloop export, or if the plan names another format.

    Raises InvalidInput.
    """
    if plan.format not in (None, Format.LEDGERLOOP):
        return None
    if content.startswith(b"PAR1"):
        # Imported here, because pyarrow is large and most files do not need it.
        from src.components.bank_files.own_export import parquet_rows

        file = parquet_rows.open_parquet(content, limits, _REQUIRED)
        rows = parquet_rows.rows
        return OwnExport("Parquet", lambda: enumerate(map(_with_transaction, rows(file)), start=1), limits)
    if not all(name.encode() in content[: limits.line] for name in _EXPORT_NAMES):
        return None
    text = decode(content, detect_encoding(content))
    first_lines = (match[0].lstrip() for match in islice(_LINE.finditer(text), _SAMPLE_LINES))
    objects = (line for line in first_lines if line.startswith("{"))
    if any(all(f'"{name}"' in line for name in _EXPORT_NAMES) for line in objects):
        return OwnExport("JSON lines", lambda: _lines(text, limits), limits)
    if (delimiter := _delimiter(text)) is not None:
        return OwnExport("CSV", lambda: _table(text, delimiter, limits), limits)
    return None


def _lines(text: str, limits: Limits) -> Iterator[Record]:
    for row, match in enumerate(_LINE.finditer(text), start=1):
        if match[0].isspace():
            continue
        if len(match[0]) > limits.line:
            yield row, Unreadable(Reason.LINE_TOO_LONG)
            continue
        try:
            record = json.loads(match[0])
        except (ValueError, RecursionError):
            record = None
        yield row, record if isinstance(record, dict) else Unreadable(Reason.NOT_JSON)


def _delimiter(text: str) -> str | None:
    """A spreadsheet may have changed it."""
    heading = text[: text.find("\n") + 1].strip()
    for delimiter in DELIMITERS:
        with suppress(csv.Error):
            if _REQUIRED.issubset(next(csv.reader([heading], delimiter=delimiter), ())):
                return delimiter
    return None


def _table(text: str, delimiter: str, limits: Limits) -> Iterator[Record]:
    reader = csv.reader(lines(text), delimiter=delimiter)
    names, start = next(reader), reader.line_num + 1
    try:
        for cells in reader:
            if any(cells):
                yield start, _parsed_cells(names, cells)
            start = reader.line_num + 1
    except csv.Error:
        raise bad_file(f"Row {start} could not be split into columns.") from None


def _parsed_cells(names: Sequence[str], cells: Sequence[str]) -> dict[str, Any] | Unreadable:
    if len(cells) != len(names):
        return Unreadable(Reason.COLUMN_COUNT)
    row: dict[str, Any] = {name: unescape_formula(cell) for name, cell in zip(names, cells, strict=True)}
    row |= {name: row.get(name) or None for name in _MAY_BE_BLANK}
    try:
        row |= {name: json.loads(row[name]) for name in _IN_JSON if row.get(name)}
    except (ValueError, RecursionError):
        return Unreadable(Reason.CELL_NOT_JSON)
    return _with_transaction(row)


def _with_transaction(row: dict[str, Any]) -> dict[str, Any]:
    details = {name: row.get(name) for name in _DETAILS}
    return {**row, "transaction": {name: row[name] for name in _OF_THE_TRANSACTION} | details}
