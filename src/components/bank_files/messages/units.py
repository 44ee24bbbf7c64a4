"""Currencies as messages write them, and numbers next to them."""

from __future__ import annotations

import re

from src.components.bank_files.inference.amounts import SHARED_SIGNS, unit_of
from src.domain.money import KNOWN_CURRENCIES, decimal_places

_WORDS = {
    code: words.split("|")
    for code, words in {
        "AED": r"د\.إ\.?|درهم إماراتي|Dhs?\.?",
        "AMD": "֏",
        "AUD": r"AU?\$",
        "AZN": "₼",
        "BDT": r"৳|Tk\.?|Taka",
        "BGN": r"лв\.?",
        "BRL": r"R\$",
        "CAD": r"CA?\$",
        "CNY": "人民币|元|CN¥|RMB",
        "CRC": "₡",
        "CZK": r"Kč",
        "EGP": r"جنيه مصري|جم|ج\.م\.?|E£",
        "ETB": r"Birr|ብር",
        "EUR": "€|euros?",
        "GBP": "£",
        "GEL": "₾",
        "GHS": r"GH[¢₵S]|₵",
        "HKD": r"HK\$",
        "HUF": "Ft",
        "IDR": r"Rp\.?",
        "ILS": r"₪|ש\"ח|ש״ח|שח|NIS",
        "INR": "₹|rupees",
        "JPY": "円|JP¥",
        "KES": r"KShs?\.?",
        "KHR": "៛",
        "KRW": "₩|원",
        "KWD": r"د\.ك\.?|دينار كويتي",
        "KZT": r"₸|тенге|тг\.?",
        "LAK": "₭",
        "MAD": r"د\.م\.?|درهم مغربي|Dirhams?",
        "MNT": "₮",
        "MYR": "RM",
        "MZN": "MTn|Meticais",
        "NGN": "₦",
        "NZD": r"NZ\$",
        "PAB": r"B/\.?",
        "PEN": r"S/\.?",
        "PHP": r"₱|Php\.?",
        "PLN": r"zł",
        "PYG": r"₲|Gs\.?",
        "RON": "lei",
        "RUB": r"₽|рублей|рубля|рубль|руб\.?|р\.?",
        "SAR": r"ر\.س\.?|ريال سعودي|SR",
        "SGD": r"S\$",
        "THB": "฿|บาท",
        "TRY": "₺|TL",
        "TWD": r"NT\$|新臺幣|新台幣",
        "TZS": r"TShs?\.?",
        "UAH": r"₴|грн\.?",
        "UGX": r"UShs?\.?",
        "USD": r"US\$",
        "UZS": r"so['‘’ʻ]m|сўм|сум",
        "VND": "₫|VNĐ|đồng|đ",
        "ZMW": "ZK",
    }.items()
}
"""By code: regular expressions of what can be nothing else."""
_BEFORE_CENTS = {"NGN": "N", "PHP": "P", "ZAR": "R", "GTQ": "Q", "BOB": "Bs"}
"""Letters that are a currency only right before an amount."""
_SHARED = r"\$|¥|(?<![^\W\d_])(?i:Rs)(?![^\W\d_])\.?|(?<![^\W\d_])(?i:kr)(?![^\W\d_])\.?"
_UNNAMED = "ريال|دينار|درهم|جنيه|F ?CFA|CFA|دولار|pesos?"
"""Of several countries, so that the currency is asked for."""
_ALSO_WORDS = frozenset("ALL TOP SOS PEN CUP".split())
_LOWER = frozenset("inr usd eur gbp aud cad sgd aed sar qar pkr ngn kes php myr zar chf".split())

_CODES = "|".join(sorted(KNOWN_CURRENCIES - _ALSO_WORDS))
# The three letters are looked for first, because most places have none.
_CODE = rf"(?<![A-Za-z])(?=[A-Za-z]{{3}}(?![A-Za-z]))(?:{_CODES}|(?i:{'|'.join(sorted(_LOWER))}))"
_CAREFUL = rf"(?<![A-Za-z])(?:{'|'.join(sorted(_ALSO_WORDS))})(?![A-Za-z])"
_ALL_WORDS = [word for words in _WORDS.values() for word in sorted(words, key=len, reverse=True)]
_SPACED = [word for word in _ALL_WORDS if re.match(r"[A-Za-zа-яўА-Яđ]", word)]
_NAMES = "|".join(
    (
        rf"(?<![^\W\d_])(?i:{'|'.join(_SPACED)})(?![^\W\d_])",
        *(word for word in _ALL_WORDS if word not in _SPACED),
    )
)
UNIT = rf"(?:{_CODE}|{_NAMES}|{_SHARED}|{_UNNAMED})"
_LETTER = "|".join(rf"(?<![A-Za-z])(?:{letter})" for letter in _BEFORE_CENTS.values())
DIGITS = (
    r"[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?:[.,][0-9]{1,3})?(?![0-9]|[.,][0-9])"
    r"|[0-9](?:[0-9.,'’\u00a0\u202f]*[0-9])?"
)
WITH_UNIT = re.compile(
    rf"(?:(?P<unit>{UNIT}|{_CAREFUL}(?=\s?[0-9.,]+[.,][0-9][0-9](?![0-9])))\s?[.:]?\s?"
    rf"|(?P<letter>{_LETTER})\s?(?=[-+]?[0-9]))"
    rf"(?P<sign>[-+\u2212]?)\s?(?P<digits>{DIGITS})(?:\s?(?P<code>{_CODE}))?"
    rf"|(?<![0-9A-Za-zА-я_.,/])(?P<sign_>[-+\u2212]?)(?P<digits_>{DIGITS})\s?(?P<unit_>{UNIT}|{_CAREFUL})"
)
_WORD = [
    (code, re.compile("|".join(f"(?:{word})" for word in words), re.IGNORECASE))
    for code, words in _WORDS.items()
]
_SAME = {letter: code for code, letter in _BEFORE_CENTS.items()}


def code_of(unit: str) -> str:
    """The ISO 4217 code, a sign that several currencies share, or "" if the currency is unknown."""
    text = unit.strip()
    if text.upper() in KNOWN_CURRENCIES:
        return text.upper()
    if text in _SAME:
        return _SAME[text]
    for code, words in _WORD:
        if words.fullmatch(text):
            return code
    return text.rstrip(".") if unit_of(text) in SHARED_SIGNS else ""


def plain_number(digits: str, code: str) -> str:
    """With a decimal point and without separators of thousands.

    A message has a separator before three digits for thousands only, but for currencies with three decimals.
    """
    number = re.sub(r"[ '’\u00a0\u202f]", "", digits)
    marks = [character for character in number if character in ".,"]
    if not marks:
        return number
    whole, mark, rest = number.rpartition(marks[-1])
    is_alone = len(marks) == 1
    has_three = decimal_places(code) == 3 and (mark == "." or code in ("TND", "LYD"))
    is_decimal = (
        len(set(marks)) == 2 and marks.count(mark) == 1 if not is_alone else len(rest) != 3 or has_three
    )
    if not is_decimal:
        return re.sub(r"[.,]", "", number)
    if len(rest) == 3:  # one digit more than a separator of thousands would have
        rest = rest.removesuffix("0") if rest.endswith("0") else f"{rest}0"
    return f"{re.sub('[.,]', '', whole) or '0'}.{rest}"
