"""Verdicts: how a new model (challenger) compares with the champion, the outcome, and the reasons for it.

A reason is a code with numbers, which a page turns into a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Stored in MongoDB. The sentences are in `web/models/verdict_sentences.py`."""

    FREE_TEXT = "written"
    """A sentence as it is: `text`."""

    CHECK_FAILED = "check-failed"
    CHECK_TIMEOUT = "check-timeout"
    CHECK_ENDED = "check-ended"
    OTHER_CATEGORIES = "other-categories"
    OTHER_ANSWERS = "other-answers"
    NOT_LOADED = "not-loaded"
    TOO_HEAVY = "too-heavy"

    STARTER = "starter"
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
    STARTER_NOT_COMPARED = "starter-not-compared"
    BEST_EARLIER = "best-earlier"
    NOT_LOGGED = "not-logged"
    PARTLY_LOGGED = "partly-logged"
    TRAINED_ALONE = "trained-alone"

    ALIAS_MOVED = "alias-moved"
    ALIAS_RESET = "alias-reset"
    ALIAS_PINNED = "alias-pinned"
    ALIAS_LATE = "alias-late"
    ALIAS_OVERTAKEN = "alias-overtaken"
    PINNED_WITH_PROMOTION = "pinned-with-promotion"
    PIN_REPLACED = "pin-replaced"

    SLOT = "slot"
    NOTHING_NEW = "nothing-new"
    NOTHING_NEW_SINCE = "nothing-new-since"


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
        return because(Code.FREE_TEXT, text=why) if why else ()
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


class Outcome(StrEnum):
    FIRST = "first"
    BETTER = "better"
    FRESHER = "fresher"
    UNCHANGED = "unchanged"
    TOO_FEW = "too-few"
    NOT_BETTER = "not-better"
    CATEGORY_FELL = "category-fell"
    PINNED = "pinned"
    BROKEN = "broken"
    TOO_HEAVY = "too-heavy"
    LESS_AUTOMATIC = "less-automatic"
    EARLIER_BETTER = "earlier-better"


class JudgedOn(StrEnum):
    """Which rows metrics were measured on. Metrics of different rows are never compared."""

    HOLDOUT = "holdout"
    """The permanent hold-out: labelled transactions that train no model."""
    CROSSVAL = "crossval"
    """Labelled transactions, each predicted by a model not trained on it (cross-validation)."""
    LEXICON = "lexicon"
    """Rows of the shipped lexicon, cross-validated too; used while there are no labels."""


def judged_on_of(value: str | None) -> JudgedOn | None:
    """None in documents of earlier releases."""
    return JudgedOn(value) if value else None


@dataclass(frozen=True, slots=True)
class Scores:
    """One model on the evaluation rows. Shares are 0..1; `version` is None for an unregistered model."""

    version: str | None
    rows: int
    accuracy: float
    macro_f1: float
    log_loss: float
    ece: float
    money_weighted_accuracy: float = float("nan")


@dataclass(frozen=True, slots=True)
class Difference:
    """Challenger minus champion, with a 95 % interval of the paired bootstrap."""

    value: float
    ci95: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Discordance:
    """Rows that only one of the two models has right, with McNemar's exact test."""

    rows: int
    challenger_right: int
    p: float
    """Two-sided. It assumes independent rows, which those of one merchant are not."""


@dataclass(frozen=True, slots=True)
class SliceScores:
    """Accuracy of both models on a part of the evaluation rows."""

    kind: str
    """`category`, `merchants`, `mode`, `direction` or `age`."""
    name: str
    rows: int
    challenger: float
    champion: float | None = None


@dataclass(frozen=True, slots=True)
class Footprint:
    """The cost of a bundle: its size, and the time to load it and predict in a fresh process."""

    megabytes: float
    """Megabytes of 1,000,000 bytes."""
    load_s: float
    per_row_ms: float
    """Median of single predictions."""


@dataclass(frozen=True, slots=True)
class Automation:
    """The share of unanswered transactions categorized automatically, by champion and challenger."""

    rows: int
    """The newest unanswered transactions, the same for both models."""
    precision: float
    """The target share of right automatic predictions (AUTO_PRECISION)."""
    champion: float
    """Share of `rows` categorized automatically."""
    challenger: float
    difference: Difference
    champion_only: int
    """Rows categorized automatically by the champion alone."""
    challenger_only: int
    p: float
    """McNemar's exact test of these two, two-sided."""
    merchants: int
    """Number of merchants at which the two shares differ."""
    judged: int
    """Evaluation rows that the champion's model alone would categorize automatically."""
    right: int
    """Those it has right."""
    precision_ci95: tuple[float, float]
    """95 % interval of right / judged."""

    @property
    def imprecise(self) -> bool:
        """Whether the champion's automatic predictions significantly miss the target precision."""
        return self.judged > 0 and self.precision_ci95[1] < self.precision


@dataclass(frozen=True, slots=True)
class Verdict:
    promoted: bool
    outcome: Outcome
    reason: Why
    challenger: Scores | None = None
    champion: Scores | None = None
    macro_f1: Difference | None = None
    accuracy: Difference | None = None
    notes: tuple[Why, ...] = ()
    """Everything else that was considered."""
    log_loss: Difference | None = None
    """Below 0 is better."""
    money_weighted_accuracy: Difference | None = None
    discordance: Discordance | None = None
    merchants: int | None = None
    """Number of independent groups of rows behind the intervals."""
    rows_needed: int | None = None
    """If the evaluation rows were too few: about how many would decide, the upper end of a 95 % interval. It
    does not grow while the champion stays the same."""
    rows_needed_low: int | None = None
    """The lower end of that interval."""
    majority: Scores | None = None
    """The baseline that always predicts the most frequent category."""
    lookup: Scores | None = None
    """The baseline that looks the merchant up."""
    slices: tuple[SliceScores, ...] = ()
    footprint: Footprint | None = None
    judged_on: JudgedOn | None = None
    """None in verdicts of earlier releases, and without evaluation rows."""
    against: str | None = None
    """The champion's version, also without evaluation rows."""
    earlier: Scores | None = None
    """The best eligible earlier version on the same rows, if any was evaluated."""
    instead: str | None = None
    """The earlier version promoted instead of the challenger."""
    automation: Automation | None = None
    """None without a champion or without unanswered transactions."""
