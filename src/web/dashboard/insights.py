"""What changed in a month and the habits until it, in sentences, and the cards of other pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from src.domain.periods import PeriodKind
from src.errors import NotFound
from src.web.anomalies.card import AnomalyCard, anomaly_card
from src.web.budgets.card import budget_card
from src.web.dashboard.text import listed_as_unusual
from src.web.forecast.card import forecast_card
from src.web.insight import text
from src.web.insight.card import recurring_card
from src.web.insight.report_schemas import change_link, habit_link
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.pipeline.anomalies.unusual import UnusualSpendingList
    from src.pipeline.budgets.limits import LimitOverview
    from src.pipeline.budgets.overview import BudgetOverview
    from src.pipeline.dashboard.selection import Selection
    from src.pipeline.insight.months import MonthInsight
    from src.pipeline.insight.recurring import RecurringPayments
    from src.services.forecast.forecasts import Forecasts
    from src.services.insight.payments import PaymentHistory

Sentence = tuple[str, str]
"""And the address of the transactions behind it."""


@dataclass(frozen=True)
class Sentences:
    changes: Sequence[Sentence]
    nothing_changed: str
    """Why there are no changes."""
    habits: Sequence[Sentence]


@with_services
def insights(
    selection: Selection,
    *,
    month_insight: MonthInsight,
    recurring_payments: RecurringPayments,
    payment_history: PaymentHistory,
    budget_overview: BudgetOverview,
    limit_overview: LimitOverview,
    forecasts: Forecasts,
    unusual_spending: UnusualSpendingList,
) -> dict[str, Any]:
    """The values of `dashboard/_insights.html`. Raises Unavailable."""
    currency, month = selection.currency, selection.period.last_month
    unusual = anomaly_card(
        unusual_spending, currency=currency, since=selection.period.since, until=selection.period.until
    )
    return {
        "sentences": _sentences(selection, month_insight, unusual),
        "forecast_card": None if selection.account else forecast_card(forecasts, currency=currency),
        "anomaly_card": unusual,
        "recurring_card": recurring_card(recurring_payments, payment_history, currency=currency),
        "budget_card": budget_card(budget_overview, limit_overview, currency=currency, month=month)
        if _is_month(selection) and not selection.account  # budgets are of all accounts
        else None,
    }


def _sentences(selection: Selection, month_insight: MonthInsight, unusual: AnomalyCard) -> Sentences | None:
    """Of a month with all categories; None for other selections. Raises Unavailable."""
    month, currency, account = selection.period.last_month, selection.currency, selection.account
    if not _is_month(selection):
        return None
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
        " ".join(
            [text.nothing_changed(changed), *([listed_as_unusual(unusual.count)] if unusual.count else [])]
        ),
        [
            (text.habit(habit, habits.months, currency), habit_link(habit, habits, currency, account))
            for habit in habits.habits
        ],
    )


def _is_month(selection: Selection) -> bool:
    """With all categories."""
    return selection.period.kind is PeriodKind.MONTH and not selection.category
