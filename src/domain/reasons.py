"""Why a model was promoted, refused or rolled back: codes and numbers, which a page turns into sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Stored in MongoDB. The sentences are in `pipeline/training/verdict_sentences.py`."""

    WRITTEN = "written"
    """A sentence as it is: `text`."""

    CHECK_FAILED = "check-failed"
    CHECK_TIMEOUT = "check-timeout"
    CHECK_ENDED = "check-ended"
    OTHER_CATEGORIES = "other-categories"
    OTHER_ANSWERS = "other-answers"
    NOT_LOADED = "not-loaded"
    TOO_HEAVY = "too-heavy"

    FIRST = "first"
    NO_BETTER_THAN_MAJORITY = "no-better-than-majority"
    MAJORITY = "majority"
    NO_MAJORITY = "no-majority"
    UNCHANGED = "unchanged"
    NEWER_LEXICON = "newer-lexicon"
    TOO_FEW = "too-few"
    NOT_COMPARED = "not-compared"
    STILL_NOT_SHOWN = "still-not-shown"
    INTERVAL_TOO_WIDE = "interval-too-wide"
    TOO_FEW_MERCHANTS = "too-few-merchants"
    TOO_FEW_DIFFER = "too-few-differ"
    BETTER_LOG_LOSS = "better-log-loss"
    BETTER = "better"
    WORSE = "worse"
    SEEMS_WORSE = "seems-worse"
    FRESHER = "fresher"
    NOT_FRESHER = "not-fresher"
    CATEGORY_FELL = "category-fell"
    LESS_AUTOMATIC = "less-automatic"
    NONE_AUTOMATIC = "none-automatic"
    AUTOMATIC_PRECISION = "automatic-precision"
    FIGURES = "figures"
    EARLIER_BETTER = "earlier-better"
    PINNED = "pinned"
    OVERTAKEN = "overtaken"

    SOURCES = "sources"
    BEST_CANDIDATE = "best-candidate"
    SET_ASIDE = "set-aside"
    CHECK_PASSED = "check-passed"
    AUTOMATION = "automation"
    AUTOMATION_IMPRECISE = "automation-imprecise"
    AUTOMATION_NOT_COMPARED = "automation-not-compared"
    CHAMPION_NOT_LOADED = "champion-not-loaded"
    BEST_EARLIER = "best-earlier"
    NOT_LOGGED = "not-logged"
    PARTLY_LOGGED = "partly-logged"

    ALIAS_MOVED = "alias-moved"
    ALIAS_RESET = "alias-reset"
    ALIAS_PINNED = "alias-pinned"
    ALIAS_LATE = "alias-late"
    ALIAS_OVERTAKEN = "alias-overtaken"
    PINNED_WITH_PROMOTION = "pinned-with-promotion"
    PIN_REPLACED = "pin-replaced"


@dataclass(frozen=True, slots=True)
class CodedReason:
    """One sentence: its code, and the numbers and names in it."""

    code: Code
    values: Mapping[str, Any]


Why = str | tuple[CodedReason, ...]
"""Reasons; or a sentence, written by a person or stored by a release without codes. Empty for none."""


def because(code: Code, **values: Any) -> tuple[CodedReason, ...]:
    """One reason. A number that is not known, nan, is stored as None."""
    known = {name: None if value != value else value for name, value in values.items()}
    return (CodedReason(code, known),)


def reasons_of(why: Why) -> tuple[CodedReason, ...]:
    if isinstance(why, str):
        return because(Code.WRITTEN, text=why) if why else ()
    return tuple(why)


def why_document(why: Why) -> str | list[dict[str, Any]]:
    """As it is stored in MongoDB."""
    if isinstance(why, str):
        return why
    return [{"code": reason.code.value, "values": dict(reason.values)} for reason in why]


def why_of(document: str | Sequence[Mapping[str, Any]]) -> Why:
    """Raises ValueError for a code that only a newer release knows."""
    if isinstance(document, str):
        return document
    return tuple(CodedReason(Code(stored["code"]), stored["values"]) for stored in document)
