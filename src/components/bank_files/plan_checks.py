"""Whether a text is what a plan may hold: the name of an encoding, the pattern of a day."""

from __future__ import annotations

import codecs
import re
from datetime import datetime

from src.errors import InvalidInput

_ALPHABET = re.compile(
    r"utf-?(8|16)|cp125\d|cp866|cp874|koi8|iso8859|mac|shift_jis|cp932|gb|big5|euc|cp949|ascii"
)


def check_encoding(name: str) -> None:
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        known = ""
    if not _ALPHABET.match(known):
        raise InvalidInput("There is no such encoding of text.", field="encoding")


def check_pattern(pattern: str) -> None:
    """A pattern must give back the day it wrote."""
    day = datetime(2026, 11, 23)  # noqa: DTZ001 - a day, no moment
    try:
        fits = len(pattern) <= 40 and datetime.strptime(day.strftime(pattern), pattern).date() == day.date()  # noqa: DTZ007
    except (ValueError, re.error):
        fits = False
    if not fits:
        raise InvalidInput(
            "The order of a date is dmy, mdy, ymd or a pattern such as %d.%m.%y", field="date_order"
        )
