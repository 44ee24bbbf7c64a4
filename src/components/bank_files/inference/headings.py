"""What the name of a column says of what it holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from src.components.bank_files.inference.amounts import unit_of
from src.components.bank_files.inference.heading_names import HOW_IT_WAS_PAID, NAMES, OF_MESSAGES
from src.components.bank_files.plan import Field
from src.components.bank_files.record import Cell

_NO_LETTER = re.compile(r"[\W_]+")
_NUMBER_BEHIND = re.compile(r" ?[0-9]$")
_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th"}
)
_SPELLED_OUT = re.compile("([aou])e")
"""`ae`, `oe`, `ue`: the umlauts as they are written where a keyboard has none."""
_UNIT_BEHIND = re.compile(
    r"[(\[]\s*(?:in\s+)?([^()\[\]]{1,5}?)\s*[)\]]|\b(?:in\s+|en\s+)?([A-Za-z]{3}|euros?|€)\s*$"
    r"|[_ ]([A-Z]{3})\s*$"
)


@lru_cache(maxsize=4_000)
def folded(name: str) -> str:
    """`Währung (EUR)`, `Waehrung` and `Wahrung` -> `wahrung`: lower case, no accents, umlauts as plain
    vowels however they are spelled, no marks, no currency behind."""
    name = _UNIT_BEHIND.sub(lambda found: "" if _unit(found) else found[0], name.strip())
    plain = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN_LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _SPELLED_OUT.sub(r"\1", _NO_LETTER.sub(" ", plain)).strip()


def _unit(found: re.Match[str]) -> str:
    return unit_of(next(each for each in found.groups() if each))


_RANK = {
    folded(name): (field, rank)
    for field, names in NAMES.items()
    for rank, name in enumerate([field.value, *names.split("|")])
}
_RANK[folded(Field.PAYMENT_MESSAGE.value)] = (Field.PAYMENT_MESSAGE, 0)
_WHY = re.compile(r"Why it was rejected \(layout ([0-9a-f]{32})\)")
_HOW_IT_WAS_PAID = frozenset(map(folded, HOW_IT_WAS_PAID.split("|")))
_OF_MESSAGES = frozenset(map(folded, OF_MESSAGES.split("|")))


def unit_in(name: str) -> str:
    """The code or shared sign of a currency in the name of a column, as EUR in `Betrag (€)`; or ""."""
    found = _UNIT_BEHIND.search(name.strip())
    return _unit(found) if found else ""


def field_of(name: str) -> Field:
    """What a column of this name holds, NOTHING where the name is not known."""
    return _ranked(name)[0]


def _ranked(name: str) -> tuple[Field, int]:
    """The field, and how far behind its other names this one stands."""
    plain = folded(name) if len(name) <= 80 else ""
    return _RANK.get(plain) or _RANK.get(_NUMBER_BEHIND.sub("", plain)) or (Field.NOTHING, 0)


def fields_of(names: Sequence[str]) -> list[Field]:
    """For each column what it holds; of several of one field the name that is preferred has it.

    Texts that are numbered (`Omschrijving-1`, `Omschrijving-2`) stand together.
    """
    ranked = [_ranked(name) for name in names]
    best: dict[Field, int] = {}
    for place, (field, rank) in enumerate(ranked):
        if field not in best or rank < ranked[best[field]][1]:
            best[field] = place
    fields = [
        each[0] if best[each[0]] == place or _numbered(each, ranked[best[each[0]]]) else Field.NOTHING
        for place, each in enumerate(ranked)
    ]
    if Field.MODE not in fields:
        left = [place for place, each in enumerate(fields) if not each and tells_how(names[place])]
        fields = [Field.MODE if place in left[:1] else each for place, each in enumerate(fields)]
    return fields


def _numbered(one: tuple[Field, int], other: tuple[Field, int]) -> bool:
    return one == other and one[0] is Field.DESCRIPTION


def tells_how(name: str) -> bool:
    """Whether a column of this name may tell how it was paid."""
    return len(name) <= 80 and folded(name) in _HOW_IT_WAS_PAID


def names_messages(name: str) -> bool:
    """Whether a column of this name may have the messages of banks."""
    return len(name) <= 80 and _NUMBER_BEHIND.sub("", folded(name)) in _OF_MESSAGES


def known_names(cells: Sequence[Cell]) -> int:
    """How many cells are names of columns."""
    return sum(
        isinstance(cell, str) and bool(cell.strip()) and field_of(cell) is not Field.NOTHING for cell in cells
    )


def heading_of_rejects(columns: Sequence[Field], layout: str) -> list[str]:
    """The heading above rejected rows: by it they are read as the file of which they are, once mended."""
    return [*(each.value for each in columns), f"Why it was rejected (layout {layout})"]


def layout_of_rejects(names: Sequence[str]) -> str | None:
    """The layout of the file whose rejected rows these are; None where they are no such rows."""
    found = (_WHY.fullmatch(each) for each in names)
    return next((each[1] for each in found if each), None)
