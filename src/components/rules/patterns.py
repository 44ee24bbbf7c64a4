"""Patterns of rules, in the syntax of RE2: the time to search grows with the text, whatever the pattern.

RE2 has no look-around and no references to groups, limits repetitions to 1,000, and refuses a pattern that
would take too much memory.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache

import re2

MAX_PATTERN = 500
_MEMORY = 512 * 1024
"""Bytes for one pattern."""
_MOST_STEPS = 1500
"""Instructions that a pattern becomes; repetitions repeat theirs. A hostile one then takes about a tenth of a
millisecond for a usual text, and at most about ten milliseconds for one of 500 characters."""


class InvalidPattern(ValueError):
    """The message says what is wrong, without the pattern."""


@lru_cache(2000)
def searcher(pattern: str) -> Callable[[bytes], bool]:
    """A function that searches an `encoded` text for `pattern`, in any case. Raises InvalidPattern."""
    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.log_errors = False
    options.max_mem = _MEMORY
    if len(pattern) > MAX_PATTERN:
        raise InvalidPattern("longer than 500 characters")
    try:
        compiled = re2.compile(encoded(pattern), options)
    except re2.error as error:
        raise InvalidPattern(_reason(error)) from None
    if compiled.programsize > _MOST_STEPS:
        raise InvalidPattern("its repetitions take too long")
    search = compiled.search
    return lambda text: search(text) is not None


def encoded(text: str) -> bytes:
    """For several searches: RE2 would encode a text anew each time."""
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace")


def _reason(error: Exception) -> str:
    """`missing )` of `missing ): swiggy(`: what follows the colon is part of the pattern."""
    text = error.args[0]
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return words.partition(":")[0]
