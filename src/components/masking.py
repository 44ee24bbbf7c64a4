"""Card, account and phone numbers and addresses leave a text before it is stored, logged or learned from.

Merchants, store numbers, amounts and dates stay. No digit of what is masked is kept.
"""

from __future__ import annotations

import re

from stdnum import iban, luhn

_SUSPICIOUS = re.compile(r"@|\d{4}|\d{3}[ )./-]{1,2}\d|[x*•]{2}\W?\d", re.IGNORECASE)
"""A text without any of these has nothing to mask; most have none."""

_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_HANDLE = re.compile(r"[\w.+]{1,64}@[^\W\d_]\w{1,63}")
"""The address of a person or shop in UPI, `name@okaxis`; a dash parts it from the name before it."""

_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![^\W_])")
_CARD = re.compile(
    r"(?<!\d)(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5})(?!\d)",
)
_HIDDEN = re.compile(r"(?<![^\W_])[x*•]{2,}[ -]?\d{2,6}(?!\d)", re.IGNORECASE)
"""A number the bank has masked but for its last digits."""

_PHONE = re.compile(
    r"(?<![\w+])(?:"
    r"(?:\+?1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}"  # North America
    r"|\+\d{1,3}(?:[ .()/-]{0,2}\d{2,5}){2,5}"  # with a country code
    r"|\(?0\d{2,4}\)?[ /-]\d{3,4}[ -]?\d{3,4}"  # a national number with its trunk zero
    r"|1[38]00[ -]?\d{3}[ -]?\d{3}"  # Australian service numbers
    r")(?!\d)"
)
_ACCOUNT = re.compile(r"\d{9,}")


def mask(text: str) -> str:
    """`text` with each number or address of a person replaced by a word such as `[card]`."""
    while _SUSPICIOUS.search(text):
        masked = _mask_once(text)
        if masked == text:
            break
        text = masked
    return text


def _mask_once(text: str) -> str:
    if "@" in text:
        text = _HANDLE.sub("[upi]", _EMAIL.sub("[email]", text))
    text = _IBAN.sub(_mask_iban, text)
    text = _CARD.sub(_mask_card, text)
    text = _HIDDEN.sub("[card]", text)
    text = _PHONE.sub("[phone]", text)
    return _ACCOUNT.sub("[account]", text)


def _mask_iban(match: re.Match[str]) -> str:
    """The words behind an IBAN look like more of it, so shorter and shorter ends are tried."""
    found = match[0]
    for end in range(len(found), 14, -1):
        at_a_word = end == len(found) or not found[end].isalnum() or not found[end - 1].isalnum()
        if at_a_word and found[end - 1].isalnum() and iban.is_valid(found[:end]):
            return "[iban]" + found[end:]
    return found


def _mask_card(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    return "[card]" if luhn.is_valid(digits) else "[account]"
