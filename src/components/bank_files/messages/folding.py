"""Words are searched in lower case: patterns that ignore case take two to three times as long."""

from __future__ import annotations

import re

_SAME = str.maketrans({"İ": "i", "ı": "i", "ſ": "s", "\u212a": "k", "ς": "σ"})
_OF_A_PATTERN = re.compile(r"\\.|[^\\]+", re.DOTALL)


def folded_text(text: str) -> str:
    """In lower case, with as many characters."""
    return text.translate(_SAME).lower().translate(_SAME)


def folded_pattern(*patterns: str) -> re.Pattern[str]:
    """One of the patterns, for a text of `folded_text`."""
    parts = _OF_A_PATTERN.findall("|".join(patterns))
    return re.compile("".join(part if part.startswith("\\") else folded_text(part) for part in parts))
