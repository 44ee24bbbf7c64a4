"""The field that the name of a column means, and what follows from the language of the names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache, lru_cache
from itertools import islice

from src.components.bank_files.entry import Cell
from src.components.bank_files.inference.amounts import unit_of
from src.components.bank_files.plan import Field
from src.components.bank_files.words.heading_names import MESSAGES, NAMES, NET, PAYMENT_METHOD
from src.components.bank_files.words.languages import LANGUAGES
from src.domain.money import CURRENCIES

_NO_LETTER = re.compile(r"[\W_]+")
_TRAILING_NUMBER = re.compile(r" ?[0-9]$")
_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th"}
)
_SPELLED_OUT = re.compile("([aou])e")
"""`ae`, `oe`, `ue`: umlauts written without a keyboard for them."""
_TRAILING_UNIT = re.compile(
    r"[(\[]\s*(?:in\s+)?([^()\[\]]{1,5}?)\s*[)\]]|\b(?:in\s+|en\s+)?([A-Za-z]{3}|euros?|€)\s*$"
    r"|[_ ]([A-Z]{3})\s*$"
)


@lru_cache(maxsize=4_000)
def folded(name: str) -> str:
    """`Währung (EUR)`, `Waehrung` and `Wahrung` -> `wahrung`: lower case, without accents, punctuation and a
    trailing currency; umlauts become plain vowels."""
    name = _TRAILING_UNIT.sub(lambda match: "" if _unit(match) else match[0], name.strip())
    plain = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN_LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _SPELLED_OUT.sub(r"\1", _NO_LETTER.sub(" ", plain)).strip()


def _unit(match: re.Match[str]) -> str:
    return unit_of(next(unit for unit in match.groups() if unit))


_RANK = {
    folded(name): (field, rank)
    for field, names in NAMES.items()
    for rank, name in enumerate([field.value, *names.split("|")])
}
_RANK[folded(Field.PAYMENT_MESSAGE.value)] = (Field.PAYMENT_MESSAGE, 0)
_AFTER_NAMES, _AFTER_DATES = 1_000, 2_000
"""Ranks of the names that only `words/` has: behind those of `words/heading_names.py`."""
_SHORTEST_JOINED = 8
_FIRST_IDEOGRAPH = "\u3400"


def _names_by_language() -> Iterator[tuple[str, Field, int]]:
    """(name, field, rank) of all languages. A single letter is a mark in a row, and no name of a column."""
    for words in LANGUAGES.values():
        for field, names, base in (
            (Field.DATE, words.date, _AFTER_NAMES),
            (Field.DATE, words.value_date, _AFTER_DATES),
            (Field.PARTY, words.party, _AFTER_NAMES),
            (Field.DESCRIPTION, words.description, _AFTER_NAMES),
            (Field.AMOUNT, words.amount, _AFTER_NAMES),
            (Field.OUT, words.out, _AFTER_NAMES),
            (Field.IN, words.in_, _AFTER_NAMES),
            (Field.BALANCE, words.balance, _AFTER_NAMES),
            (Field.CURRENCY, words.currency, _AFTER_NAMES),
            (Field.TYPE, words.type, _AFTER_NAMES),
            (Field.STATUS, words.status, _AFTER_NAMES),
        ):
            for rank, name in enumerate(map(folded, names.split("|")), start=base):
                if len(name) > 1 or name > _FIRST_IDEOGRAPH:
                    yield name, field, rank


for _name, _field, _rank in _names_by_language():
    _RANK.setdefault(_name, (_field, _rank))
_JOINED = {
    name.replace(" ", ""): ranked
    for name, ranked in reversed(_RANK.items())
    if " " in name and len(name) > _SHORTEST_JOINED
}
"""Names written as one word, as in `transactiondate`."""
_REASON_HEADING = re.compile(r"Why it was rejected \(layout ([0-9a-f]{32})\)")
_NET = frozenset(map(folded, NET.split("|")))
_PAYMENT_METHOD = frozenset(map(folded, PAYMENT_METHOD.split("|")))
_MESSAGE_NAMES = frozenset(map(folded, MESSAGES.split("|")))


def unit_in(name: str) -> str:
    """The code or shared sign of a currency in the name of a column, as EUR in `Betrag (€)`; or ""."""
    match = _TRAILING_UNIT.search(name.strip())
    in_front = name.strip().partition(" ")[0]
    unit = _unit(match) if match else ""
    return unit or (in_front if in_front in CURRENCIES and _without_code(folded(name)) else "")


def currency_of_column(name: str) -> str:
    """The code in names such as `CAD$`, `Amount EUR` or `USD`; "" in names of other things."""
    text = name.strip().rstrip("$€£¥ ")
    code = unit_of(text) or unit_in(text)
    is_amount = folded(text) in ("", code.lower()) or field_of(text) is Field.AMOUNT
    return code if code in CURRENCIES and is_amount else ""


def field_of(name: str) -> Field:
    """NOTHING if the name is unknown."""
    return _ranked(name)[0]


def _ranked(name: str) -> tuple[Field, int]:
    """(field, rank of this name among its names)."""
    plain = folded(name) if len(name) <= 80 else ""
    unnumbered = _TRAILING_NUMBER.sub("", plain)
    known = _RANK.get(plain) or _RANK.get(unnumbered) or _JOINED.get(unnumbered)
    return known or _RANK.get(_without_code(plain)) or (Field.NOTHING, 0)


def _without_code(plain: str) -> str:
    """The rest of names such as `gbp amount`; "" without a currency in front."""
    code, _, rest = plain.partition(" ")
    return rest if code.upper() in CURRENCIES else ""


def fields_of(names: Sequence[str]) -> list[Field]:
    """The field of each column; of several columns for one field, the preferred name gets it.

    Numbered texts (`Omschrijving-1`, `Omschrijving-2`) are joined.
    """
    ranked = [_ranked(name) for name in names]
    best: dict[Field, int] = {}
    for position, (field, rank) in enumerate(ranked):
        if field not in best or rank < ranked[best[field]][1]:
            best[field] = position
    fields = [Field.NOTHING] * len(names)
    for position, (field, rank) in enumerate(ranked):
        is_numbered = field is Field.DESCRIPTION and rank == ranked[best[field]][1]
        if best[field] == position or is_numbered:
            fields[position] = field
    if Field.MODE not in fields:
        left = (position for position, field in enumerate(fields) if not field)
        for position in islice((column for column in left if names_payment_method(names[column])), 1):
            fields[position] = Field.MODE
    return fields


def names_net(name: str) -> bool:
    """Whether a column with this name may hold the amount after the fee."""
    return len(name) <= 80 and folded(name) in _NET


def names_payment_method(name: str) -> bool:
    """Whether a column with this name may hold the payment method."""
    return len(name) <= 80 and folded(name) in _PAYMENT_METHOD


def names_messages(name: str) -> bool:
    """Whether a column with this name may hold messages of banks."""
    return len(name) <= 80 and _TRAILING_NUMBER.sub("", folded(name)) in _MESSAGE_NAMES


def known_names(cells: Sequence[Cell]) -> int:
    """How many cells are known column names."""
    return sum(
        isinstance(cell, str) and bool(cell.strip()) and field_of(cell) is not Field.NOTHING for cell in cells
    )


def heading_of_rejects(columns: Sequence[Field], layout: str) -> list[str]:
    """The heading of the rejected rows, by which the corrected rows are read like the original file."""
    return [*(field.value for field in columns), f"Why it was rejected (layout {layout})"]


def layout_of_rejects(names: Sequence[str]) -> str | None:
    """The layout of the original file; None if these are not rejected rows."""
    matches = (_REASON_HEADING.fullmatch(name) for name in names)
    return next((match[1] for match in matches if match), None)


_MONTH_FIRST = ("en",)
"""Languages in which a bank may write the month before the day."""
_NAMES_OF_COLUMNS = (
    "date",
    "value_date",
    "description",
    "amount",
    "out",
    "in_",
    "balance",
    "party",
    "currency",
    "type",
    "status",
)


@cache
def _names_of_languages() -> Mapping[str, frozenset[str]]:
    """The names of columns of each language."""
    return {
        code: frozenset(
            folded(name)
            for part in fields(words)
            if part.name in _NAMES_OF_COLUMNS
            for name in getattr(words, part.name).split("|")
        )
        - {""}
        for code, words in LANGUAGES.items()
    }


def languages_of(names: Sequence[str]) -> tuple[str, ...]:
    """Codes of the languages that know most of `names`; none if no language knows two of them."""
    wanted = {folded(name) for name in names if 1 < len(name) <= 80}
    known = {code: len(wanted & words) for code, words in _names_of_languages().items()}
    most = max(known.values(), default=0)
    return tuple(code for code, count in known.items() if count == most) if most > 1 else ()


def may_write_month_first(names: Sequence[str]) -> bool:
    """names: of the columns."""
    languages = languages_of(names)
    return not languages or not set(_MONTH_FIRST).isdisjoint(languages)


def likely_currencies(names: Sequence[str]) -> tuple[str, ...]:
    """Of the countries whose banks write in the language of these column names, the likeliest first.

    None for English, in which banks of all countries write.
    """
    languages = languages_of(names)
    if "en" in languages:
        return ()
    lists = [LANGUAGES[code].currencies.split("|") for code in languages]
    longest = max(map(len, lists), default=0)
    return tuple(
        dict.fromkeys(codes[rank] for rank in range(longest) for codes in lists if rank < len(codes))
    )
