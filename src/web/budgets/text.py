"""The words of budgets and finance rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from src.domain.acts import Act
from src.domain.budgets import Budget, BudgetState, Pace, budget_of
from src.domain.categories import Group
from src.domain.limits import (
    OF_CATEGORIES,
    Limit,
    LimitPeriod,
    LimitState,
    LimitStatus,
    Measure,
    Unknown,
    default_of,
    limit_of,
)
from src.web.shared import format, labels
from src.web.shared.blueprint import category_name

PACES = {
    Pace.ON_TRACK: ("On track", "good"),
    Pace.AHEAD: ("Faster than planned", "warn"),
    Pace.WILL_EXCEED: ("Will be exceeded", "warn"),
    Pace.OVER: ("Over", "bad"),
}
"""The word and the tone of its badge."""
STATUSES = {
    LimitStatus.OK: ("Kept", "good"),
    LimitStatus.ALARM: ("Not kept", "bad"),
    LimitStatus.CANNOT_TELL: ("Cannot tell", ""),
    LimitStatus.OFF: ("Off", ""),
}
RULES = {
    Measure.ESSENTIAL: ("Essential spending", "Categories of the group Essential, less refunds."),
    Measure.DISCRETIONARY: ("Discretionary spending", "Categories of the group Discretionary, less refunds."),
    Measure.SAVING: (
        "Moved to savings",
        "What you put into savings categories, and moved to your own savings and investment accounts, less "
        "what you took out.",
    ),
    Measure.HOUSING: ("Housing", "What you spend on"),
    Measure.DEBT: ("Debt", "What you pay, without card bills that are paired with your own card, for"),
    Measure.SAVINGS_RATE: (
        "Saving rate",
        "What you saved: income less spending, whether or not you moved it.",
    ),
}
PERIODS = {LimitPeriod.MONTH: "One month", LimitPeriod.THREE_MONTHS: "Three months together"}
_UNKNOWN = {
    Unknown.NO_INCOME: "There is no income in this period to compare with.",
    Unknown.TOO_FEW_MONTHS: "There are too few complete months.",
    Unknown.MONTH_INCOMPLETE: "The month is not complete.",
}
_CHANGES_SHOWN = 3
_MOST_DECIMALS = 4


def budget_name(budget: Budget) -> str:
    return category_name(budget.category) if budget.group is None else group_name(budget.group)


def group_name(group: Group) -> str:
    return f"All {labels.GROUPS[group].lower()} spending"


def pace(state: BudgetState) -> str:
    """One sentence."""

    def money(amount: Decimal) -> str:
        return format.money(amount, state.budget.currency)

    match state.pace:
        case Pace.OVER:
            return f"{money(-state.left)} more than the budget."
        case Pace.WILL_EXCEED:
            beyond = state.spent + state.committed - state.available
            return f"{money(state.committed)} that recur are still due: {money(beyond)} too much."
        case Pace.AHEAD:
            beyond = state.spent - state.expected
            return f"{money(beyond)} more than planned until {format.day(state.as_of)}."
    if state.gone >= 1:
        return f"{money(state.left)} left at the end of the month."
    due = f" {money(state.committed)} that recur are still due." if state.committed else ""
    return f"Up to {money(state.expected)} is within the plan until {format.day(state.as_of)}.{due}"


def limit_name(limit: Limit) -> str:
    if limit.measure is Measure.CATEGORY:
        return category_name(limit.category)
    return RULES[limit.measure][0]


def explanation(limit: Limit) -> str:
    """What the figure is."""
    if limit.measure is Measure.CATEGORY:
        return "With its subcategories, less refunds."
    words = RULES[limit.measure][1]
    if limit.measure in OF_CATEGORIES:
        return f"{words} {', '.join(map(category_name, limit.categories)) or 'no category'}."
    return words


def bound(limit: Limit, currency: str | None = None) -> str:
    """`at most 30 % of income`."""
    words = "at least" if limit.at_least else "at most"
    if limit.amount is not None:
        return f"{words} {format.money(limit.amount, limit.currency or currency or '')} a month"
    return f"{words} {share(limit.share)} of income"


def share(value: Decimal | None) -> str:
    """`30 %`, `33.33 %`."""
    return "–" if value is None else f"{format.number(round(float(value) * 100, 2))}\N{NO-BREAK SPACE}%"


def measured(share: Decimal, limit: Limit) -> str:
    """A share of the income, with as many decimals as it takes to be on its side of the limit: `30.1 %`."""
    exact, bound = share * 100, (limit.share or Decimal(0)) * 100

    def side(percentage: Decimal) -> int:
        return (percentage > bound) - (percentage < bound)

    some = (places for places in range(_MOST_DECIMALS) if side(round(exact, places)) == side(exact))
    return format.percent(float(share), next(some, _MOST_DECIMALS))


def percent_field(value: Decimal) -> str:
    """The value of a form field: `33.33`."""
    return format.number(round(float(value) * 100, 2))


def compared(state: LimitState) -> str:
    """`45 % of $2,000.00 income, May 2025`."""
    if state.limit.amount is not None or state.share is None:
        return span(state.months)
    income = format.money(state.income, state.currency)
    return f"{measured(state.share, state.limit)} of {income} income, {span(state.months)}"


def finding(state: LimitState) -> str:
    """Why it is not kept or cannot be judged; "" if it is kept or off."""
    if state.why is not None:
        return _UNKNOWN[state.why]
    if state.status is not LimitStatus.ALARM or state.allowed is None:
        return ""
    if state.limit.at_least:
        return f"{format.money(state.allowed - state.amount, state.currency)} too little."
    return f"{format.money(state.amount - state.allowed, state.currency)} too much."


def span(months: tuple[str, ...]) -> str:
    """`Mar 2026`, `Jan 2026 to Mar 2026`."""
    first, last = format.month(months[0]), format.month(months[-1])
    return first if len(months) == 1 else f"{first} to {last}"


def what_changed(act: Act) -> str:
    """`You changed your budgets. Dining out: none → $50.00`."""
    was, new = (json.loads(str(act.what.values[side])) for side in ("before", "after"))
    of_budgets = act.what.code == "budgets-changed"
    described = _budget_change if of_budgets else _limit_change
    lines = [described(was[key], new[key]) for key in was]
    more = [f"{len(lines) - _CHANGES_SHOWN} more"] if len(lines) > _CHANGES_SHOWN else []
    what = "your budgets" if of_budgets else "the finance rules"
    return f"You changed {what}. {'; '.join([*lines[:_CHANGES_SHOWN], *more])}"


def _budget_change(was: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    before, after = (budget_of(values) if values else None for values in (was, new))

    def amount(budget: Budget | None) -> str:
        if budget is None:
            return "none"
        shown = format.money(budget.amount, budget.currency)
        return f"{shown}, carried over" if budget.carry_over else shown

    known = after or before
    return f"{budget_name(known) if known else ''}: {amount(before)} → {amount(after)}"


def _limit_change(was: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    before, after = (limit_of(values) if values else None for values in (was, new))
    known = after or before
    if known is None:
        return ""
    default = default_of(known.measure)
    return f"{limit_name(known)}: {_in_words(before or default)} → {_in_words(after or default)}"


def _in_words(limit: Limit | None) -> str:
    if limit is None:
        return "none"
    if not limit.enabled:
        return "off"
    over = ", over three months" if limit.period is LimitPeriod.THREE_MONTHS else ""
    of = f" ({', '.join(map(category_name, limit.categories))})" if limit.categories else ""
    return f"{bound(limit)}{over}{of}"
