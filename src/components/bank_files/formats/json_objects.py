"""JSON as programs export it: a list of objects, at any depth, or one object per line.

It becomes a table: the keys are the column names, and each object is a row, from row 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from src.components.bank_files.entry import Cell, Line, Reason, Rejected
from src.components.bank_files.formats.encodings import lines as lines_of
from src.components.bank_files.inference.cells import is_data
from src.components.bank_files.inference.wording import is_unsettled
from src.components.bank_files.limits import Limits, bad_file
from src.components.bank_files.messages.reader import is_message

_DEPTH = 6
_MAX_DIGITS = 30
_SMALL = 15
_NOT_JSON = (ValueError, RecursionError)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_json(start: str) -> bool:
    return start[:1] in ("[", "{") and '"' in start


_Table = tuple[tuple[str, ...], list[Line]]
"""(names of the columns, lines)"""


def table(text: str, limits: Limits) -> _Table:
    """One line per object of each list of transactions. Raises InvalidInput."""
    if text.count(",") > limits.values:
        raise bad_file(f"The file has more than {limits.values:,} values. Split it.")
    try:
        value = _loads(text)
    except _NOT_JSON:
        lines = enumerate(lines_of(text), start=1)
        return _table(((row, _object(line)) for row, line in lines if not line.isspace()), limits)
    objects = list(_listed(value, "", _DEPTH, is_data)) or _listed(value, "", _DEPTH, _has_message)
    return _table(enumerate(objects, start=1), limits)


def _loads(text: str) -> Any:
    """Raises one of _NOT_JSON."""
    return json.loads(text, parse_float=_number, parse_int=_whole, parse_constant=str)


def _object(line: str) -> dict[str, Cell] | None:
    try:
        value = _loads(line)
    except _NOT_JSON:
        return None
    return _flat(value) if isinstance(value, dict) else None


def _whole(text: str) -> int | Cell:
    """A small number as an int, which takes a third of the memory."""
    return int(text) if len(text) <= _SMALL else _number(text)


def _number(text: str) -> Cell:
    """A text if it has more digits than any amount."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text[:_MAX_DIGITS]
    digits, exponent = len(number.as_tuple().digits), int(number.as_tuple().exponent)
    return number if digits + abs(exponent) <= _MAX_DIGITS else text[:_MAX_DIGITS]


def _has_message(cells: Sequence[Cell]) -> bool:
    return any(map(is_message, cells))


def _listed(
    value: Any, key: str, depth: int, is_transaction: Callable[[Sequence[Cell]], bool]
) -> Iterator[dict[str, Cell]]:
    """The objects of all lists that contain transactions. key: of the list."""
    if isinstance(value, dict) and depth:
        for name, nested in value.items():
            yield from _listed(nested, name, depth - 1, is_transaction)
    elif isinstance(value, list):
        objects = [_flat(item) for item in value if isinstance(item, dict)]
        if any(is_transaction(list(item.values())) for item in objects):
            status: dict[str, Cell] = {"status": key} if is_unsettled(key) else {}
            yield from ({**status, **item} for item in objects)


def _flat(value: dict[str, Any], path: str = "", depth: int = _DEPTH) -> dict[str, Cell]:
    """Nested keys are joined with points, the texts of a list with commas."""
    flat: dict[str, Cell] = {}
    for key, nested in value.items():
        name = f"{path}.{key}" if path else key
        if isinstance(nested, dict):
            flat |= _flat(nested, name, depth - 1) if depth else {}
        elif isinstance(nested, list):
            flat[name] = ", ".join(text for text in nested if isinstance(text, str))
        else:
            flat[name] = _cell(nested, key)
    return flat


def _cell(value: Any, key: str) -> Cell:
    if isinstance(value, bool) or value is None:
        return key if value else ""  # so that `"pending": true` becomes the text pending
    return value.replace("\0", "") if isinstance(value, str) else Decimal(value)


def _table(objects: Iterable[tuple[int, dict[str, Cell] | None]], limits: Limits) -> _Table:
    """objects: each with its row; None is not JSON."""
    positions: dict[str, int] = {}
    lines: list[Line] = []
    for count, (row, item) in enumerate(objects, start=1):
        limits.check_row(count)
        if item is None and count == 1:
            raise bad_file("This file starts like JSON but cannot be read as JSON.")
        if item is None:
            lines.append(Rejected(row, Reason.NOT_JSON))
            continue
        for name in item:
            positions.setdefault(name, len(positions))
        if len(positions) > limits.columns:
            raise bad_file(f"The objects have more than {limits.columns} keys.")
        cells: list[Cell] = [""] * len(positions)
        for name, cell in item.items():
            cells[positions[name]] = cell
        limits.check_cells(row, [cell for cell in cells if isinstance(cell, str)])
        lines.append((row, cells))
    if not lines:
        raise bad_file("This JSON file contains no list of transactions.")
    names = list(positions)
    return tuple(_short(name, names) for name in names), lines


def _short(name: str, names: list[str]) -> str:
    """Only the last key if no other column has it: `transactionAmount.currency` -> `currency`."""
    last = name.rpartition(".")[2]
    is_unique = sum(other.rpartition(".")[2] == last for other in names) == 1
    return _HUMP.sub(" ", last if is_unique else name.replace(".", " "))
