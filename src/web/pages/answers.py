"""What the page says once a person has answered: what was learned from it, and how to take it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from src.domain.feedback import Feedback
from src.domain.predictions import DecidedBy
from src.domain.transactions import StoredTransaction
from src.errors import Unavailable
from src.web.forms import count_in
from src.web.pages.blueprint import category_name
from src.web.wired import wiring


@dataclass(frozen=True)
class Learned:
    act: str
    sentence: str
    similar: int
    next: str
    """Where undo returns to."""


def learned_from(row: StoredTransaction, values: Mapping[str, str], back: str) -> Learned | None:
    """What the act named in the page's address taught; None where it is unknown or no longer holds."""
    act = values.get("act", "")
    answer = row.feedback[-1] if row.feedback else None
    if answer is None or answer.act != act or answer.category is None:
        return None
    sentence = _sentence(row, answer)
    if also := count_in(values, "also"):
        sentence += f" {also:,} more updated."
    return Learned(act, sentence, count_in(values, "similar") or 0, back)


def _sentence(row: StoredTransaction, answer: Feedback) -> str:
    """Not promised but tried: the next transaction of this merchant is predicted to say what it will be."""
    merchant, name = row.transaction.merchant.upper(), category_name(answer.category)
    if not merchant:
        return f"Kept as {name}. It names no merchant to remember, so it counts from the next training on."
    try:
        [(_, upcoming)] = wiring().predictor.predict([row.transaction], at=datetime.now(UTC))
    except Unavailable:
        return f"Kept as {name}."
    if upcoming.decided_by is DecidedBy.MEMORY and upcoming.category == answer.category:
        return f"Learned: the next {merchant} will be {name}."
    if upcoming.decided_by is DecidedBy.MEMORY:
        most = category_name(upcoming.category)
        return (
            f"Kept as {name}. Most of your answers for {merchant} say {most}, so that stays the prediction."
        )
    return f"Kept as {name}. Your answers for {merchant} differ, so its details decide the next one."
