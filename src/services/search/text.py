"""Search in the texts of transactions: each word may be in any of them, in any order, also within a word."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from src.services.mongo.marking import SEARCHED

Document = dict[str, Any]

_LETTERS = frozenset((*range(0x41, 0x250), *range(0x1E00, 0x1F00)))
"""Code points of Latin letters; other scripts compose their letters differently."""

_FOLDED_ALIKE = {"\u1fd3": "\u0390", "\u1fe3": "\u03b0", "\ufb05": "\ufb06"}
"""Letters that differ by case alone, which neither `casefold` nor `lower` returns as one letter."""


def _folded_letter(letter: str) -> str:
    """The same for letters that differ in case, or by a Latin accent, only."""
    base = unicodedata.normalize("NFD", letter)[0] if ord(letter) in _LETTERS else letter
    letter = base if base.isalpha() else letter
    for small in (letter.casefold(), letter.lower()):
        if len(small) == 1:
            return small if small == letter else _folded_letter(small)
    return _FOLDED_ALIKE.get(letter, letter)


class _Folds(dict[int, str]):
    """By code point, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = letter = _folded_letter(chr(code))
        return letter


_FOLDS = _Folds()
_VARIANTS: dict[str, str] = defaultdict(str)
for _code in sorted(_LETTERS):
    if chr(_code).isalpha():
        _VARIANTS[_FOLDS[_code]] += chr(_code)


def folded(text: str) -> str:
    """Equal for texts that differ in case, or by accents of the Latin script, only; of the same length."""
    return text.translate(_FOLDS)


def words_of(document: Mapping[str, Any]) -> list[str]:
    """The different words of its searched texts, folded. What is found in one of them is within a word."""
    return sorted(set(folded(" ".join(_texts(document))).split()))


def _texts(document: Mapping[str, Any]) -> Iterable[str]:
    for name in SEARCHED:
        value = document.get(name) or ()
        yield from [value] if isinstance(value, str) else value


def words_query(text: str, merchants: Mapping[str, Collection[str]]) -> list[Document]:
    """One condition per word. Case and accents of the Latin script do not matter.

    merchants: the keys of those whose name, which is in no transaction, has the word, by word.
    """
    return [
        {
            "$or": [
                *({name: {"$regex": word_pattern(word), "$options": "i"}} for name in SEARCHED),
                *([{"merchant": {"$in": list(keys)}}] if (keys := merchants.get(word)) else []),
            ]
        }
        for word in searched_words(text)
    ]


def searched_words(text: str) -> list[str]:
    return list(dict.fromkeys(text.split()))


def composed(word: str) -> str:
    """As its letters are compared: an accent that is a character of its own belongs to its letter."""
    return unicodedata.normalize("NFC", word)


def named_with(words: str, names: Mapping[str, str]) -> dict[str, list[str]]:
    """The keys whose name has the word, by word. names: by key."""
    return {
        word: [key for key, name in names.items() if re.search(word_pattern(word), name, re.IGNORECASE)]
        for word in searched_words(words)
    }


def word_pattern(word: str) -> str:
    """A regular expression, for any case."""
    letters = zip(composed(word), folded(composed(word)), strict=True)
    return "".join(
        f"[{_VARIANTS[small]}]" if len(_VARIANTS.get(small, "")) > 2 else re.escape(letter)
        for letter, small in letters
    )
