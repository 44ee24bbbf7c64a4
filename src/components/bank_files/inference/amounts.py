"""Parses amounts as people, banks and programs write them, and detects the decimal mark of a column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from src.components.bank_files.entry import Cell
from src.domain.money import CURRENCIES, KNOWN_CURRENCIES
from src.domain.transactions import Direction

SIGNS = dict(
    pair.split(":")
    for pair in (
        "€:EUR EURO:EUR EUROS:EUR £:GBP POUND:GBP POUNDS:GBP STERLING:GBP YEN:JPY YUAN:CNY ₹:INR ₽:RUB "
        "РУБ:RUB Р:RUB ₺:TRY ₩:KRW ₪:ILS ₫:VND ₴:UAH ₦:NGN "
        "₱:PHP ฿:THB ₸:KZT ZŁ:PLN KČ:CZK FT:HUF R$:BRL A$:AUD AU$:AUD C$:CAD CA$:CAD US$:USD S$:SGD "
        "HK$:HKD NZ$:NZD FR:CHF SFR:CHF R:ZAR CN¥:CNY JP¥:JPY RMB:CNY 元:CNY 円:JPY TL:TRY LEI:RON RUR:RUB "
    ).split()
)
SHARED_SIGNS = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
    "¥": ("JPY", "CNY"),
    "KR": ("SEK", "NOK", "DKK", "ISK"),
    "RS": ("INR", "PKR", "LKR", "NPR"),
}
"""Signs of several currencies, the likeliest first."""

_NUMERIC = {
    code: name
    for name, code in (
        pair.split(":")
        for pair in (
            "AED:784 AMD:051 ARS:032 AUD:036 AZN:944 BGN:975 BRL:986 BYN:933 CAD:124 CHF:756 CLP:152 CNY:156 "
            "COP:170 CZK:203 DKK:208 EGP:818 EUR:978 GBP:826 GEL:981 HKD:344 HUF:348 IDR:360 ILS:376 INR:356 "
            "ISK:352 JPY:392 KES:404 KRW:410 KZT:398 MAD:504 MDL:498 MXN:484 MYR:458 NGN:566 NOK:578 NZD:554 "
            "PEN:604 PHP:608 PKR:586 PLN:985 RON:946 RSD:941 RUB:643 SAR:682 SEK:752 SGD:702 THB:764 TND:788 "
            "TRY:949 TWD:901 UAH:980 USD:840 UZS:860 VND:704 ZAR:710"
        ).split()
    )
}
"""Numbers of ISO 4217 that programs export in the place of codes."""
_SIDES = {
    **dict.fromkeys(("DR", "DB", "D", "S", "DEBIT"), Direction.EXPENSE),
    **dict.fromkeys(("CR", "C", "H", "CREDIT"), Direction.INCOME),
}
_SHARED_NAMES = {
    **dict.fromkeys(("DOLLAR", "DOLLARS"), "$"),
    **dict.fromkeys(("KRONE", "KRONER", "KRONA", "KRONOR"), "KR"),
    **dict.fromkeys(("RUPEE", "RUPEES"), "RS"),
}
MARKS = (".", ",")

_SPACES = str.maketrans(
    {
        **dict.fromkeys(" \t\xa0\u2009\u202f\u2007'’`´", None),
        **dict.fromkeys("\u2212\u2013\u2012\u2014\ufe63\uff0d", "-"),
        "﷼": None,
    }
)
_UNIT = r"(?:[A-Z]{1,3}[$¥]|[$€£₹₽₺₩₪₫₴₦₱฿₸¥]|[^\W\d_]{2,4}\.?|[RР]\.?)"
_FRAME = re.compile(
    rf"(\()?([-+])?({_UNIT})?([-+])?([0-9.,]*[0-9][0-9.,]*?)([-+])?({_UNIT})?(\))?([-+])?\(?(DR|CR|DB|[DCHS]|DEBIT|CREDIT)?\.?\)?"
)
_NO_CENTS = re.compile(r"(?<=[0-9])[.,]-{1,2}(?=$|[^0-9])")
"""`25,-` is 25, not negative."""
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,2})?")
_NUMBER = {
    mark: re.compile(
        rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}})?(?:{re.escape(mark)}[0-9]*)?"
    )
    for mark, group in ((".", ","), (",", r"\."))
}
MAX_LENGTH = 60


class Amount(NamedTuple):
    value: Decimal
    """Signed as written."""
    unit: str = ""
    """An ISO 4217 code, or a sign of SHARED_SIGNS."""
    side: Direction | None = None
    """If CR or DR is next to it."""


def exact(value: float) -> Decimal:
    """A number as a spreadsheet shows it: digits after the fifteenth are rounding noise."""
    return Decimal(format(value, ".15g"))


@lru_cache(maxsize=20_000)
def parse_amount(text: str, mark: str) -> Amount | None:
    """mark: the decimal mark, `.` or `,`; the other one separates thousands. None if `text` is no amount."""
    if mark == "." and _PLAIN.fullmatch(text):
        return Amount(Decimal(text))
    if len(text) > MAX_LENGTH:
        return None
    frame = _FRAME.fullmatch(_NO_CENTS.sub("", text.translate(_SPACES).upper()))
    if not frame or not _NUMBER[mark].fullmatch(frame[5]):
        return None
    digits = frame[5].replace("," if mark == "." else ".", "").replace(",", ".")
    units = {unit_of(text) for text in (frame[3], frame[7]) if text}
    units.discard("")
    if len(units) > 1 or bool(frame[1]) != bool(frame[8]) or len(digits) > 30 or not digits.strip("."):
        return None
    if any(text and not unit_of(text) and text not in _SIDES for text in (frame[3], frame[7])):
        return None
    minus = frame[1] or "-" in (frame[2], frame[4], frame[6], frame[9])
    value = Decimal(digits)
    return Amount(-value if minus else value, units.pop() if units else "", _SIDES.get(frame[10] or frame[7]))


def amount_of(cell: Cell, mark: str) -> Amount | None:
    """None if the cell is no amount. mark: see `parse_amount`."""
    if isinstance(cell, str):
        return parse_amount(cell, mark) if cell else None
    return Amount(cell) if isinstance(cell, Decimal) else None


def unit_of(text: str) -> str:
    """`€`, `eur`, `Rs.` -> EUR, EUR, RS; "" if it is no currency."""
    name = text.strip().rstrip(".").upper()
    if name in CURRENCIES or name in SHARED_SIGNS:
        return name
    return SIGNS.get(name) or _SHARED_NAMES.get(name, "")


def currency_of(text: str) -> str:
    """Of a column of currencies: also codes that are retired."""
    name = text.strip().upper()
    return name if name in KNOWN_CURRENCIES else _NUMERIC.get(name.zfill(3)) or unit_of(text)


def is_amount(text: str) -> bool:
    return any(parse_amount(text, mark) for mark in MARKS)


def marks_that_fit(texts: Iterable[str]) -> tuple[str, ...]:
    """The decimal marks by which most of `texts` are amounts; two if both fit and give different amounts.

    texts: distinct cells of a column; cells that are no amount by either mark do not count.
    """
    fits = dict.fromkeys(MARKS, 0)
    differ = False
    for text in texts:
        readings = {mark: parse_amount(text, mark) for mark in MARKS}
        for mark, amount in readings.items():
            fits[mark] += amount is not None
        differ = differ or readings["."] != readings[","]
    best = max(fits.values())
    fitting = tuple(mark for mark in MARKS if fits[mark] == best)
    return fitting if differ else fitting[:1]
