"""What the page says once a person has answered: what was learned from it, and how to take it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from src.domain.feedback import Feedback
from src.domain.predictions import DecidedBy
from src.domain.transactions import StoredTransaction
from src.errors import Unavailable
from src.web.shared import format
from src.web.shared.blueprint import category_name
from src.web.shared.forms import count_in, flag
from src.web.shared.services import container


@dataclass(frozen=True)
class Learned:
    act: str
    saved: str
    """What was kept, and how many others follow."""
    lesson: str
    """What it means for the merchant's next transaction; empty where that cannot be said."""
    sentence: str
    """Both in one."""
    next: str
    """Where undo returns to."""


def learned_from(row: StoredTransaction, values: Mapping[str, str], back: str) -> Learned | None:
    """What the act named in the page's address taught; None where it is unknown or no longer holds."""
    act = values.get("act", "")
    answer = row.feedback[-1] if row.feedback else None
    if answer is None or answer.act != act or answer.category is None:
        return None
    name, others = category_name(answer.category), list(_others(values))
    learned, lesson = _lesson(row, answer)
    sentence = lesson if learned else f"Kept as {name}. {lesson}".rstrip()
    return Learned(
        act=act,
        saved=" ".join([f"Saved as {name}.", *others]),
        lesson=lesson,
        sentence=" ".join([sentence, *others]),
        next=back,
    )


def _others(values: Mapping[str, str]) -> Iterator[str]:
    """What happened to the merchant's other transactions."""
    also, similar = count_in(values, "also"), count_in(values, "similar")
    if also:
        yield f"{also:,} more updated."
    if flag(values, "more"):
        yield "The rest follows in the background."
    if similar:
        yield f"{format.counted(similar, 'similar transaction')} set too."


def _lesson(row: StoredTransaction, answer: Feedback) -> tuple[bool, str]:
    """Not promised but tried: the next transaction of this merchant is predicted to say what it will be.

    Returns whether it will be as the answer says, and the sentence.
    """
    merchant, name = row.transaction.merchant.upper(), category_name(answer.category)
    if not merchant:
        return False, "It names no merchant to remember, so it counts from the next training on."
    try:
        [(_, upcoming)] = container().predictor.predict([row.transaction], at=datetime.now(UTC))
    except Unavailable:
        return False, ""
    if upcoming.decided_by is DecidedBy.MEMORY and upcoming.category == answer.category:
        return True, f"Learned: the next {merchant} will be {name}."
    if upcoming.decided_by is DecidedBy.MEMORY:
        most = category_name(upcoming.category)
        return False, f"Most of your answers for {merchant} say {most}, so that stays the prediction."
    return False, f"Your answers for {merchant} differ, so its details decide the next one."
