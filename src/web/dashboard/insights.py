"""What changed in a month and the habits until it, in sentences with links to their transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from src.domain.periods import PeriodKind
from src.errors import NotFound
from src.web.insight import text
from src.web.insight.report_schemas import change_link, habit_link

if TYPE_CHECKING:
    from src.pipeline.dashboard.selection import Selection
    from src.pipeline.insight.months import MonthInsight

Sentence = tuple[str, str]
"""And the address of the transactions behind it."""


@dataclass(frozen=True)
class Sentences:
    changes: Sequence[Sentence]
    nothing_changed: str
    """Why there are no changes."""
    habits: Sequence[Sentence]


def sentences(selection: Selection, month_insight: MonthInsight) -> Sentences | None:
    """Of a month with all categories; None for other selections. Raises Unavailable."""
    period, currency, account = selection.period, selection.currency, selection.account
    if period.kind is not PeriodKind.MONTH or selection.category:
        return None
    month = period.last_month
    try:
        changed = month_insight.what_changed(month, currency, account)
    except NotFound:  # a month in the future
        return None
    habits = month_insight.habits(month, currency, account)
    return Sentences(
        [
            (
                text.change(change, changed.days, currency),
                change_link(change, changed.days, currency, account),
            )
            for change in changed.changes
        ],
        text.nothing_changed(changed),
        [
            (text.habit(habit, habits.months, currency), habit_link(habit, habits, currency, account))
            for habit in habits.habits
        ],
    )
