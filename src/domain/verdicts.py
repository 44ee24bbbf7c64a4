"""A new model beside the champion, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What a verdict came to, in a word; its reason says it in a sentence."""

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
    """Which rows figures were measured on. Figures of different rows are never compared."""

    HOLDOUT = "holdout"
    """The permanent hold-out: labelled transactions that train no model."""
    CROSSVAL = "crossval"
    """Labelled transactions, each answered by a model that did not train on it."""
    LEXICON = "lexicon"
    """Rows of the shipped lexicon, answered the same way; used while there are no labels."""


def judged_on_of(value: str | None) -> JudgedOn | None:
    """None for what was written before this was stored."""
    return JudgedOn(value) if value else None


@dataclass(frozen=True, slots=True)
class Scores:
    """One model on the judging rows. Shares are 0..1; `version` is None for a model not registered."""

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
    """The rows that only one of the two models gets right, with McNemar's exact test."""

    rows: int
    challenger_right: int
    p: float
    """Two-sided. It takes rows for independent, which those of one merchant are not."""


@dataclass(frozen=True, slots=True)
class SliceScores:
    """Shares of right answers on a part of the judging rows."""

    kind: str
    """`category`, `merchants`, `mode`, `direction` or `age`."""
    name: str
    rows: int
    challenger: float
    champion: float | None = None


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a bundle takes: its file, and a fresh process that loads it and predicts."""

    megabytes: float
    """Of 1,000,000 bytes."""
    load_s: float
    per_row_ms: float
    """Median of single predictions."""


@dataclass(frozen=True, slots=True)
class Automation:
    """How many unanswered transactions are categorized automatically, with champion and challenger."""

    rows: int
    """The newest unanswered transactions; both models were asked about the same ones."""
    precision: float
    """How many of a hundred automatic answers are to be right (AUTO_PRECISION), as a share."""
    champion: float
    """The share of `rows` that is categorized automatically."""
    challenger: float
    difference: Difference
    champion_only: int
    """Rows that are categorized automatically with the champion alone."""
    challenger_only: int
    p: float
    """McNemar's exact test on these two, two-sided."""
    merchants: int
    """At how many merchants the two shares differ."""
    judged: int
    """Judging rows that the champion's model by itself would categorize automatically."""
    right: int
    """How many of these it has right."""
    precision_ci95: tuple[float, float]
    """95 % interval of right / judged."""

    @property
    def imprecise(self) -> bool:
        """Whether the champion's automatic answers were shown to miss the stated precision."""
        return self.judged > 0 and self.precision_ci95[1] < self.precision


@dataclass(frozen=True, slots=True)
class Verdict:
    promoted: bool
    outcome: Outcome
    reason: str
    """A sentence, or several, a user can read."""
    challenger: Scores | None = None
    champion: Scores | None = None
    macro_f1: Difference | None = None
    accuracy: Difference | None = None
    notes: tuple[str, ...] = ()
    """Everything else that was weighed, one sentence each."""
    log_loss: Difference | None = None
    """Below 0 is better."""
    money_weighted_accuracy: Difference | None = None
    discordance: Discordance | None = None
    merchants: int | None = None
    """How many independent groups of rows the intervals rest on."""
    rows_needed: int | None = None
    """At most about how many judging rows would tell, where they were too few: the upper end of a 95 %
    interval. It does not grow while the same champion serves."""
    rows_needed_low: int | None = None
    """The lower end of the same."""
    majority: Scores | None = None
    """Of always answering the most frequent category."""
    lookup: Scores | None = None
    """Of looking the merchant up."""
    slices: tuple[SliceScores, ...] = ()
    footprint: Footprint | None = None
    judged_on: JudgedOn | None = None
    """None for a verdict from before this was stored, or where there was no row to judge by."""
    against: str | None = None
    """The champion's version, also where there was no row to judge by."""
    earlier: Scores | None = None
    """The best eligible earlier version on the same rows; None where there is none, or none was asked."""
    instead: str | None = None
    """The earlier version that is promoted instead of the challenger."""
    automation: Automation | None = None
    """None where there is no champion, or nothing is unanswered."""
