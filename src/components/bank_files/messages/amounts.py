"""The amount that a message reports, among its balances, limits, fees, counts and references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from src.components.bank_files.messages.folding import folded_pattern, folded_text
from src.components.bank_files.messages.units import DIGITS, WITH_UNIT, code_of, plain_number
from src.components.bank_files.words import messages as words

_BEFORE = r"(?<![^\W\d_])"
_AFTER = r"(?![^\W\d_])"
_NEVER = folded_pattern(
    rf"(?:(?:{_BEFORE}(?:bal|balance|avlbal|availbal|limit|lmt|avl|avbl|avail|available|outstanding|"
    rf"overdraft|due|left|"
    rf"remaining|clr|token|ref|{words.BALANCE}){_AFTER}|{words.BALANCE_UNSPACED})[.:]?[^.;|,\d]{{0,28}}"
    rf"|{_BEFORE}balance{_AFTER}[^.;|]{{0,60}}{_BEFORE}(?:is|was|:)\W{{0,3}}"
    rf"|{_BEFORE}(?:{words.REACH}){_AFTER}\W{{0,3}}(?:a |an |the |just )?)$",
)
"""Before an amount that is a balance, a limit or a bound."""
_NEVER_BEHIND = re.compile(
    r"\s?(?:(?:is|as) (?:your |the )?|kullan\w+ )?(?:avl|avail|available|bal|balance|remaining|left)\b"
    r"|['’]?(?:ye|ya|e|a) varan\b|\s?(?:free|points?|off|cashback on|or more|and above)\b|\s?%",
    re.IGNORECASE,
)
_SELDOM = folded_pattern(rf"{_BEFORE}(?:{words.FEE}){_AFTER}\W{{0,3}}(?:of |is |was |charged )?\W{{0,2}}$")
"""Before a fee; it is the amount if there is no other."""
_MASKED = (
    r"(?:(?:ending|card|acct?|account|a/c|no|number|id|ref\w*|code|call|sms|tel|dial|x+|\*+|#)[.:#]?\s?)"
)
_OF_AN_ACCOUNT = re.compile(
    r"(?<![^\W\d_])(?:ending(?: in)?|card|acct?|account|a/c|final|terminad[ao] en|tarjeta|cart[aãe]o?|karte|"
    r"kart[aąe]|карта|карты|счета?|счёта?|konto|cuenta|conta|compte|conto|n[rº°o])[.:]?\s?[*xX]*$",
    re.IGNORECASE,
)
"""Before the last digits of a card or an account, which are no amount in front of a currency."""
_LABELLED = re.compile(
    rf"(?:{_BEFORE}(?:{words.AMOUNT})|{words.AMOUNT_UNSPACED})\s?(?:of|is|:|=|：|\b)?\s?[:=：]?\s?"
    rf"(?P<sign>[-+]?)(?P<digits>{DIGITS})(?![\w/-]|[.,][0-9])",
    re.IGNORECASE,
)
_BEHIND_A_VERB = re.compile(
    r"\b(?:debited|credited|spent|paid|withdrawn|sent)(?: by| for| with| of)? "
    r"(?P<digits>[0-9][0-9,]*(?:\.[0-9]+)?)(?![\w/-])",
    re.IGNORECASE,
)
_WITH_CENTS = re.compile(r"[.,][0-9]{2}$")
_BARE = re.compile(
    r"(?<![\w./,:#*-])[-+]?[0-9]{1,9}(?:[.,][0-9]{3})*(?:[.,][0-9]{1,2})?(?:-(?=\s|$))?(?![\w/:#*%-]|[.,][0-9])"
)
_COUNTED = re.compile(
    r"\s?(?:free|times|days?|months?|years?|hours?|hrs|minutes?|mins?|points?|transactions?|out of|gb|mb|"
    r"sms|people|st|nd|rd|"
    r"th|am|pm)\b",
    re.IGNORECASE,
)
_ACTIVATED = re.compile(r"\b(?:activated|registered|set ?up|enabled|mandate)\b", re.IGNORECASE)
_BOOKED_BEHIND = re.compile(
    r"\s*(?:has been |have been |was |is )?(?:debited|charged|deducted)\b", re.IGNORECASE
)
_LONGEST_OF_A_DIARY = 80
_REACH = 90
"""Characters before a number."""


class Money(NamedTuple):
    text: str
    """The amount with its currency, as `parse_amount` reads it; of a bare number as written."""
    span: tuple[int, int]
    sign: str = ""
    is_bare: bool = False
    """Without a currency, a label or a verb."""


def find_amount(message: str, *, has_direction: bool) -> Money | None:
    """The amount of a message without its dates.

    has_direction: whether its words show a direction; else a bare number may be that of a line of a diary.
    """
    named = list(_with_units(message))
    amounts = [match for match in named if _may_be_booked(match, message)]
    labelled = _LABELLED.search(message)
    by_verb = _BEHIND_A_VERB.search(message)
    first = _booked(amounts, named, message)
    if (
        labelled
        and not _NEVER.search(folded_text(message[: labelled.start()]))
        and (not first or labelled.end() < first.start())
    ):
        return Money(plain_number(labelled["digits"], ""), labelled.span(), labelled["sign"])
    if first and not (by_verb and _WITH_CENTS.search(by_verb["digits"]) and by_verb.start() < first.start()):
        return _money(first)
    if by_verb:
        return Money(by_verb["digits"], by_verb.span("digits"))
    return _bare(message, named, has_direction=has_direction)


def has_amount_with_currency(line: str) -> bool:
    """Whether it has one that is no balance or limit."""
    return any(_may_be_booked(match, line) for match in _with_units(line))


def _with_units(message: str) -> Iterator[re.Match[str]]:
    """Numbers with their currencies; in `A/c 1234 Rs 230` the currency belongs to the second number."""
    match = WITH_UNIT.search(message)
    while match:
        before = message[max(0, match.start() - _REACH) : match.start()]
        if match["digits_"] and match["digits_"].isdecimal() and _OF_AN_ACCOUNT.search(before):
            match = WITH_UNIT.search(message, match.start("unit_"))
            continue
        yield match
        match = WITH_UNIT.search(message, match.end())


def _before(message: str, match: re.Match[str]) -> str:
    """The words before a number that can say what it is, in lower case."""
    return folded_text(message[max(0, match.start() - _REACH) : match.start()])


def _may_be_booked(match: re.Match[str], message: str) -> bool:
    return not (_NEVER.search(_before(message, match)) or _NEVER_BEHIND.match(message, match.end()))


def _booked(amounts: list[re.Match[str]], named: list[re.Match[str]], message: str) -> re.Match[str] | None:
    """The first that is no fee; of two currencies that of the balance, in which the account is kept."""
    filled = [match for match in amounts if float(_money(match).text.split()[-1])]
    booked = [match for match in filled if not _SELDOM.search(_before(message, match))] or filled
    if not booked:
        return None
    if _ACTIVATED.search(message[: booked[0].start()]):  # that amount is a limit
        return next((match for match in booked if _BOOKED_BEHIND.match(message, match.end())), booked[0])
    kept_in = {_code(match) for match in named if match not in amounts}
    if len(kept_in) == 1 and _code(booked[0]) not in kept_in:
        return next((match for match in booked[:2] if _code(match) in kept_in), booked[0])
    return booked[0]


def _code(match: re.Match[str]) -> str:
    return code_of(match["code"] or match["unit"] or match["letter"] or match["unit_"])


def _money(match: re.Match[str]) -> Money:
    code = _code(match)
    number = plain_number(match["digits"] or match["digits_"], code)
    return Money(f"{code} {number}".strip(), match.span(), match["sign"] or match["sign_"] or "")


def _bare(message: str, named: list[re.Match[str]], *, has_direction: bool) -> Money | None:
    """The last number without a currency that can be an amount."""
    numbers = [match for match in _BARE.finditer(message) if not _COUNTED.match(message, match.end())]
    numbers = [
        match for match in numbers if not re.search(rf"{_MASKED}$", message[: match.start()], re.IGNORECASE)
    ]
    if named:  # next to a balance with a currency, only a number with cents is an amount
        numbers = [match for match in numbers if _WITH_CENTS.search(match[0])]
        covered = [range(*match.span()) for match in named]
        numbers = [match for match in numbers if not any(match.start() in span for span in covered)]
    if not has_direction and not named:
        numbers = [match for match in numbers if _is_of_a_diary(match, message)]
    if has_direction:
        numbers = [match for match in numbers if _WITH_CENTS.search(match[0])]
    numbers = [match for match in numbers if not _NEVER.search(_before(message, match))]
    return Money(numbers[-1][0], numbers[-1].span(), is_bare=True) if numbers else None


def _is_of_a_diary(number: re.Match[str], message: str) -> bool:
    """Whether it has cents, or is at the start or the end, in a short line."""
    is_outside = not message[: number.start()].strip() or not message[number.end() :].strip(" .")
    return len(message) <= _LONGEST_OF_A_DIARY and (is_outside or bool(_WITH_CENTS.search(number[0])))
