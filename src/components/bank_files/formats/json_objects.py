"""JSON as programs export it: a list of objects, at any depth, or one object per line.

It becomes a table: the keys are the column names, and each object is a row, from row 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from src.components.bank_files.entry import Cell, Line, Reason, Rejected, as_text
from src.components.bank_files.formats.encodings import lines as lines_of
from src.components.bank_files.formats.minor_units import in_major_units, is_minor, major
from src.components.bank_files.inference.cells import is_amount_cell, is_data
from src.components.bank_files.inference.headings import field_of
from src.components.bank_files.inference.wording import is_unsettled
from src.components.bank_files.limits import Limits, bad_file
from src.components.bank_files.messages.reader import is_message
from src.components.bank_files.plan import Field

_DEPTH = 6
_MAX_DIGITS = 30
_SMALL = 15
_NOT_JSON = (ValueError, RecursionError)
_CURRENCIES = ("currency", "currencycode", "currency_code")
_SINCE_1970 = re.compile(r"1[0-9]{9}(?:[0-9]{3})?")
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
    objects = list(_listed(value, "", _DEPTH, _is_transaction)) or _listed(value, "", _DEPTH, _has_message)
    return _table(enumerate(objects, start=1), limits)


def _loads(text: str) -> Any:
    """Raises one of _NOT_JSON."""
    return json.loads(text, parse_float=_number, parse_int=_whole, parse_constant=str)


def _object(line: str) -> dict[str, Cell] | None:
    try:
        value = _loads(line)
    except _NOT_JSON:
        return None
    return in_major_units(_flat(value)) if isinstance(value, dict) else None


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


_Object = dict[str, Cell]


def _is_transaction(item: _Object) -> bool:
    """Whether it has a date and an amount; a date may be in seconds or milliseconds since 1970."""
    cells = list(item.values())
    if is_data(cells):
        return True
    has_day = any(_SINCE_1970.fullmatch(as_text(cell)) and _names_day(key) for key, cell in item.items())
    return has_day and any(is_amount_cell(cell) for key, cell in item.items() if not _names_day(key))


def _names_day(key: str) -> bool:
    return field_of(_HUMP.sub(" ", key.rpartition(".")[2])) is Field.DATE


def _has_message(item: _Object) -> bool:
    return any(map(is_message, item.values()))


def _listed(
    value: Any,
    key: str,
    depth: int,
    is_transaction: Callable[[_Object], bool],
    account: _Object | None = None,
) -> Iterator[_Object]:
    """The objects of all lists that contain transactions. key: of the list. account: around it."""
    if isinstance(value, dict) and depth:
        around = {**(account or {}), **_account(value)}
        for name, nested in value.items():
            yield from _listed(nested, name, depth - 1, is_transaction, around)
    elif isinstance(value, list):
        objects = [in_major_units(_flat(item)) for item in value if isinstance(item, dict)]
        if any(map(is_transaction, objects)):
            status: _Object = {"status": key} if is_unsettled(key) else {}
            for item in objects:
                own = {name for name in account or {} if any(name in _plain(other) for other in item)}
                around = {name: cell for name, cell in (account or {}).items() if name not in own}
                yield {**status, **item, **around}
        elif depth:
            for nested in value:
                yield from _listed(nested, key, depth - 1, is_transaction, account)


def _account(value: dict[str, Any]) -> _Object:
    """What an object around a list says of the account: its currency and its name."""
    if "balance" not in value or not any(isinstance(nested, list) for nested in value.values()):
        return {}
    texts = {"currency": value.get("currency"), "account name": value.get("name")}
    return {name: text for name, text in texts.items() if isinstance(text, str)}


def _plain(key: str) -> str:
    return _HUMP.sub(" ", key).replace("_", " ").lower()


def _flat(value: dict[str, Any], path: str = "", depth: int = _DEPTH) -> _Object:
    """Nested keys are joined with points, the texts of a list with commas; an amount with its currency has
    the key of both."""
    flat: _Object = {}
    for key, nested in value.items():
        name = f"{path}.{key}" if path else key
        if isinstance(nested, dict):
            flat |= (_money(nested, name) or _flat(nested, name, depth - 1)) if depth else {}
        elif isinstance(nested, list):
            flat[name] = ", ".join(text for text in nested if isinstance(text, str))
        else:
            flat[name] = _cell(nested, key)
    return flat


def _money(value: dict[str, Any], name: str) -> _Object | None:
    """None if the object is not an amount with its currency."""
    plain = {key.lower(): key for key in value}
    codes = (value[plain[code]] for code in _CURRENCIES if code in plain)
    currency = next((code for code in codes if isinstance(code, str)), "")
    key = next((plain[kind] for kind in ("value", "amount") if kind in plain), None)
    key = key or next(filter(is_minor, value), None)
    if not currency or key is None or isinstance(value[key], (dict, list)):
        return None
    amount = major(value[key], currency) if is_minor(key) else _cell(value[key], key)
    return {name: amount, f"{name}.currency": currency}


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
