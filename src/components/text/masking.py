"""Mask card, account and phone numbers, national ids and addresses before a text is stored or learned from.

Merchants, store numbers, amounts and dates stay, and so do order and invoice numbers that a word announces.
No digit of a masked number is kept.
"""

from __future__ import annotations

import re

from stdnum import iban, luhn

from src.components.text import account_number_forms
from src.components.text.account_number_forms import GAP, digits_of, is_reference

_SUSPICIOUS = re.compile(
    r"@|[xX*•]{2}\W?\d|"
    r"\d(?:\d{3}|\d\d[\s()./\u00ad\u200b\u2010-\u2015\u2060\u2212-]{1,2}\d|\d(?:[\s.-]\d\d[\s.-]\d\d|[A-Za-z]\d\d[A-Za-z]))"
)
"""A text without any of these has nothing to mask, as most."""

_NO_LETTER = re.compile(r"[\W_]+")
_MANY_DIGITS = re.compile(r"\d(?:\D{0,3}\d){5}|[A-Z]{5}\d{4}[A-Z]")
"""Fewer digits are a store number or a year."""

_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_HANDLE = re.compile(r"[\w.+]{1,64}@[^\W\d_]\w{1,63}")
"""A UPI address such as `name@okaxis`; a dash separates it from the name before it."""

_IBAN = re.compile(
    r"(?<![^\W_])[A-Za-z]{2}\d{2}(?:[\s\u00ad\u200b\u2010-\u2015\u2060-]?[A-Za-z0-9]){11,30}(?![^\W_])"
)
_CARD = re.compile(
    rf"(?<!\d)(?:\d{{13,19}}|\d{{4}}{GAP}{{1,2}}\d{{4}}{GAP}{{1,2}}\d{{4}}{GAP}{{1,2}}\d{{1,7}}"
    rf"({GAP}\d{{1,3}}(?![.,]\d))?|\d{{4}}{GAP}{{1,2}}\d{{6}}{GAP}{{1,2}}\d{{4,5}})(?!\d)",
)
_NETWORKS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|"
    r"(?:6011|64[4-9]\d|65\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|(?:62|81|50|5[6-9]|6[0-9])\d{11,17}"
)
"""First digits and lengths of issued cards."""
_POLISH = re.compile(r"(?<!\d)\d\d(?:[\s-]?\d{4}){6}(?!\d)")
"""An IBAN without its country; it is longer than a card."""
_OTHER_SEPARATORS = re.compile("[./_]")
_PARTLY_MASKED = re.compile(r"(?<![^\W_])[x*•]{2,}[ -]?\d{2,6}(?!\d)", re.IGNORECASE)
"""A number the bank has masked except for its last digits."""

_PHONE = re.compile(
    r"(?<![\w+])(?:"
    r"(?:\+?1[\s.-]?)?(?:\([2-9]\d{2}\)\s?|[2-9]\d{2}[\s.-])\d{3}[\s.-]\d{4}"  # North America
    r"|\+\d{1,3}(?:[\s.()/-]{0,2}\d{2,5}){2,5}"  # with a country code
    r"|\(?0\d{2,4}\)?[\s/-]\d{3,4}[\s-]?\d{3,4}"  # a national number with its trunk zero
    r"|1[38]00[\s-]?\d{3}[\s-]?\d{3}"  # Australian service numbers
    r")(?!\d)"
)
_ACCOUNT = re.compile(r"\d{9,}")


def mask(text: str) -> str:
    """`text` with each personal number or address replaced by a label such as `[card]`."""
    while _SUSPICIOUS.search(text):
        masked = _mask_once(text)
        if masked == text:
            break
        text = masked
    return text


def _mask_once(text: str) -> str:
    if "@" in text:
        text = _HANDLE.sub("[upi]", _EMAIL.sub("[email]", text))
    has_many_digits = _MANY_DIGITS.search(text)
    if has_many_digits:
        text = _IBAN.sub(_mask_iban, text)
        text = _POLISH.sub(
            lambda match: "[account]" if iban.is_valid("PL" + digits_of(match[0])) else match[0], text
        )
        text = _CARD.sub(_mask_card, text)
    text = _PARTLY_MASKED.sub("[card]", text)
    if has_many_digits:
        text = account_number_forms.masked(text)
        text = _PHONE.sub(lambda match: match[0] if is_reference(match) else "[phone]", text)
        text = _ACCOUNT.sub(lambda match: match[0] if is_reference(match) else "[account]", text)
    return text


def _mask_iban(match: re.Match[str]) -> str:
    """Words after an IBAN look like part of it, so shorter and shorter ends are tried."""
    text = match[0]
    for end in range(len(text), 14, -1):
        at_word_end = end == len(text) or not text[end].isalnum() or not text[end - 1].isalnum()
        if at_word_end and text[end - 1].isalnum() and iban.is_valid(_NO_LETTER.sub("", text[:end])):
            return "[iban]" + text[end:]
    return text


def _mask_card(match: re.Match[str]) -> str:
    """13 to 19 digits. A number of no card network stays if a word marks it as an order's."""
    number, suffix = match[0], match[1] or ""
    if suffix and not luhn.is_valid(digits_of(number)):
        number = number.removesuffix(suffix)
    else:
        suffix = ""
    digits = digits_of(number)
    valid = luhn.is_valid(digits)
    if valid and _NETWORKS.fullmatch(digits):
        return "[card]" + suffix
    if is_reference(match) or (not valid and _OTHER_SEPARATORS.search(number)):
        return match[0]
    return ("[card]" if valid else "[account]") + suffix
