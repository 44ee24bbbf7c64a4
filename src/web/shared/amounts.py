"""Parse amounts as people type them. If two readings are possible, both are returned and the page asks."""

from __future__ import annotations

import re
import unicodedata

from src.domain.money import decimal_places
from src.web.shared import format, locales

_IGNORED = ("Sc", "Zs", "Cf")
_ONE_MARK_AND_THREE_DIGITS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def readings(typed: str, currency: str) -> tuple[str, ...]:
    """The possible values of `typed` in `currency`, as decimal strings, the visitor's number format first.

    Empty if `typed` is no amount. Two if a single mark before three digits may separate thousands or
    decimals: `1.150` is 1150 to a German and 1.15 to an American, and may be copied from elsewhere.
    """
    decimal_mark, group_mark = locales.marks()
    text = _digits_and_marks(typed, currency)
    if text is None:
        return ()
    if not _ONE_MARK_AND_THREE_DIGITS.fullmatch(text):
        return (_unambiguous(text),)
    mark = "," if "," in text else "."
    without_decimals, with_decimals = text.replace(mark, ""), text.replace(mark, ".")
    places = decimal_places(currency)
    fits = places >= 3 or not with_decimals[-(3 - places) :].strip("0")
    if mark == decimal_mark and (places >= 3 or not fits):
        return (with_decimals,)
    if not fits or mark == "," == group_mark:  # in 1,234.50 the comma never separates decimals
        return (without_decimals,)
    both = (with_decimals, without_decimals)
    return both[::-1] if mark == group_mark else both


def plain_amount(typed: str, currency: str = "USD") -> str:
    """The likeliest value; text that is no amount is returned unchanged and fails validation."""
    return next(iter(readings(typed, currency)), typed)


def _digits_and_marks(typed: str, currency: str) -> str | None:
    """`typed` without currency signs and spaces; None if more than digits and marks remain."""
    text = _bare(typed)
    for name in (_bare(format.symbol(currency)), currency):
        text = text.removeprefix(name).removesuffix(name)
    text = re.sub(r"^[A-Z]{3}|[A-Z]{3}$", "", text)
    return text if re.fullmatch(r"[.,]*[0-9][0-9.,]*", text) else None


def _bare(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char) not in _IGNORED and char not in "'’")


def _unambiguous(text: str) -> str:
    """If both marks occur, the last is the decimal one; a mark that is repeated separates thousands."""
    if "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        text = re.sub(r"[.,]", "", text[:decimal]) + "." + text[decimal + 1 :]
    elif text.count(",") > 1 or text.count(".") > 1:
        text = re.sub(r"[.,]", "", text)
    text = text.replace(",", ".")
    return f"0{text}" if text.startswith(".") else text
