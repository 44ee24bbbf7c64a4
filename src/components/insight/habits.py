"""What a person spends by habit, by the money of a year: categories, merchants, weekends, what recurs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from src.domain.categories import Flow, Group
from src.domain.insight import Habit, HabitCode
from src.domain.sums import Cell

MONTHS = 3
"""Of the period that habits are read from."""
_YEARS = Decimal(12) / MONTHS
_MOST = 8
_MOST_OF_A_CODE = {HabitCode.CATEGORY: 4, HabitCode.MERCHANT: 2, HabitCode.SMALL_PURCHASES: 2}
_FEWEST_PURCHASES = 6
"""Of a category or a merchant in the period: less is no habit."""
_FEWEST_SMALL_PURCHASES = 12
_SMALL = Decimal("0.5")
"""A small purchase is below this share of the mean one."""
_NEARLY_ALL = Decimal("0.8")
_FEWEST_FOR_WEEKDAYS = 12
_LEAST_SHARE_OF_WEEKDAYS = 0.45
_LEAST_DEVIATIONS = 3.0
_LEAST_SHARE_OF_WEEKENDS = Decimal("0.4")
_WEEKEND = (5, 6)


def habits_of(
    by_weekday: Iterable[Cell], by_merchant: Iterable[Cell], recurring_merchants: Collection[str]
) -> list[Habit]:
    """The most expensive first. The cells are of three complete months.

    recurring_merchants: those with recurring payments, which are no purchases by habit.
    """
    weekday_cells = [cell for cell in by_weekday if cell.flow is Flow.SPENT]
    merchant_cells = [
        cell
        for cell in by_merchant
        if cell.flow is Flow.SPENT and cell.merchant and cell.merchant not in recurring_merchants
    ]
    categories = list(_categories(weekday_cells, merchant_cells))
    alone = _alone_in_category(merchant_cells, categories)
    merchants = [habit for habit in _merchants(merchant_cells) if habit.merchant not in alone]
    return _top([*categories, *merchants, *_weekends(weekday_cells)])


def bills_and_subscriptions(payments: Iterable[tuple[Group | None, Decimal]]) -> list[Habit]:
    """payments: the group of the category and the cost of a year of each recurring payment."""
    yearly: dict[HabitCode, list[Decimal]] = defaultdict(list)
    for group, cost in payments:
        code = HabitCode.SUBSCRIPTIONS if group is Group.DISCRETIONARY else HabitCode.BILLS
        yearly[code].append(cost)
    return [
        Habit(code, sum(costs, Decimal(0)), sum(costs, Decimal(0)) / _YEARS, len(costs))
        for code, costs in yearly.items()
    ]


def _top(habits: Sequence[Habit]) -> list[Habit]:
    chosen: list[Habit] = []
    for habit in sorted(habits, key=lambda habit: -habit.yearly):
        most = _MOST_OF_A_CODE.get(habit.code, 1)
        if sum(other.code is habit.code for other in chosen) < most and len(chosen) < _MOST:
            chosen.append(habit)
    return chosen


def _alone_in_category(cells: Iterable[Cell], categories: Iterable[Habit]) -> set[str]:
    """The merchants with nearly all of a category that is listed itself."""
    amounts = {habit.category: habit.amount for habit in categories}
    return {
        merchant or ""
        for merchant, of_merchant in _grouped(cells, "merchant").items()
        for category, of_both in _grouped(of_merchant, "category").items()
        if category in amounts and _amount(of_both) >= _NEARLY_ALL * amounts[category]
    }


def _categories(weekday_cells: Iterable[Cell], merchant_cells: Iterable[Cell]) -> Iterable[Habit]:
    """Those of which most money is not in recurring payments."""
    free: dict[str | None, Decimal] = defaultdict(Decimal)
    for cell in merchant_cells:
        free[cell.category] += cell.counted
    for slug, cells in _grouped(weekday_cells, "category").items():
        amount, count = _amount(cells), _purchases(cells)
        if slug is not None and count >= _FEWEST_PURCHASES and 2 * free[slug] > amount:
            days = _weekdays(cells)
            yield Habit(HabitCode.CATEGORY, amount * _YEARS, amount, count, category=slug, weekdays=days)


def _weekdays(cells: Iterable[Cell]) -> tuple[int, ...]:
    """The one or two weekdays with most of the purchases, if chance does not explain it."""
    counts = [0] * 7
    for cell in cells:
        if cell.counted > 0 and cell.weekday is not None:
            counts[cell.weekday] += cell.count
    most = sorted(range(7), key=lambda day: -counts[day])
    days = most[:2] if 2 * counts[most[1]] > counts[most[0]] else most[:1]
    preferred = _is_preferred(sum(counts[day] for day in days), sum(counts), len(days))
    return tuple(sorted(days)) if preferred else ()


def _is_preferred(count: int, of: int, days: int) -> bool:
    """Whether so many of the purchases are on so many weekdays that it is a habit."""
    expected = days / 7
    deviation = math.sqrt(of * expected * (1 - expected)) if of else 0.0
    return (
        of >= _FEWEST_FOR_WEEKDAYS
        and count >= _LEAST_SHARE_OF_WEEKDAYS * of
        and count - of * expected >= _LEAST_DEVIATIONS * deviation
    )


def _merchants(cells: Sequence[Cell]) -> Iterable[Habit]:
    purchases = _purchases(cells)
    mean = _amount(cells) / purchases if purchases else Decimal(0)
    for merchant, of_merchant in _grouped(cells, "merchant").items():
        amount, count = _amount(of_merchant), _purchases(of_merchant)
        is_small = count >= _FEWEST_SMALL_PURCHASES and amount < _SMALL * mean * count
        code = HabitCode.SMALL_PURCHASES if is_small else HabitCode.MERCHANT
        if count >= _FEWEST_PURCHASES and amount > 0:
            yield Habit(code, amount * _YEARS, amount, count, merchant=merchant)


def _weekends(cells: Sequence[Cell]) -> Iterable[Habit]:
    """If much more is bought and spent on them than on other days."""
    on_weekends = [cell for cell in cells if cell.weekday in _WEEKEND]
    amount, total, count = _amount(on_weekends), _amount(cells), _purchases(on_weekends)
    if (
        total > 0
        and amount >= _LEAST_SHARE_OF_WEEKENDS * total
        and _is_preferred(count, _purchases(cells), 2)
    ):
        yield Habit(HabitCode.WEEKENDS, amount * _YEARS, amount, count, share=float(amount / total))


def _grouped(cells: Iterable[Cell], key: str) -> dict[str | None, list[Cell]]:
    groups: dict[str | None, list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[getattr(cell, key)].append(cell)
    return groups


def _amount(cells: Iterable[Cell]) -> Decimal:
    return sum((cell.counted for cell in cells), Decimal(0))


def _purchases(cells: Iterable[Cell]) -> int:
    return sum(cell.count for cell in cells if cell.counted > 0)
