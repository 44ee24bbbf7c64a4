"""One alert of a bank or a payment app: its date, amount, direction, other party and reference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from src.components.bank_files.entry import clean
from src.components.bank_files.inference.amounts import parse_amount
from src.components.bank_files.messages.alert_words import MAX_READ, message_direction
from src.domain.transactions import Direction

_UNIT = (
    r"(?:(?:US|AU|CA|NZ|HK|A|C|S)?\$|[€£₹¥₺₽₱฿₦]|\bRs\b\.?|\b(?:INR|USD|EUR|GBP|AUD|CAD|NZD|SGD|HKD|CHF|"
    r"JPY|AED|SAR|"
    r"QAR|KWD|PKR|LKR|NPR|BDT|ZAR|KES|NGN|MYR|THB|PHP|IDR|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|RUB|BRL|"
    r"MXN|EGP|JOD|BHD|OMR|ILS|KRW|TWD|CNY|VND|UAH|ISK|BGN|RSD|GHS|UGX|TZS|XOF|XAF|CLP|ARS|KZT|UZS|AZN|MUR|"
    r"MMK|KHR|ETB|ZMW|BWP|NAD|TND|DZD|IQD|LBP|YER|AFN|MVR|BTN)(?![A-Za-z])|\bkr\b)"
)
_DIGITS = r"[0-9](?:[0-9.,'\u00a0\u202f]*[0-9])?"
_WITH_UNIT = re.compile(
    rf"({_UNIT})\s?[.:]?\s?([-+]?{_DIGITS})|(?<![\w.,])([-+]?{_DIGITS})\s?({_UNIT})", re.IGNORECASE
)
_BEHIND_A_VERB = re.compile(
    r"\b(?:debited|credited|spent|paid|withdrawn|sent)(?: by| for| with| of)? "
    r"([0-9][0-9,]*(?:\.[0-9]+)?)(?![\w/-])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"([A-Za-z](?!\w*qr)[A-Za-z._-]{3,})[0-9]*@[A-Za-z]+", re.IGNORECASE)
_PLUS = re.compile(r"(?<![0-9])\+")
"""In a diary, income has a plus."""
_BARE = re.compile(
    r"(?<![\w./,:#-])[-+]?[0-9]{1,9}(?:[.,][0-9]{3})*(?:[.,][0-9]{1,2})?(?![\w/:#-]|[.,][0-9])"
)
_WITH_CENTS = re.compile(r"[.,][0-9]{2}$")
_NOT_THE_AMOUNT = re.compile(
    r"(?:bal|balance|limit|lmt|avl|avbl|available|outstanding|due|left|remaining|clr)\b[^.;]{0,18}$",
    re.IGNORECASE,
)
_ACTIVATED = re.compile(r"\b(?:activated|registered|set ?up|enabled|mandate)\b", re.IGNORECASE)
_BOOKED_AFTER = re.compile(
    r"\s*(?:has been |have been |was |is )?(?:debited|charged|deducted)\b", re.IGNORECASE
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DAY = re.compile(
    r"(?<!\w)(?:(?:[0-9]{4}[-/]|(?<![0-9]\.)[0-9]{4}\.)[0-9]{1,2}[-/.][0-9]{1,2}"
    r"|(?:[0-9]{1,2}([-/])[0-9]{1,2}\1|(?<![0-9]\.)[0-9]{1,2}\.[0-9]{1,2}\.)(?:[0-9]{4}|[0-9]{2})"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?[-/ .]?{_MONTH}[-/, .']{{0,2}}(?:[0-9]{{4}}|[0-9]{{2}})"
    rf"|{_MONTH}\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}})(?![\w-])",
    re.IGNORECASE,
)
"""A sentence may end right before a date; a point after digits would belong to an amount."""
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
_MODE = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _MODES]

_END = (
    r"(?=\s+on\s+(?:date\s+)?(?:[0-9]|[A-Z][a-z]{2,8}\s+[0-9])|\s+on\s*$|\s+on\s*[.,]|\s+on\s{2}|"
    r"\s+at\s+[0-9]"
    r"|\s+(?:dated|via|using|thru|through|ref|refno|refid|utr|upi|from\s+(?:your|a/c|ac|acct|account|"
    r"\w+\s+(?:bank|balance|wallet))|"
    r"with\s+(?:your\s+)?(?:card|ref)|by\s+(?:card|upi)|has\s+been|was|is|were|posted|succeeded|successful|"
    r"completed|processed|"
    r"approved|bezahlt|avl|avail|bal|txn|for\s+(?:rs|inr|usd)|(?:mit|avec|con)\s+(?:karte|carte|tarjeta|"
    r"card|ihrer|votre|su)|card\s+ending|ending|and\s+credited|credited|debited|am\s+[0-9])\b"
    r"|\s*[.;,](?:\s|$)|\s*[.](?=(?-i:[A-Z]))|\s+[-–(|]\s*|\s*[(;|]|\s+(?:for\s+)?(?:rs\b|inr\b|[$€£₹])|\s*$)"
)
"""The end of the other party: a date, the payment method, a reference, the end of the text."""
_NAME = rf"((?:[^\W_][^;|\n]{{0,70}}?)){_END}"
_PARTY_PATTERNS = {
    Direction.EXPENSE: [
        rf"\bUPI/P2[MA]/[0-9]+/{_NAME}",
        rf"\b(?:IST|GMT|UTC)\s+{_NAME}",
        rf"\bnach for\s+{_NAME}",
        r";\s*([^\W\d_][^;.]{1,60}?) credited\b",
        rf"\b(?:at|bei|chez)\s+{_NAME}",
        rf"\b(?:trf to|transferred to|paid to|sent to|to|towards|with|an)\s+(?:vpa\s+)?{_NAME}",
        rf"\b(?:for|für|pour|por|in favou?r of)\s+(?:an?\s+)?{_NAME}",
        rf"\b(?:spent|paid|debited)\s+on\s+{_NAME}",
        rf"\bon\s+(?=[^\W\d_]){_NAME}",
        rf"\b(?:en|presso|na|bij)\s+{_NAME}",
    ],
    Direction.INCOME: [
        r"(?:^|:\s*)([^\W\d_][^:;.]{0,60}?) (?:sent|paid|transferred) you\b",
        rf"\b(?:from|von|de la part de|de)\s+(?:vpa\s+)?{_NAME}",
        rf"\bby\s+{_NAME}",
        rf"\b(?:refund|refunded|cashback)\b[^.]{{0,40}}\b(?:at|by|from|for)\s+{_NAME}",
        rf"\b(?:towards|for|as)\s+{_NAME}",
        rf"\bat\s+{_NAME}",
    ],
}
_PARTY = {
    direction: [re.compile(pattern, re.IGNORECASE) for pattern in patterns]
    for direction, patterns in _PARTY_PATTERNS.items()
}
_NO_PARTY = re.compile(
    r"(?:your|ur|my|you|our|this|any|rs|inr|date|upi|us|me)\b.*|"
    r"(?:the|a|an) (?:account|a/c|card|amount|bank)\b.*|"
    r".*\b(?:a/c|acct|account|ending|block|report|dispute|customer|helpline)\b.*|"
    r"(?:credit |debit )?card\b(?! \w+ \w).*|initial amount\b.*|"
    r".*\bcard (?:ending|no|x|[*0-9]).*|[\W\d_]*|[x*]+[0-9]+.*|[0-9]{1,2}[:.][0-9]{2}.*|"
    r"(?:call|sms|not you|if not)\b.*|"
    rf"{_MONTH}(?: [0-9].*)?|(?:upi|neft|imps|rtgs|atm|pos|txn|ref)\W*(?:ref.*|id.*)?",
    re.IGNORECASE,
)
"""Words after `to`, `from` or `at` that are no other party: the own account, a card, a month."""


class Alert(NamedTuple):
    """Texts as written; CR or DR after the amount gives the direction."""

    day: str
    amount: str
    text: str
    mode: str
    reference: str


def numbers_in(message: str, marks: Sequence[str]) -> set[Decimal]:
    """All numbers outside of dates, read by each of the decimal marks `marks`."""
    numbers = re.findall(_DIGITS, _DAY.sub(" ", message))
    read = (parse_amount(number, mark) for number in numbers for mark in marks)
    return {amount.value for amount in read if amount}


def read_alert(message: str) -> Alert | None:
    """None if the message has no amount."""
    message = clean(message, MAX_READ)
    day = _DAY.search(message)
    without_day = _DAY.sub(lambda match: " " * len(match[0]), message)
    located = _amount(without_day)
    if located is None:
        return None
    amount, span = located
    direction = message_direction(message)
    mark = {Direction.EXPENSE: " DR", Direction.INCOME: " CR"}.get(direction, "") if direction else ""
    reference = _REFERENCE.search(message)
    return Alert(
        day[0] if day else "",
        amount + (" CR" if not mark and direction is None and _PLUS.search(amount) else mark),
        _party(without_day, direction, span) if direction or reference else _rest(without_day, span),
        next((name for name, pattern in _MODE if pattern.search(message)), ""),
        reference[1] if reference else "",
    )


def has_amount_with_currency(line: str) -> bool:
    """Whether it has one that is no balance or limit."""
    return bool(_without_balances(_WITH_UNIT.finditer(line), line))


def _without_balances(amounts: Iterable[re.Match[str]], message: str) -> list[re.Match[str]]:
    """Nor limits."""
    return [match for match in amounts if not _NOT_THE_AMOUNT.search(message[: match.start()])]


def _amount(message: str) -> tuple[str, tuple[int, int]] | None:
    """(amount with its currency, its span): the first with a currency that is no balance or limit."""
    named = list(_WITH_UNIT.finditer(message))
    amounts = _without_balances(named, message)
    first = next(iter(amounts), None)
    if first and _ACTIVATED.search(message[: first.start()]):  # that amount is a limit
        first = next((match for match in amounts if _BOOKED_AFTER.match(message, match.end())), first)
    by_verb = _BEHIND_A_VERB.search(message)
    if first and not (by_verb and _WITH_CENTS.search(by_verb[1]) and by_verb.start() < first.start()):
        unit, digits = first[1] or first[4], first[2] or first[3]
        return f"{unit.strip()} {digits}", first.span()
    if by_verb:
        return by_verb[1], by_verb.span(1)
    bare = list(_BARE.finditer(message))
    if named:  # next to a balance with a currency, only a number with cents is an amount
        covered = [range(*match.span()) for match in named]
        bare = [match for match in bare if _WITH_CENTS.search(match[0])]
        bare = [match for match in bare if not any(match.start() in span for span in covered)]
    bare = _without_balances(bare, message) or bare
    return (bare[-1][0], bare[-1].span()) if bare else None


def _party(message: str, direction: Direction | None, span: tuple[int, int]) -> str:
    """The name of the other party; else the text before the amount, or the whole message."""
    for pattern in _PARTY[direction or Direction.EXPENSE]:
        for match in pattern.finditer(message):
            name = match[1].strip(" .,:;-*'\"")
            if name and not _NO_PARTY.fullmatch(name):
                # A whole address such as `lotus.stores@bank` would be masked.
                address = _ADDRESS.fullmatch(name)
                return clean(re.sub(r"[._-]+", " ", address[1]) if address else name)
    before = clean(message[: span[0]].strip(" .,:;-"))
    return before if any(map(str.isalpha, before)) and not _NO_PARTY.fullmatch(before) else clean(message)


def _rest(message: str, amount: tuple[int, int]) -> str:
    """A line of a diary without its date and amount."""
    rest = f"{message[: amount[0]]} {message[amount[1] :].removeprefix('.')}"
    return clean(rest.strip(" \t-–:;,|"))
