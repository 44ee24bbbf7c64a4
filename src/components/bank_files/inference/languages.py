"""The languages of a heading, and what follows from them for its dates and its currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache

from src.components.bank_files.inference.headings import folded
from src.components.bank_files.words.languages import LANGUAGES

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
def _names() -> Mapping[str, frozenset[str]]:
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
    known = {code: len(wanted & words) for code, words in _names().items()}
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
