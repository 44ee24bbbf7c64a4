"""Whether a text shows anything: names that nobody can see look all the same."""

from __future__ import annotations

import unicodedata

_EMPTY_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers of Hangul and the empty braille cell: letters and signs by their category, but blank."""


def or_blank(text: str) -> str:
    """The text; "" if it has only spaces, invisible characters, and marks without a letter."""
    if text.isascii():
        return "" if text.isspace() else text
    return text if any(map(_is_visible, text)) else ""


def _is_visible(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] not in "MZ" and category not in ("Cc", "Cf") and char not in _EMPTY_LETTERS
