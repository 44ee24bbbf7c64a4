"""The name or number of the own account, as files write it."""

from __future__ import annotations

import re

from src.components.bank_files.entry import short_label
from src.components.bank_files.plan import OF_THE_ACCOUNT, Field
from src.components.text.masking import mask

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]*")
_HIDDEN = re.compile(r"[*•]+|[xX]{2,}")
"""Digits that the bank has masked."""
_WORD = re.compile(r"[^\W\d_]{3}")
_FEWEST_DIGITS = 4
_MAX_LENGTH = 60


def is_account_number(text: str) -> bool:
    """Whether `text` is a number such as an IBAN, `1000/0300` or `*1234`, and no name such as `Visa 1234`."""
    plain = _plain(text)
    if _IBAN.fullmatch(plain):
        return True
    has_word = _WORD.search(_HIDDEN.sub("", text))
    return not has_word and sum(map(str.isdecimal, plain)) >= _FEWEST_DIGITS


def normalized_number(text: str) -> str | None:
    """The same for all ways of writing one number; None for the label of a masked number."""
    return None if "[" in text else _plain(text)[:_MAX_LENGTH] or None


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, _HIDDEN.sub("", text))).upper()


def account_of(name: str, number: str) -> tuple[str | None, str | None]:
    """(name, number) from the cells that hold them; a number in the place of the name is a number."""
    if not is_account_number(name):
        return short_label(name), normalized_number(number)
    return None, normalized_number(number) or normalized_number(name)


def masked_cell(text: str, field: Field | None) -> str:
    """The text of a cell as it is shown and stored. field: of its column."""
    return "[account]" if field in OF_THE_ACCOUNT and is_account_number(text) else mask(text)
