"""Judges finance rules: shares of the income, and limits of categories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from src.components.budgets.pace import largest_first
from src.domain.budgets import part_of, with_children
from src.domain.categories import Category, Flow, Group
from src.domain.limits import Limit, LimitState, LimitStatus, Measure, Unknown
from src.domain.sums import Cell, MovedToSavings, moved_to_savings
from src.domain.transactions import Direction

_GROUPS = {Measure.ESSENTIAL: Group.ESSENTIAL, Measure.DISCRETIONARY: Group.DISCRETIONARY}


@dataclass(frozen=True, slots=True)
class LimitMonths:
    """The months that a limit is judged by."""

    months: tuple[str, ...]
    since: date
    until: date
    why: Unknown | None
    """Why they are not enough."""


@dataclass(frozen=True, slots=True)
class Context:
    currency: str
    cells: Sequence[Cell]
    """By month and account."""
    categories: Sequence[Category]
    saving_accounts: Collection[str]
    """The names of own savings and investment accounts."""


def judge_limit(limit: Limit, period: LimitMonths, context: Context) -> LimitState:
    cells = [cell for cell in context.cells if cell.month in period.months]
    income = sum((cell.counted for cell in cells if cell.flow is Flow.EARNED), Decimal(0))
    amount, by_category = _measured(limit, cells, context)
    moved = MovedToSavings(Decimal(0), {})
    if limit.measure is Measure.SAVING:
        moved = moved_to_savings(cells, context.saving_accounts)
        amount = moved.amount
    elif limit.measure is Measure.SAVINGS_RATE:
        amount = income - amount
    allowed = None
    if limit.amount is not None:
        allowed = limit.amount * len(period.months)
    elif income > 0 and limit.share is not None:
        allowed = limit.share * income
    status, why = _status(limit, amount, allowed, period.why)
    return LimitState(
        limit=limit,
        status=status,
        why=why,
        currency=context.currency,
        months=period.months,
        since=period.since,
        until=period.until,
        amount=amount,
        income=income,
        allowed=allowed,
        by_category=by_category,
        uncategorized=sum(
            (cell.counted for cell in cells if cell.flow is Flow.SPENT and cell.group is None), Decimal(0)
        ),
        by_account=tuple(sorted(moved.accounts.items())),
    )


def _status(
    limit: Limit, amount: Decimal, allowed: Decimal | None, why: Unknown | None
) -> tuple[LimitStatus, Unknown | None]:
    if not limit.enabled:
        return LimitStatus.OFF, None
    # Too much is too much before the month ends.
    if limit.amount is not None and amount > limit.amount * limit.period.months:
        return LimitStatus.ALARM, None
    if why is not None:
        return LimitStatus.CANNOT_TELL, why
    if allowed is None:
        return LimitStatus.CANNOT_TELL, Unknown.NO_INCOME
    broken = amount < allowed if limit.at_least else amount > allowed
    return (LimitStatus.ALARM if broken else LimitStatus.OK), None


def _measured(
    limit: Limit, cells: Iterable[Cell], context: Context
) -> tuple[Decimal, tuple[tuple[str | None, Decimal], ...]]:
    """The sum of what counts by category, and its parts; of the saving rate, that of the spending."""
    sums: dict[str | None, Decimal] = defaultdict(Decimal)
    slugs = _slugs(limit, context.categories)
    parents = part_of(context.categories, but=limit.categories or [limit.category or ""])
    for cell in cells:
        if (amount := _counted(limit.measure, cell, slugs)) is not None:
            sums[parents.get(cell.category, cell.category)] += amount
    return sum(sums.values(), Decimal(0)), largest_first(sums)


def _slugs(limit: Limit, categories: Sequence[Category]) -> frozenset[str]:
    names = limit.categories if limit.category is None else (limit.category,)
    return frozenset().union(*(with_children(name, categories) for name in names))


def _counted(measure: Measure, cell: Cell, slugs: Collection[str]) -> Decimal | None:
    """None if it does not count."""
    if measure in _GROUPS:
        counts = cell.flow is Flow.SPENT and cell.group is _GROUPS[measure]
    elif measure is Measure.SAVING:
        counts = cell.flow is Flow.SAVED
    elif measure is Measure.SAVINGS_RATE:
        counts = cell.flow is Flow.SPENT
    else:
        # Payments of loans are transfers; what a loan pays out is none of them.
        is_payment = cell.flow in (Flow.SPENT, Flow.SAVED) or (
            cell.flow is Flow.TRANSFERRED and not cell.paired and cell.direction is not Direction.INCOME
        )
        counts = cell.category in slugs and is_payment
    return cell.counted if counts else None
