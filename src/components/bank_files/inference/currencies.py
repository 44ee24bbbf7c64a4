"""The currency of amounts that do not name it: by the heading, what is above it, or original amounts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from src.components.bank_files.entry import Cell, Record, as_text, cell_at
from src.components.bank_files.inference.amounts import SHARED_SIGNS, SIGNS, amount_of, currency_of
from src.components.bank_files.inference.cells import MONEY, Contents
from src.components.bank_files.inference.column_detection import Layout
from src.components.bank_files.inference.headings import likely_currencies, unit_in
from src.components.bank_files.plan import Field
from src.domain.money import CURRENCIES, KNOWN_CURRENCIES

_COMMON = ("USD", "EUR", "GBP", "INR", "CHF", "CAD", "AUD", "JPY", "SGD", "BRL")

_CODE = re.compile(r"(?<![^\W_])[A-Z]{3}(?![^\W_])")
_WORDS = frozenset("ALL AMD ANG BAM BOB COP CUP DOP GEL LAK MAD MOP PAB PEN RON SOS TOP TRY".split())
"""Codes that are also words or names, and so do not count above a table."""
_SYMBOLS = re.compile("[€£₹₽₺₩₪₫₴₦₱฿₸元円]")


def currency_of_equal_amounts(
    rows: Sequence[Sequence[Cell]], columns: Sequence[Field], mark: str
) -> str | None:
    """The one currency in which the original amounts are the booked ones; None without original ones."""
    wanted = (Field.AMOUNT, Field.ORIGINAL_AMOUNT, Field.ORIGINAL_CURRENCY)
    if Field.CURRENCY in columns or not set(wanted) <= set(columns):
        return None
    are_equal: dict[str, bool] = {}
    for cells in rows:
        booked, original, code = (cell_at(cells, columns.index(field)) for field in wanted)
        amounts = amount_of(booked, mark), amount_of(original, mark)
        currency = currency_of(as_text(code))
        if amounts[0] and amounts[1] and currency:
            is_equal = abs(amounts[0].value) == abs(amounts[1].value)
            are_equal[currency] = are_equal.get(currency, True) and is_equal
    same = [currency for currency, is_equal in are_equal.items() if is_equal]
    return same[0] if len(same) == 1 and same[0] in CURRENCIES else None


def possible_currencies(
    contents: Contents, layout: Layout, sample: Sequence[Record], mark: str, usual: str
) -> list[str]:
    """The codes that rows without a currency may have: one if the file is clear, none without such rows.

    sample: the first records, with the heading and the rows above it. mark: the decimal mark. usual: comes
    first unless the file contradicts it.
    """
    units = {amount.unit for amount in contents.amounts(mark, *MONEY)}
    column = contents.column(Field.CURRENCY)
    codes = {currency_of(text) for text in column.texts}
    all_named = codes and not column.has_blank and codes <= KNOWN_CURRENCIES
    if all_named or units <= CURRENCIES or Field.OTHER_AMOUNT in layout.columns:
        return []
    units = (units | codes) - {""}
    named_columns = zip(layout.names, layout.columns, strict=False)
    in_names = {unit_in(name) for name, field in named_columns if field in (*MONEY, Field.BALANCE)} - {""}
    units |= in_names
    if len(in_names) == 1 and all(in_names <= {unit, *SHARED_SIGNS.get(unit, ())} for unit in units):
        units = in_names
    if len(units) == 1 and units <= CURRENCIES:
        return [*units]
    above = _above(sample, layout.header)
    if not units and len(above) == 1:
        return [*above]
    shared = [code for unit in sorted(units) for code in SHARED_SIGNS.get(unit, ())]
    candidates = [*sorted(above & set(shared)), *shared, *sorted(units & CURRENCIES), *sorted(above)]
    if len(set(candidates)) == 1:
        return candidates[:1]
    likely = likely_currencies(layout.names)
    of_person = [usual] if usual in CURRENCIES and usual in (candidates or CURRENCIES) else []
    if candidates:
        likely = tuple(code for code in likely if code in candidates)
    # The currency of the person, unless the file is in a language of other countries.
    first = [*of_person, *likely] if usual in likely else [*likely, *of_person]
    return list(dict.fromkeys((*first, *(candidates or _COMMON))))


def _above(sample: Sequence[Record], header: int) -> set[str]:
    """Currencies named above the table."""
    texts = [as_text(cell) for row, cells in sample if row < header for cell in cells]
    codes = {code for text in texts for code in _CODE.findall(text)} & CURRENCIES - _WORDS
    return codes | {SIGNS[sign] for text in texts for sign in _SYMBOLS.findall(text)}
