"""Clean statement text: the words for the model, and the key of the merchant.

Both functions accept any text, never raise, are idempotent and never lengthen the text. Words are checked one
at a time against the lists of `vocabulary.py`, so a text takes microseconds.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from src.components.text.vocabulary import (
    ADDRESS,
    ALIASES,
    BEFORE_A_PLACE,
    BEFORE_SOFT,
    BESIDE_NUMBERS,
    COMPANY_FORMS,
    DOMAIN,
    EDGE,
    HARD,
    LEADING_PROCESSORS,
    MARKER,
    NO_NAMES,
    NUMBER_NAMES,
    PLACE_ENDINGS,
    PLACES,
    PROCESSOR,
    PROCESSOR_NAMES,
    SERVICES,
    SOFT,
)

_CACHED_TEXTS = 16_384
"""More than a batch has: each is cleaned for its key and for the model. Texts of a file repeat."""

_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_AMPERSAND = re.compile(r"(?<![^\W_])([^\W_]{1,2})\s*&\s*([^\W_]{1,2})(?![^\W_])|&")
_MOMENT = re.compile(
    r"\d{1,4}(?:am|pm|st|nd|rd|th|hrs?|h|uhr)"
    r"|\d{1,4}(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:\d\d|20\d\d)"
)
_MASKED = re.compile(r"x{3,}\d*|x{2}\d+")
_NAME_THEN_NUMBER = re.compile(r"([^\W\d_]{3,})\d{3,}")
_BRANCH = re.compile(r"[a-z]{4}0\d{6}")  # an Indian branch code, IFSC
_MERCHANT_CODE = re.compile(r"mcc\d{4}")
_CODE = re.compile(r"0.*|(?:\D*\d){3}.*|(?=.{5})\D+\d+\D.*|(?=.{5})\d+\D+\d.*")

_MCC = re.compile(r"\s*(?:mcc\W{0,3})?(\d{4})\s*", re.IGNORECASE | re.ASCII)
_MCC_RANGES = ((3000, 3350, 4511), (3351, 3500, 7512), (3501, 3999, 7011))

_SINGLE_LETTERS = dict(zip("ßøđłæœıðþёς&", "sodlaoidtеσ&", strict=True))


class _Folding(dict[int, str | None]):
    """A table for str.translate, filled on demand: one character becomes one or none.

    Only Latin and Greek letters lose their accents: in other scripts a mark is part of the word.
    """

    def __missing__(self, code: int) -> str | None:
        folded = self[code] = _folded(chr(code))
        return folded


def _folded(char: str) -> str | None:
    if char in _SINGLE_LETTERS:
        return _SINGLE_LETTERS[char]
    kind = unicodedata.category(char)
    if kind == "Cf" or char in "'’`´" or "\u0300" <= char <= "\u036f":
        return None
    if kind[0] in "PSCZ":
        return " "
    plain = unicodedata.normalize("NFKC", char).lower()
    if len(plain) != 1:
        return char
    base = unicodedata.normalize("NFD", plain)[0]
    if base.isascii() or "\u0370" <= base <= "\u03ff":
        plain = base
    return _SINGLE_LETTERS.get(plain, plain)


_FOLDING = _Folding()


@lru_cache(_CACHED_TEXTS)
def clean_text(description: str) -> str:
    """Folded words without payment processors, references, dates, terminals and places, for the model."""
    return " ".join(_without_endings(_without_processors(_without_noise(_split(description)))))


@lru_cache(_CACHED_TEXTS)
def merchant_key(description: str) -> str:
    """The merchant key for memory and grouping; "" if the text names no merchant.

    A check or a date is no merchant, with or without its number.
    """
    words = clean_text(description).split()
    name = _name_in(words) or words
    if NO_NAMES.issuperset(name):
        return ""
    return _alias(words, name) or " ".join(name)


@lru_cache(_CACHED_TEXTS)
def names_merchant(description: str) -> bool:
    """False for no text, for a check or a date, and for soft words only, such as `credit card payment`,
    though these are a key."""
    words = clean_text(description).split()
    return not NO_NAMES.issuperset(_name_in(words)) or bool(_alias(words))


def merchant(description: Any, subcategory: Any, counterparty: Any = None) -> str:
    """The merchant of the description, else of the counterparty, else of the subcategory; "" for none.

    A description such as `card payment` names none, but without a counterparty it is the key.
    """
    described, detailed, other = (
        text if isinstance(text, str) else "" for text in (description, subcategory, counterparty)
    )
    named = other if other and not names_merchant(described) else ""
    return merchant_key(named) or merchant_key(described) or merchant_key(detailed)


def processor(description: str) -> str:
    """The payment processor at the start of the text, such as `sq` or `paypal`, or "".

    `clean_text` drops it because it names no merchant, but some serve only restaurants or small shops.
    """
    lowered = description.lower()
    match = PROCESSOR.match(lowered)
    if match:
        name = match[1] or match[2]
        return PROCESSOR_NAMES.get(name, name)
    first, _, rest = lowered.strip().partition(" ")
    return PROCESSOR_NAMES.get(first, first) if rest and first in LEADING_PROCESSORS else ""


def category_code(text: str) -> str:
    """An ISO 18245 merchant category code as a word: `5411`, `MCC: 5411` -> `mcc5411`; anything else -> "".

    The codes of single airlines, car rentals and hotels become the code of their trade.
    """
    match = _MCC.fullmatch(text)
    if not match:
        return ""
    number = int(match[1])
    trade = next((code for first, last, code in _MCC_RANGES if first <= number <= last), number)
    return f"mcc{trade:04}"


def _name_in(words: list[str]) -> list[str]:
    """Without soft words; may be empty."""
    pairs = zip(words, [*words, ""][1:], strict=True)
    return _trimmed(
        [word for word, following in pairs if word not in SOFT and (word, following) not in BEFORE_SOFT]
    )


def _trimmed(words: list[str]) -> list[str]:
    """Trim both ends until nothing changes: one trim may expose more to trim."""
    before = len(words) + 1
    while len(words) < before:
        before = len(words)
        words = _without_endings(_without_processors(words))
        while words and words[0] in EDGE:
            words = words[1:]
        while words and words[-1] in EDGE:
            words = words[:-1]
    return words


def _without_processors(words: list[str]) -> list[str]:
    start = 0
    while start < len(words) - 1 and words[start] in LEADING_PROCESSORS:
        start += 1
    return words[start:]


def _split(description: str) -> list[str]:
    text = description.lower()
    for sign, pattern in {"[": MARKER, "*": PROCESSOR, "@": ADDRESS, ".": DOMAIN}.items():
        if sign in text:  # a quick check: most texts have none
            text = pattern.sub(" ", text)
    text = text.translate(_FOLDING)
    if "&" in text:  # `h & m` is a name of initials and stays together; otherwise & separates words
        text = _AMPERSAND.sub(lambda match: f"{match[1]}&{match[2]}" if match[1] else " ", text)
    return text.split()


def _without_noise(words: list[str]) -> list[str]:
    kept = []
    for position, word in enumerate(words):
        if word.isalpha():
            is_beside = word in BESIDE_NUMBERS and any(_is_number(words, position + by) for by in (-1, 1))
            if word not in HARD and not is_beside:
                kept.append(word)
        elif not _is_number(words, position):
            kept.append(_without_number(word) or word)
    return kept


def _is_number(words: list[str], position: int) -> bool:
    if not (0 <= position < len(words) and _DIGIT.search(words[position])):
        return False
    following = words[position + 1] if position + 1 < len(words) else ""
    return (words[position], following) not in NUMBER_NAMES and not _without_number(words[position])


def _without_number(word: str) -> str:
    """The name in a word with digits: `shop1234` -> `shop`, `o2` unchanged, a reference -> ""."""
    if _MERCHANT_CODE.fullmatch(word):
        return word
    if not _LETTER.search(word) or _MOMENT.fullmatch(word) or _MASKED.fullmatch(word):
        return ""
    if (match := _NAME_THEN_NUMBER.fullmatch(word)) and not _BRANCH.fullmatch(word):
        name = match[1]
        return "" if name in HARD or name in BESIDE_NUMBERS else name
    return "" if _CODE.fullmatch(word) else word


def _without_endings(words: list[str]) -> list[str]:
    """Drop place names and company forms from the end while a name is left."""
    while len(words) > 1:
        length = 1 if words[-1] in COMPANY_FORMS else _place_length(words)
        if not length:
            break
        words = words[:-length]
    return words


def _place_length(words: list[str]) -> int:
    if words[-1] not in PLACE_ENDINGS:
        return 0
    for length in (3, 2, 1):
        if len(words) > length and " ".join(words[-length:]) in PLACES:
            return 0 if words[-length - 1] in BEFORE_A_PLACE else length
    return 0


def _alias(*readings: list[str]) -> str | None:
    """By the longest match: `amazon web services` is AWS, not the shop. Another service of a brand, named by
    the next word, is another merchant: `amazon pharmacy`."""
    for length in (3, 2, 1):
        for words in readings:
            if len(words) >= length and (name := ALIASES.get(" ".join(words[:length]))):
                [service] = words[length : length + 1] or [""]
                of_service = f"{name} {service}"
                return ALIASES.get(of_service, of_service) if service in SERVICES else name
    return None
