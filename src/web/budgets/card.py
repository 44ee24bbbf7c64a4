"""The card of budgets and finance rules for the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from src.domain.budgets import BudgetState, Pace
from src.domain.limits import LimitState, LimitStatus
from src.errors import InvalidInput
from src.web.shared import time_zone

if TYPE_CHECKING:
    from src.pipeline.budgets.limits import LimitOverview
    from src.pipeline.budgets.overview import BudgetOverview

_WORST_FIRST = (Pace.OVER, Pace.WILL_EXCEED, Pace.AHEAD, Pace.ON_TRACK)


@dataclass(frozen=True, slots=True)
class BudgetCard:
    month: str
    budgets: Sequence[BudgetState]
    """The worst first."""
    alarms: Sequence[LimitState]
    """Finance rules that are not kept."""


def budget_card(
    budget_overview: BudgetOverview, limit_overview: LimitOverview, *, currency: str, month: str
) -> BudgetCard | None:
    """Of a month, in `currency`; None without a budget and an alarm, or if the month has not begun.

    Raises Unavailable.
    """
    today = time_zone.today()
    try:
        states = budget_overview.states(today=today, month=month, currency=currency)
        limits = limit_overview.states(today=today, month=month, currency=currency)
    except InvalidInput:
        return None
    budgets = sorted(states, key=lambda state: _WORST_FIRST.index(state.pace))
    alarms = [limit for limit in limits if limit.status is LimitStatus.ALARM and limit.currency == currency]
    return BudgetCard(month, budgets, alarms) if budgets or alarms else None
