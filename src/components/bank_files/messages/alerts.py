"""One alert of a bank or a payment app: its date, amount, direction, other party and reference."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from src.components.bank_files.entry import clean
from src.components.bank_files.inference.amounts import parse_amount
from src.components.bank_files.messages.alert_words import MAX_READ, message_direction
from src.components.bank_files.messages.amounts import find_amount
from src.components.bank_files.messages.days import find_day, without_days
from src.components.bank_files.messages.folding import folded_pattern, folded_text
from src.components.bank_files.messages.parties import party
from src.components.bank_files.messages.units import DIGITS
from src.domain.money import CURRENCIES, KNOWN_CURRENCIES
from src.domain.transactions import Direction

_PLUS = re.compile(r"(?<![0-9])\+")
"""In a diary, income has a plus."""
_REFERENCE = re.compile(
    r"\b(?:upi ref|ref(?:erence)?|refno|refid|utr|rrn|txn|transaction|upi|imps|neft)\.?\s*(?:id|no|"
    r"number|num|#)?\.?"
    r"\s*[:#-]?\s*((?=[A-Za-z]*[0-9])[A-Za-z0-9]{4,30})\b",
    re.IGNORECASE,
)
_MODES = (
    ("UPI", r"\bupi\b|\bvpa\b|@ok\w+|@ybl"),
    ("IMPS", r"\bimps\b"),
    ("NEFT", r"\bneft\b"),
    ("RTGS", r"\brtgs\b"),
    ("cash", r"\batm\b|\bcash withdraw"),
    ("credit card", r"\bcredit ?card\b"),
    ("debit card", r"\bdebit ?card\b"),
    ("card", r"\bcard\b|\bkarte\b|\bcarte\b|\btarjeta\b"),
    ("direct debit", r"\bdirect debit\b|\blastschrift\b|\bnach\b|\bautopay\b"),
    ("net banking", r"\bnet ?banking\b"),
    ("wallet", r"\bwallet\b"),
)
_MODE = [(name, folded_pattern(pattern)) for name, pattern in _MODES]


class Alert(NamedTuple):
    """Texts as written; CR or DR after the amount gives the direction."""

    day: str
    amount: str
    text: str
    mode: str
    reference: str
    retired_currency: str = ""
    """The code of a currency that `parse_amount` does not read next to an amount."""


def numbers_in(message: str, marks: Sequence[str]) -> set[Decimal]:
    """All numbers outside of dates, read by each of the decimal marks `marks`."""
    numbers = re.findall(DIGITS, without_days(message))
    read = (parse_amount(number, mark) for number in numbers for mark in marks)
    return {amount.value for amount in read if amount}


def read_alert(message: str) -> Alert | None:
    """None if the message has no amount."""
    message = clean(message, MAX_READ)
    without_day = without_days(message)
    direction = message_direction(message)
    has_words = direction is not None
    money = find_amount(without_day, has_direction=has_words)
    if money is None:
        return None
    if money.sign and not money.is_bare:
        direction = Direction.INCOME if money.sign == "+" else Direction.EXPENSE
    mark = {Direction.EXPENSE: " DR", Direction.INCOME: " CR"}.get(direction, "") if direction else ""
    if not mark and _PLUS.search(money.text):
        mark = " CR"
    reference = _REFERENCE.search(message)
    is_diary = bool(money.sign) and not without_day[: money.span[0]].strip()
    code = money.text.partition(" ")[0]
    is_retired = code in KNOWN_CURRENCIES - CURRENCIES
    return Alert(
        find_day(message),
        money.text.removeprefix(f"{code} " if is_retired else "") + mark,
        party(without_day, direction, money.span)
        if reference or (has_words and not is_diary)
        else _rest(without_day, money.span),
        _mode(folded_text(message)),
        reference[1] if reference else "",
        code if is_retired else "",
    )


def _mode(message: str) -> str:
    """message: folded."""
    return next((name for name, pattern in _MODE if pattern.search(message)), "")


def _rest(message: str, amount: tuple[int, int]) -> str:
    """A line of a diary without its date and amount."""
    rest = f"{message[: amount[0]]} {message[amount[1] :].removeprefix('.')}"
    return clean(rest.strip(" \t-–:;,|"))
