"""Suggested budgets: the medians of the last complete months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from src.components.insight.comparison import median_amount
from src.domain.budgets import BudgetSuggestions, SuggestedBudget
from src.domain.categories import Flow
from src.domain.sums import Cell

LEAST_MONTHS = 3
MOST_MONTHS = 12


def suggested(
    cells: Iterable[Cell], months: Sequence[str], parents: Mapping[str, str | None], currency: str
) -> BudgetSuggestions:
    """One for each category of spending that is no subcategory, with its subcategories.

    months: complete ones. parents: of each category. A month without spending counts as zero, so what comes
    seldom gets no suggestion.
    """
    totals: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for cell in cells:
        category = cell.category
        if category is not None and category in parents and cell.flow is Flow.SPENT and cell.month in months:
            totals[parents[category] or category][cell.month] += cell.counted
    budgets = []
    for root, by_month in totals.items() if len(months) >= LEAST_MONTHS else ():
        amounts = [by_month.get(month, Decimal(0)) for month in months]
        amount = median_amount(amounts)
        if amount > 0:
            budgets.append(SuggestedBudget(root, amount, min(amounts), max(amounts)))
    budgets.sort(key=lambda budget: (-budget.amount, budget.category))
    return BudgetSuggestions(currency, tuple(months), LEAST_MONTHS, tuple(budgets))
