"""Budgets and finance rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.domain.budgets import Budget
from src.domain.limits import Limit
from src.domain.months import month_of
from src.pipeline.budgets.editor import checked_budgets, checked_limits, replaced_budgets
from src.web.budgets.limit_schemas import (
    ChangedLimitBody,
    LimitBody,
    LimitsQuery,
    LimitsRequest,
    limit_body,
)
from src.web.budgets.schemas import (
    BudgetBody,
    BudgetsQuery,
    BudgetsRequest,
    ChangedBudgetBody,
    SuggestionsBody,
    SuggestionsQuery,
    budget_body,
    suggestions_body,
)
from src.web.openapi.operations import Operations, ResponseValue
from src.web.shared import time_zone
from src.web.shared.blueprint import categories

if TYPE_CHECKING:
    from src.pipeline.budgets.editor import ListEditor
    from src.pipeline.budgets.limits import LimitOverview
    from src.pipeline.budgets.overview import BudgetOverview
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.analytics import Analytics

api = Operations("budgets", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/budgets",
    summary="List the budgets, with what is spent and left in a month",
    query=BudgetsQuery,
    returns={200: list[BudgetBody]},
)
def list_budgets(query: BudgetsQuery, *, budget_overview: BudgetOverview) -> ResponseValue:
    """Spending counts less refunds; own transfers, savings and income do not count."""
    return [
        budget_body(state) for state in budget_overview.states(today=time_zone.today(), month=query.month)
    ]


@api.operation(
    "PUT",
    "/budgets",
    summary="Replace all budgets",
    body=BudgetsRequest,
    returns={200: list[ChangedBudgetBody]},
    errors=(409, 503),
)
def replace_budgets(
    body: BudgetsRequest,
    *,
    budget_overview: BudgetOverview,
    budget_editor: ListEditor[Budget],
    preferences: PreferenceStore,
) -> ResponseValue:
    """One act. A budget that stays keeps the month it began; a new amount counts from this month on."""
    today, current = time_zone.today(), preferences.current()
    wanted = checked_budgets(body.to_domain(current), {category.slug: category for category in categories()})
    month = month_of(today, current.month_starts)
    act = budget_editor.change(replaced_budgets(wanted, month), at=datetime.now(UTC))
    return [{**budget_body(state), "act": act} for state in budget_overview.states(today=today)]


@api.operation(
    "GET",
    "/budgets/suggestions",
    summary="Suggest budgets from the medians of the last complete months",
    query=SuggestionsQuery,
    returns={200: SuggestionsBody},
)
def suggest_budgets(
    query: SuggestionsQuery, *, budget_overview: BudgetOverview, analytics: Analytics
) -> ResponseValue:
    """Of up to twelve months, for categories that have no budget. Subcategories count in their parent."""
    currency = query.currency or analytics.main_currency()
    return suggestions_body(budget_overview.suggestions(currency=currency, today=time_zone.today()))


@api.operation(
    "GET",
    "/insight/limits",
    summary="List the finance rules, and whether a month keeps them",
    query=LimitsQuery,
    returns={200: list[LimitBody]},
)
def list_limits(query: LimitsQuery, *, limit_overview: LimitOverview) -> ResponseValue:
    """Shares of the income: essential and discretionary spending, saving, housing and debt; and limits of
    categories. A limit that is an amount is judged in its own currency."""
    states = limit_overview.states(today=time_zone.today(), month=query.month, currency=query.currency)
    return [limit_body(state) for state in states]


@api.operation(
    "PUT",
    "/insight/limits",
    summary="Replace the finance rules",
    body=LimitsRequest,
    returns={200: list[ChangedLimitBody]},
    errors=(409, 503),
)
def replace_limits(
    body: LimitsRequest,
    *,
    limit_overview: LimitOverview,
    limit_editor: ListEditor[Limit],
    preferences: PreferenceStore,
) -> ResponseValue:
    """One act. A rule other than `category` that is not in the list is as it was to begin with."""
    wanted = body.to_domain(preferences.current().currency)
    limits = checked_limits(wanted, {category.slug: category for category in categories()})
    act = limit_editor.change(lambda _: limits, at=datetime.now(UTC))
    return [{**limit_body(state), "act": act} for state in limit_overview.states(today=time_zone.today())]
