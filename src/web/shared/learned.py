"""The message after an answer: what was saved, what follows from it, and its undo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.domain.bulk import AT_ONCE
from src.domain.feedback import Feedback
from src.domain.predictions import DecidedBy
from src.domain.rules import RuleSuggestion
from src.domain.transactions import StoredTransaction
from src.errors import Unavailable
from src.web.shared import format, labels
from src.web.shared.blueprint import category_name, merchant_name
from src.web.shared.forms import count_in, flag
from src.web.shared.services import container

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor


@dataclass(frozen=True)
class Learned:
    act: str
    saved: str
    """What was saved, and how many others changed."""
    lesson: str
    """What it means for the merchant's next transaction; may be empty."""
    sentence: str
    """Both in one."""
    next: str
    """The page that undo returns to."""
    suggestion: RuleSuggestion | None
    """A rule that the answers support by now."""


def learned_from(
    row: StoredTransaction, values: Mapping[str, str], back: str, predictor: Predictor
) -> Learned | None:
    """The effect of the act in the page's address; None if it is unknown, or not the current answer."""
    act = values.get("act", "")
    answer = row.feedback[-1] if row.feedback else None
    if answer is None or answer.act != act or answer.category is None:
        return None
    name, others = category_name(answer.category), list(_others(values))
    learned, lesson = _lesson(row, answer, predictor)
    sentence = lesson if learned else f"Saved as {name}. {lesson}".rstrip()
    return Learned(
        act=act,
        saved=" ".join([f"Saved as {name}.", *others]),
        lesson=lesson,
        sentence=" ".join([sentence, *others]),
        next=back,
        suggestion=container().rule_suggestions.for_merchant(row.transaction.merchant),
    )


def _others(values: Mapping[str, str]) -> Iterator[str]:
    """What happened to the merchant's other transactions."""
    also, similar = count_in(values, "also"), count_in(values, "similar")
    if also:
        yield f"{also:,} more updated."
    if flag(values, "more"):
        yield "The rest is updated in the background."
    if similar:
        being = "are being " if similar >= AT_ONCE else ""
        yield f"{format.counted(similar, 'similar transaction')} {being}set too."


def _lesson(row: StoredTransaction, answer: Feedback, predictor: Predictor) -> tuple[bool, str]:
    """Predicts the merchant's next transaction; returns True if it gets this category, and a sentence."""
    key, name = row.transaction.merchant, category_name(answer.category)
    merchant = merchant_name(key)
    if not key:
        return False, "No merchant name was found, so this answer takes effect at the next training."
    try:
        [(_, upcoming)] = predictor.predict([row.transaction], at=datetime.now(UTC))
    except Unavailable:
        return False, ""
    if upcoming.decided_by is DecidedBy.RULE:
        decided = category_name(upcoming.category)
        return False, f"The next {merchant} will be {decided}, {labels.decided(upcoming)}."
    if upcoming.decided_by is DecidedBy.MEMORY and upcoming.category == answer.category:
        return True, f"Learned: the next {merchant} will be {name}."
    if upcoming.decided_by is DecidedBy.MEMORY:
        most = category_name(upcoming.category)
        return False, f"Most of your answers for {merchant} are {most}, so that stays the prediction."
    if not predictor.learns_from(key):
        return False, f"Learning is off for {merchant}, so this answer counts for this transaction only."
    return False, f"You use several categories for {merchant}, so amount and text decide each one."
