"""Detects the currency of a file's amounts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from src.components.bank_files.contents import MONEY, Contents
from src.components.bank_files.entry import Record, as_text
from src.components.bank_files.inference.amounts import SHARED_SIGNS, SIGNS, unit_of
from src.components.bank_files.inference.headings import unit_in
from src.components.bank_files.inference.layout import Layout
from src.components.bank_files.plan import Field
from src.domain.money import CURRENCIES

_COMMON = ("USD", "EUR", "GBP", "INR", "CHF", "CAD", "AUD", "JPY", "SGD", "BRL")

_CODE = re.compile(r"(?<![^\W_])[A-Z]{3}(?![^\W_])")
_WORDS = frozenset("ALL AMD ANG BAM BOB COP CUP DOP GEL LAK MAD MOP PAB PEN RON SOS TOP TRY".split())
"""Codes that are also words or names, and so do not count above a table."""
_SYMBOLS = re.compile("[€£₹₽₺₩₪₫₴₦₱฿₸元円]")


def possible_currencies(
    contents: Contents, layout: Layout, sample: Sequence[Record], mark: str, usual: str
) -> list[str]:
    """The codes that rows without a currency may have: one if the file is clear, none without such rows.

    sample: the first records, with the heading and the rows above it. mark: the decimal mark. usual: comes
    first unless the file contradicts it.
    """
    units = {amount.unit for amount in contents.amounts(mark, *MONEY)}
    column = contents.column(Field.CURRENCY)
    codes = {unit_of(text) for text in column.texts}
    all_named = codes and not column.has_blank and codes <= CURRENCIES
    if all_named or units <= CURRENCIES:
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
    first = [usual] if usual in CURRENCIES and usual in (candidates or CURRENCIES) else []
    return list(dict.fromkeys((*first, *(candidates or _COMMON))))


def _above(sample: Sequence[Record], header: int) -> set[str]:
    """Currencies named above the table."""
    texts = [as_text(cell) for row, cells in sample if row < header for cell in cells]
    codes = {code for text in texts for code in _CODE.findall(text)} & CURRENCIES - _WORDS
    return codes | {SIGNS[sign] for text in texts for sign in _SYMBOLS.findall(text)}
