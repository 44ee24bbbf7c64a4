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

COMMON = ("USD", "EUR", "GBP", "INR", "CHF", "CAD", "AUD", "JPY", "SGD", "BRL")

_CODE = re.compile(r"(?<![^\W_])[A-Z]{3}(?![^\W_])")
_WORDS = frozenset("ALL AMD ANG BAM BOB COP CUP DOP GEL LAK MAD MOP PAB PEN RON SOS TOP TRY".split())
"""Codes that are also words or names, and so do not count above a table."""
_SYMBOLS = re.compile("[€£₹₽₺₩₪₫₴₦₱฿₸元円]")


def is_needed(contents: Contents, mark: str) -> bool:
    """Whether a row has no currency. mark: the decimal mark."""
    units = {amount.unit for amount in contents.amounts(mark, *MONEY)}
    if not units or units <= CURRENCIES:
        return False
    column = contents.column(Field.CURRENCY)
    codes = {unit_of(text) for text in column.texts}
    return not codes or column.has_blank or not codes <= CURRENCIES


def candidates(contents: Contents, layout: Layout, sample: Sequence[Record], mark: str) -> list[str]:
    """The codes that rows without a currency may have; one if the file is clear.

    sample: the first records, with the heading and the rows above it. mark: the decimal mark.
    """
    units = {amount.unit for amount in contents.amounts(mark, *MONEY)}
    units |= {unit_of(text) for text in contents.texts(Field.CURRENCY)}
    named_columns = zip(layout.names, layout.columns, strict=False)
    in_names = {unit_in(name) for name, field in named_columns if field in (*MONEY, Field.BALANCE)} - {""}
    units |= in_names
    units.discard("")
    if len(in_names) == 1 and all(in_names <= {unit, *SHARED_SIGNS.get(unit, ())} for unit in units):
        units = in_names
    if len(units) == 1 and units <= CURRENCIES:
        return [*units]
    above = _above(sample, layout.header)
    if not units and len(above) == 1:
        return [*above]
    shared = [code for unit in sorted(units) for code in SHARED_SIGNS.get(unit, ())]
    return list(
        dict.fromkeys((*sorted(above & set(shared)), *shared, *sorted(units & CURRENCIES), *sorted(above)))
    )


def choices(candidates: Sequence[str], usual: str) -> list[str]:
    """The choices, with the usual currency first unless the file contradicts it."""
    offered = candidates or COMMON
    first = [usual] if usual in CURRENCIES and (usual in candidates or not candidates) else []
    return list(dict.fromkeys((*first, *offered)))


def _above(sample: Sequence[Record], header: int) -> set[str]:
    """Currencies named above the table."""
    texts = [as_text(cell) for row, cells in sample if row < header for cell in cells]
    codes = {code for text in texts for code in _CODE.findall(text)} & CURRENCIES - _WORDS
    return codes | {SIGNS[sign] for text in texts for sign in _SYMBOLS.findall(text)}
