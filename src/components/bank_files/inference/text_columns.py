"""Finds the columns that say what a payment was for: the richest first, and others where it is blank."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from src.components.bank_files.entry import Cell, as_text
from src.components.bank_files.inference.amounts import unit_of
from src.components.bank_files.inference.cells import HALF, Cells, is_amount_cell, is_date_cell
from src.components.bank_files.inference.headings import field_of
from src.components.bank_files.inference.wording import direction_of, is_settled, is_unsettled
from src.components.bank_files.own_account import is_account_number
from src.components.bank_files.plan import Field

_WORD = re.compile(r"[^\W\d_]{3}|[\u3040-\u9fff\uac00-\ud7af\u0e00-\u0e7f]{2}")
_ADDRESS = re.compile(r"\S+@\S+\.\S+|\w+://\S+")
_TEXT_FIELDS = (Field.DESCRIPTION, Field.PARTY, Field.PAYER)
_RICHER = 1.5
"""How much more text a column needs to be joined to the description that a bank names so."""
_LABELS = 0.5
"""Up to this share of distinct texts a description is a list of kinds of payments."""
_FEWEST_NAMES = 10
_OF_NAMES = 0.6
"""Share of distinct texts that no list of payment methods has."""
_MOST_OTHERS = 8


def find_text(columns: list[Field], cells: Cells) -> tuple[int, ...]:
    """Mark the column with the most text as description; return the columns that may be it, if several."""
    texts = [position for position, field in enumerate(columns) if not field and _is_text(position, cells)]
    telling = [position for position in texts if not _says_nothing(position, cells)] or texts
    telling.sort(key=cells.letters, reverse=True)
    if telling:
        columns[telling[0]] = Field.DESCRIPTION
    return tuple(telling) if len(telling) > 1 else ()


def join_unnamed(names: Sequence[str], columns: list[Field], cells: Cells) -> None:
    """A text may go on in the columns behind it that have no name."""
    for position in range(1, min(len(names), len(columns))):
        goes_on = columns[position - 1] is Field.DESCRIPTION and not (columns[position] or names[position])
        if goes_on and cells.mostly(position, _has_word):
            columns[position] = Field.DESCRIPTION


def join_where_blank(names: Sequence[str], columns: list[Field], cells: Cells) -> None:
    """If the text is blank in some rows, another column with a name of the same field may have it."""
    field = Field.DESCRIPTION if Field.DESCRIPTION in columns else Field.PARTY
    if field not in columns or not cells.has_blank(columns.index(field)):
        return
    others = (
        position
        for position, name in enumerate(names)
        if field_of(name) is field and not columns[position] and cells.letters(position) >= 1
    )
    for position in islice(others, 1):
        columns[position] = Field.DESCRIPTION


def join_richer(names: Sequence[str], columns: list[Field], cells: Cells) -> None:
    """Join a text that says much more than the description, which may be no more than `Card purchase`."""
    if Field.DESCRIPTION not in columns or Field.PAYMENT_MESSAGE in columns:
        return
    if Field.PARTY in columns and not cells.has_blank(columns.index(Field.PARTY)):
        return
    described = [position for position, field in enumerate(columns) if field is Field.DESCRIPTION]
    if len(described) > 1:
        return
    share = cells.distinct(described[0])
    for position in _named_texts(names, columns, cells):
        is_richer = cells.letters(position) >= _RICHER * cells.letters(described[0])
        if (share <= _LABELS or is_richer) and cells.distinct(position) > min(share, _LABELS):
            columns[position] = Field.DESCRIPTION
            return


def join_names(columns: list[Field], cells: Cells) -> None:
    """A column named like a payment method that differs in nearly every row has the names of merchants."""
    if Field.MODE not in columns or Field.DESCRIPTION not in columns or Field.PARTY in columns:
        return
    position = columns.index(Field.MODE)
    filled = sum(bool(as_text(cell).strip()) for cell in cells.columns[position])
    if filled >= _FEWEST_NAMES and cells.distinct(position) >= _OF_NAMES and _is_text(position, cells):
        columns[position] = Field.DESCRIPTION


def _named_texts(names: Sequence[str], columns: Sequence[Field], cells: Cells) -> Iterator[int]:
    """Columns with a name of a text that nothing else uses, the ones with most text first."""
    free = [
        position
        for position, name in enumerate(names[: len(columns)])
        if columns[position] in (Field.NOTHING, Field.MODE, Field.NOTES)
        and field_of(name) in _TEXT_FIELDS
        and _is_text(position, cells)
        and not _says_nothing(position, cells)
    ]
    return iter(sorted(free, key=cells.letters, reverse=True))


def mark_others(columns: list[Field], cells: Cells) -> None:
    """Mark the texts that serve a row without any other text."""
    others = [
        position
        for position, field in enumerate(columns)
        if not field and _is_text(position, cells) and not _says_nothing(position, cells)
    ]
    others.sort(key=cells.letters, reverse=True)
    for position in others[:_MOST_OTHERS]:
        columns[position] = Field.OTHER_TEXT


def _is_text(position: int, cells: Cells) -> bool:
    if cells.letters(position) < 1:
        return False
    return not any(cells.mostly(position, fits, HALF) for fits in (is_date_cell, is_amount_cell, _is_code))


def _says_nothing(position: int, cells: Cells) -> bool:
    """Whether every row has the same text, or the text of a status."""
    texts = {as_text(cell).strip() for cell in cells.columns[position]} - {""}
    if len(texts) == 1:
        return len(cells.columns[position]) > 1 and not cells.has_blank(position)
    return all(is_settled(text) or is_unsettled(text) for text in texts)


def _is_code(cell: Cell) -> bool:
    """An account, a currency, an address, or a mark such as Cr."""
    text = as_text(cell).strip()
    is_mark = bool(unit_of(text)) or direction_of(text) is not None or not _has_word(cell)
    return is_mark or is_account_number(text) or bool(_ADDRESS.fullmatch(text))


def _has_word(cell: Cell) -> bool:
    return bool(_WORD.search(as_text(cell)))


def find_status(columns: list[Field], cells: Cells) -> None:
    """A column that has nothing but words for booked and not booked, whatever its name."""
    if Field.STATUS in columns:
        return
    for position, field in enumerate(columns):
        texts = {as_text(cell).strip() for cell in cells.columns[position]} - {""}
        is_status = any(map(is_unsettled, texts)) and all(
            is_settled(text) or is_unsettled(text) for text in texts
        )
        if not field and is_status:
            columns[position] = Field.STATUS
            return
