"""Amounts as people type them. Where two readings fit, both are given: the page asks which is meant."""

from __future__ import annotations

import re
import unicodedata

from src.domain.money import decimal_places
from src.web.shared import format

_IGNORED = ("Sc", "Zs", "Cf")
_ONE_MARK_AND_THREE_DIGITS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def readings(typed: str, currency: str) -> tuple[str, ...]:
    """What `typed` may mean in `currency`, as decimal strings, the visitor's own form first.

    Empty where it is no amount. Two only where a single mark before three digits may part thousands or
    decimals: `1.150` is 1150 to a German and 1.15 to an American, and may be copied from elsewhere.
    """
    decimal_mark, group_mark = format.marks()
    text = _digits_and_marks(typed, currency)
    if text is None:
        return ()
    if not _ONE_MARK_AND_THREE_DIGITS.fullmatch(text):
        return (_unambiguous(text),)
    mark = "," if "," in text else "."
    whole, with_decimals = text.replace(mark, ""), text.replace(mark, ".")
    places = decimal_places(currency)
    fits = places >= 3 or not with_decimals[-(3 - places) :].strip("0")
    if mark == decimal_mark and (places >= 3 or not fits):
        return (with_decimals,)
    if not fits or mark == "," == group_mark:  # who writes 1,234.50 does not part decimals by a comma
        return (whole,)
    return (whole, with_decimals) if mark == group_mark else (with_decimals, whole)


def plain_amount(typed: str, currency: str = "USD") -> str:
    """The likeliest reading; what is no amount stays as it is, for the check to refuse."""
    return next(iter(readings(typed, currency)), typed)


def _digits_and_marks(typed: str, currency: str) -> str | None:
    """`typed` without signs of currencies and spaces; None where more is in it than digits and marks."""
    text = _bare(typed)
    for name in (_bare(format.symbol(currency)), currency):
        text = text.removeprefix(name).removesuffix(name)
    text = re.sub(r"^[A-Z]{3}|[A-Z]{3}$", "", text)
    return text if re.fullmatch(r"[.,]*[0-9][0-9.,]*", text) else None


def _bare(text: str) -> str:
    return "".join(each for each in text if unicodedata.category(each) not in _IGNORED and each not in "'’")


def _unambiguous(text: str) -> str:
    """The last mark is the decimal one if both kinds are there; one that is repeated parts thousands."""
    if "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        text = re.sub(r"[.,]", "", text[:decimal]) + "." + text[decimal + 1 :]
    elif text.count(",") > 1 or text.count(".") > 1:
        text = re.sub(r"[.,]", "", text)
    text = text.replace(",", ".")
    return f"0{text}" if text.startswith(".") else text
