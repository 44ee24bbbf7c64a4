"""A person's answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LabelSource(StrEnum):
    """Where a label came from: an answer, an answer's 'and all similar', an import, the shipped lexicon."""

    FEEDBACK = "feedback"
    SIMILAR = "similar"
    IMPORT = "import"
    KNOWLEDGE = "knowledge"


class Answered(StrEnum):
    """Whether a person's word stands on a transaction: said of this one, of all similar ones, or not yet."""

    DIRECTLY = "directly"
    SIMILAR = "similar"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One answer of a person. `category` is None where the act took an earlier answer back."""

    category: str | None
    at: datetime
    act: str
    """Shared by all the answers of one click, so that one undo takes them all back."""
    source: LabelSource = LabelSource.FEEDBACK


def standing(feedback: Sequence[Feedback]) -> list[Feedback]:
    """The answers that were not taken back, in order; the last one holds."""
    taken_back = {event.act for event in feedback if event.category is None}
    return [event for event in feedback if event.category is not None and event.act not in taken_back]


@dataclass(frozen=True, slots=True)
class FeedbackOutcome:
    transaction_id: str
    previous: str | None
    """The category that held before."""
    category: str
    was_correct: bool
    """Whether the newest prediction had said so."""
    similar_updated: int
    act: str
    """What to hand to undo."""
    also_updated: int = 0
    """Other unanswered rows of the merchant whose prediction follows the answer."""
    more_follow: bool = False
    """Whether further rows of the merchant are left, to be predicted in the background."""


@dataclass(frozen=True, slots=True)
class Recollection:
    """A person once called this merchant `category`."""

    category: str
    at: datetime
    amount: float
    source: LabelSource = LabelSource.IMPORT


def one_per_act(newest: Sequence[Recollection], limit: int) -> list[Recollection]:
    """The newest `limit` of them; "and all similar" is one answer, however many rows it set.

    The rows of one act share its moment.
    """
    acts: dict[tuple[str, datetime, int], Recollection] = {}
    said_of_all = {(each.category, each.at) for each in newest if each.source is LabelSource.SIMILAR}
    for position, each in enumerate(newest):
        alike = (each.category, each.at) in said_of_all and each.source is not LabelSource.IMPORT
        acts.setdefault((each.category, each.at, -1 if alike else position), each)
    return list(acts.values())[:limit]
