"""JSON, as programs hand transactions out: a list of objects, however deep it lies, or an object a line.

It becomes a table: the keys are the names of the columns, and each object is a row, the first one row 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from src.components.bank_files.entry import Rejected
from src.components.bank_files.formats.encodings import lines as lines_of
from src.components.bank_files.inference.cells import is_data
from src.components.bank_files.inference.wording import is_unsettled
from src.components.bank_files.limits import Limits
from src.components.bank_files.messages.reader import is_message
from src.components.bank_files.record import Cell, Line
from src.errors import InvalidInput

_DEPTH = 6
_MOST_DIGITS = 30
_SMALL = 15
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_json(start: str) -> bool:
    return start[:1] in ("[", "{") and '"' in start


class Table(NamedTuple):
    names: tuple[str, ...]
    lines: list[Line]


def table(text: str, limits: Limits) -> Table:
    """A line for each object that is in a list of transactions. Raises InvalidInput."""
    if text.count(",") > limits.values:
        raise InvalidInput(f"The file has more than {limits.values:,} values. Split it.", field="file")
    try:
        value = _loads(text)
        objects = list(_listed(value, "", _DEPTH, is_data)) or _listed(value, "", _DEPTH, _has_message)
        return _table(objects, limits)
    except _NotJSON:
        return _of_lines(text, limits)


def _of_lines(text: str, limits: Limits) -> Table:
    rows: list[int] = []
    objects: list[dict[str, Cell] | None] = []
    for row, line in enumerate(lines_of(text), start=1):
        if not line.isspace():
            limits.check_row(len(rows) + 1)
            rows.append(row)
            objects.append(_object(line))
    if objects[0] is None:
        raise InvalidInput("This file begins like JSON, and is none that can be read.", field="file")
    names, lines = _table((each for each in objects if each is not None), limits)
    read = iter(lines)
    told = [
        Rejected(row, "This line is not readable as JSON.") if each is None else (row, next(read)[1])  # type: ignore[index]
        for row, each in zip(rows, objects, strict=True)
    ]
    return Table(names, told)


def _object(line: str) -> dict[str, Cell] | None:
    try:
        found = _loads(line)
    except _NotJSON:
        return None
    return _flat(found) if isinstance(found, dict) else None


class _NotJSON(Exception):
    pass


def _loads(text: str) -> Any:
    try:
        return json.loads(text, parse_float=_number, parse_int=_whole, parse_constant=str)
    except (ValueError, RecursionError):
        raise _NotJSON from None


def _whole(text: str) -> int | Cell:
    """A small one as it is: it takes a third of the memory."""
    return int(text) if len(text) <= _SMALL else _number(text)


def _number(text: str) -> Cell:
    """A text where it has more digits than any amount."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text[:_MOST_DIGITS]
    digits, exponent = len(number.as_tuple().digits), int(number.as_tuple().exponent)
    return number if digits + abs(exponent) <= _MOST_DIGITS else text[:_MOST_DIGITS]


def _has_message(cells: Sequence[Cell]) -> bool:
    return any(map(is_message, cells))


def _listed(
    value: Any, key: str, depth: int, is_transaction: Callable[[Sequence[Cell]], bool]
) -> Iterator[dict[str, Cell]]:
    """The objects of all lists with transactions in them. key: of the list."""
    if isinstance(value, dict) and depth:
        for name, each in value.items():
            yield from _listed(each, name, depth - 1, is_transaction)
    elif isinstance(value, list):
        objects = [_flat(each) for each in value if isinstance(each, dict)]
        if any(is_transaction(list(each.values())) for each in objects):
            told: dict[str, Cell] = {"status": key} if is_unsettled(key) else {}
            yield from ({**told, **each} for each in objects)


def _flat(value: dict[str, Any], path: str = "", depth: int = _DEPTH) -> dict[str, Cell]:
    """Keys within keys parted by points; of a list its words."""
    flat: dict[str, Cell] = {}
    for key, each in value.items():
        name = f"{path}.{key}" if path else key
        if isinstance(each, dict):
            flat |= _flat(each, name, depth - 1) if depth else {}
        elif isinstance(each, list):
            flat[name] = ", ".join(one for one in each if isinstance(one, str))
        else:
            flat[name] = _cell(each, key)
    return flat


def _cell(value: Any, key: str) -> Cell:
    if isinstance(value, bool) or value is None:
        return key if value else ""  # so that `"pending": true` says pending
    return value.replace("\0", "") if isinstance(value, str) else Decimal(value)


def _table(objects: Iterable[dict[str, Cell]], limits: Limits) -> Table:
    places: dict[str, int] = {}
    lines: list[Line] = []
    for row, each in enumerate(objects, start=1):
        limits.check_row(row)
        for name in each:
            places.setdefault(name, len(places))
        if len(places) > limits.columns:
            raise InvalidInput(f"The objects have more than {limits.columns} keys.", field="file")
        cells: list[Cell] = [""] * len(places)
        for name, cell in each.items():
            cells[places[name]] = cell
        limits.check_cells(row, [cell for cell in cells if isinstance(cell, str)])
        lines.append((row, cells))
    if not lines:
        raise InvalidInput("This JSON file has no list of transactions in it.", field="file")
    names = list(places)
    return Table(tuple(_short(name, names) for name in names), lines)


def _short(name: str, names: list[str]) -> str:
    """The last key alone, where no other is called so: of `transactionAmount.currency` the currency."""
    last = name.rpartition(".")[2]
    alone = sum(each.rpartition(".")[2] == last for each in names) == 1
    return _HUMP.sub(" ", last if alone else name.replace(".", " "))
