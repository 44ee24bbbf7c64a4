"""A person's answers (feedback)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LabelSource(StrEnum):
    """Where a label comes from: an answer, an answer's "and all similar", an answer that says nothing about
    other transactions, an import, the shipped lexicon.
    """

    FEEDBACK = "feedback"
    SIMILAR = "similar"
    ONCE = "once"
    IMPORT = "import"
    KNOWLEDGE = "knowledge"


BY_A_PERSON = (LabelSource.FEEDBACK, LabelSource.SIMILAR, LabelSource.ONCE)


class AnswerState(StrEnum):
    """Whether a transaction is answered: itself, as one of "all similar", or not."""

    DIRECTLY = "directly"
    SIMILAR = "similar"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One answer of a person, or the undo of the act `act` if `category` is None."""

    category: str | None
    at: datetime
    act: str
    """Shared by all answers of one click, which are undone together."""
    source: LabelSource = LabelSource.FEEDBACK


def active_answers(feedback: Sequence[Feedback]) -> list[Feedback]:
    """The answers that were not undone, in order; the last one decides.

    A merge of categories repeats an answer with the new category, at the same time: an undo of the answer
    undoes its repetitions so far.
    """
    active, undone_acts = list[Feedback](), set[str]()
    for event in feedback:
        if event.category is None:
            undone_acts.add(event.act)
            active = _without(active, event.act)
        elif event.act not in undone_acts:
            active.append(event)
    return active


def _without(answers: Sequence[Feedback], act: str) -> list[Feedback]:
    kept, undone = list[Feedback](), set[Moment]()
    for answer in answers:
        if answer.act == act:
            undone.add(moment_of(answer))
        elif moment_of(answer) not in undone:
            kept.append(answer)
    return kept


Moment = tuple[datetime, LabelSource]
"""An answer and those that repeat it share it."""


def moment_of(event: Feedback) -> Moment:
    return event.at, event.source


def is_answered_since(feedback: Sequence[Feedback], act: str) -> bool:
    """Whether a later answer hides that of `act`."""
    active = active_answers(feedback)
    of_act = {moment_of(event) for event in active if event.act == act}
    return bool(of_act) and moment_of(active[-1]) not in of_act


@dataclass(frozen=True, slots=True)
class FeedbackOutcome:
    transaction_id: str
    previous: str | None
    """The category before the answer."""
    category: str
    was_correct: bool
    """Whether the newest prediction was the same category."""
    similar_updated: int
    act: str
    """The id to undo it by."""
    also_updated: int = 0
    """Other unanswered transactions of the merchant whose prediction changed with the answer."""
    more_follow: bool = False
    """Whether more transactions of the merchant will be predicted again in the background."""


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """An earlier answer for the same or a similar merchant."""

    category: str
    at: datetime
    amount: float
    source: LabelSource = LabelSource.IMPORT


def one_per_act(newest: Sequence[PastAnswer], limit: int) -> list[PastAnswer]:
    """At most `limit` of `newest`. "And all similar" is one answer: its rows share category and time."""
    acts: dict[tuple[str, datetime, int], PastAnswer] = {}
    similar = {(answer.category, answer.at) for answer in newest if answer.source is LabelSource.SIMILAR}
    for position, answer in enumerate(newest):
        of_similar = (answer.category, answer.at) in similar and answer.source is not LabelSource.IMPORT
        acts.setdefault((answer.category, answer.at, -1 if of_similar else position), answer)
    return list(acts.values())[:limit]
