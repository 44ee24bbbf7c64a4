"""Budgets: what a person wants to spend at most in a month, in a category or a group of categories."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from src.domain.categories import Category, Flow, Group
from src.domain.sums import Cell

SPENDING_GROUPS = (Group.ESSENTIAL, Group.DISCRETIONARY)


@dataclass(frozen=True, slots=True)
class Budget:
    currency: str
    amounts: tuple[tuple[str, Decimal], ...]
    """(month, amount): from which month on which is in effect. It begins with the first."""
    category: str | None = None
    """With its subcategories. Either this or `group`."""
    group: Group | None = None
    carry_over: bool = False
    """Whether what is left or overspent carries into the next month, from the month it began."""

    @property
    def key(self) -> str:
        return f"{self.category or f'group:{self.group}'} {self.currency}"

    @property
    def since(self) -> str:
        return self.amounts[0][0]

    @property
    def amount(self) -> Decimal:
        """The newest one."""
        return self.amounts[-1][1]

    def amount_in(self, month: str) -> Decimal:
        """Before it began: the first amount."""
        earlier = [amount for since, amount in self.amounts if since <= month]
        return earlier[-1] if earlier else self.amounts[0][1]

    def with_amount(self, amount: Decimal, month: str) -> Budget:
        """From `month` on."""
        if amount == self.amount:
            return self
        earlier = [(since, before) for since, before in self.amounts if since < month]
        return replace(self, amounts=(*earlier, (month, amount)))


class Pace(StrEnum):
    ON_TRACK = "on_track"
    AHEAD = "ahead"
    """More is spent than the part of the month that is over allows."""
    WILL_EXCEED = "will_exceed"
    """With the payments still due, more than the budget will be spent."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class BudgetState:
    """A budget in one month."""

    budget: Budget
    month: str
    as_of: date
    """The day until which the month is judged."""
    amount: Decimal
    carried: Decimal
    """From the months before; below zero if more was spent than budgeted."""
    spent: Decimal
    paid: Decimal
    """The part of it that recurs, such as rent."""
    committed: Decimal
    """Recurring payments that are still due in the month."""
    gone: float
    """The share of the month's days that are over, 0..1."""
    expected: Decimal
    """What may be spent by now: what recurs as it comes, the rest evenly over the month."""
    pace: Pace
    by_category: tuple[tuple[str | None, Decimal], ...] = ()
    """The parts of `spent`, largest first; subcategories are in a parent of the same group."""

    @property
    def available(self) -> Decimal:
        return self.amount + self.carried

    @property
    def left(self) -> Decimal:
        return self.available - self.spent


@dataclass(frozen=True, slots=True)
class SuggestedBudget:
    category: str
    amount: Decimal
    """The median of the months."""
    lowest: Decimal
    highest: Decimal


@dataclass(frozen=True, slots=True)
class BudgetSuggestions:
    """Largest first."""

    currency: str
    months: tuple[str, ...]
    """The complete months they are computed from; too few months give no suggestion."""
    needed: int
    budgets: tuple[SuggestedBudget, ...]


def with_children(slug: str, categories: Iterable[Category]) -> frozenset[str]:
    return frozenset({slug} | {category.slug for category in categories if category.parent == slug})


def part_of(categories: Sequence[Category], but: Container[str] = ()) -> dict[str | None, str]:
    """Each subcategory -> the parent in whose sum, and whose link to transactions, it is included.

    but: those that are summed themselves.
    """
    groups = {category.slug: category.group for category in categories}
    return {
        category.slug: category.parent
        for category in categories
        if category.slug not in but
        and category.parent is not None
        and groups.get(category.parent) is category.group
    }


def covers(budget: Budget, categories: Iterable[Category]) -> Callable[[Cell], bool]:
    """Whether a sum is spending that the budget is for."""
    if budget.category is None:
        return lambda cell: cell.flow is Flow.SPENT and cell.group is budget.group
    slugs = with_children(budget.category, categories)
    return lambda cell: cell.flow is Flow.SPENT and cell.category in slugs


def as_plain(budget: Budget) -> dict[str, Any]:
    """As JSON has it."""
    return {
        "category": budget.category,
        "group": budget.group.value if budget.group else None,
        "currency": budget.currency,
        "carry_over": budget.carry_over,
        "amounts": [[month, f"{amount:f}"] for month, amount in budget.amounts],
    }


def budget_of(values: Mapping[str, Any]) -> Budget:
    """The budget that `as_plain` wrote."""
    return Budget(
        currency=values["currency"],
        amounts=tuple((month, Decimal(amount)) for month, amount in values["amounts"]),
        category=values["category"],
        group=Group(values["group"]) if values["group"] else None,
        carry_over=values["carry_over"],
    )


def moved(budgets: Sequence[Budget], slug: str, into: str | None) -> list[Budget]:
    """With those of a category that was merged into another; without them if it was deleted.

    Two budgets that become one add up.
    """
    by_key: dict[str, Budget] = {}
    for budget in budgets:
        if budget.category == slug:
            if into is None:
                continue
            budget = replace(budget, category=into)
        other = by_key.get(budget.key)
        by_key[budget.key] = _together(other, budget) if other else budget
    return list(by_key.values())


def _together(one: Budget, other: Budget) -> Budget:
    months = sorted({month for budget in (one, other) for month, _ in budget.amounts})

    def total(month: str) -> Decimal:
        return sum((budget.amount_in(month) for budget in (one, other) if budget.since <= month), Decimal(0))

    amounts = tuple((month, total(month)) for month in months)
    return replace(one, amounts=amounts, carry_over=one.carry_over or other.carry_over)
