"""Search in the texts of transactions: each word may be in any of them, in any order, also within a word."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping

from src.services.transactions.documents import Document

SEARCHED = ("description", "merchant", "counterparty", "notes", "subcategory", "tags")
_ACCENTED = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
"""Code points of Latin letters with accents; other scripts compose their letters differently."""

_BASES = {
    letter: base
    for letter in map(chr, _ACCENTED)
    if (base := unicodedata.normalize("NFD", letter)[0]) != letter and base.isalpha()
}
_VARIANTS: dict[str, str] = defaultdict(str)
for _letter, _base in _BASES.items():
    _VARIANTS[_base] += _letter


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
        for word in dict.fromkeys(text.split())
    ]


def named_with(words: str, names: Mapping[str, str]) -> dict[str, list[str]]:
    """The keys whose name has the word, by word. names: by key."""
    return {
        word: [key for key, name in names.items() if re.search(word_pattern(word), name, re.IGNORECASE)]
        for word in dict.fromkeys(words.split())
    }


def word_pattern(word: str) -> str:
    """A regular expression, for any case."""
    bases = (_BASES.get(char, char) for char in unicodedata.normalize("NFC", word))
    return "".join(f"[{char}{_VARIANTS[char]}]" if char in _VARIANTS else re.escape(char) for char in bases)
