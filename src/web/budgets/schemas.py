"""Budgets: what is sent, and how they do in a month."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, RootModel, StrictBool, model_validator
from typing_extensions import TypedDict

from src.domain.budgets import Budget, BudgetState, BudgetSuggestions, Pace
from src.domain.categories import Flow, Group
from src.domain.preferences import Preferences
from src.web.history.links import history_link
from src.web.shared.fields import (
    Amount,
    Currency,
    KnownCurrency,
    QueryModel,
    RequestModel,
    Slug,
    in_smallest_units,
    money,
)

MonthName = Annotated[
    str, Field(pattern=r"^(19[7-9][0-9]|20[0-9]{2})-(0[1-9]|1[0-2])$", examples=["2026-03"])
]
_CARRY_OVER = "Whether what is left or overspent carries into the next month, from the month it began."


class BudgetRequest(RequestModel):
    """For a category, with its subcategories, or for a group of categories."""

    category: Slug | None = None
    group: Annotated[Group | None, Field(description="`essential` or `discretionary`.")] = None
    amount: Amount
    currency: Annotated[KnownCurrency | None, Field(description="Default: the CURRENCY setting.")] = None
    period: Literal["month"] = "month"
    carry_over: Annotated[StrictBool, Field(description=_CARRY_OVER)] = False
    since: Annotated[
        MonthName | None,
        Field(description="The month it began. Default: as before, or this month. Sets earlier amounts too."),
    ] = None

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.category is None) == (self.group is None):
            raise ValueError("Give either a category or a group")
        return self

    def to_domain(self, currency: str) -> Budget:
        """currency: if it names none. Raises InvalidInput."""
        currency = self.currency or currency
        amount = in_smallest_units(self.amount, currency)
        return Budget(currency, ((self.since or "", amount),), self.category, self.group, self.carry_over)


class BudgetsRequest(RootModel[Annotated[list[BudgetRequest], Field(max_length=200)]]):
    """All budgets: they replace the present ones."""

    def to_domain(self, preferences: Preferences) -> list[Budget]:
        return [budget.to_domain(preferences.currency) for budget in self.root]


class BudgetsQuery(QueryModel):
    month: Annotated[
        MonthName | None, Field(description="Default: this month, or that of the newest transaction.")
    ] = None


class PaceBody(TypedDict):
    state: Annotated[
        Pace,
        Field(
            description="`ahead`: more is spent than `expected`. `will_exceed`: with the payments still due, "
            "the budget does not suffice."
        ),
    ]
    gone: Annotated[float, Field(description="The share of the month's days that are over.")]
    expected: Annotated[
        str,
        Field(
            description="What may be spent by now: what recurs as it comes, the rest evenly over the month."
        ),
    ]
    recurring_paid: Annotated[str, Field(description="The part of `spent` that recurs.")]
    committed: Annotated[str, Field(description="Recurring payments that are still due in the month.")]


class PartBody(TypedDict):
    category: Annotated[str | None, Field(description="Null: uncategorized.")]
    amount: str
    history: Annotated[str, Field(description="The page of its transactions.")]


class BudgetBody(TypedDict):
    category: str | None
    group: Group | None
    amount: Annotated[str, Field(description="In this month.")]
    currency: str
    period: Literal["month"]
    carry_over: bool
    since: str
    month: str
    as_of: Annotated[str, Field(description="The day until which the month is judged.")]
    spent: Annotated[str, Field(description="Less refunds; below zero if they exceed the spending.")]
    carried: Annotated[str, Field(description="From the months before; below zero if they were overspent.")]
    available: Annotated[str, Field(description="`amount` and `carried`.")]
    left: str
    pace: PaceBody
    by_category: list[PartBody]


class ChangedBudgetBody(BudgetBody):
    act: Annotated[
        str | None, Field(description="Undoes the change of all of them; null if nothing changed.")
    ]


class SuggestedBudgetBody(TypedDict):
    category: str
    amount: Annotated[str, Field(description="The median of the months.")]
    lowest: str
    highest: str


class SuggestionsBody(TypedDict):
    currency: str
    months: Annotated[list[str], Field(description="The complete months they are computed from.")]
    needed: Annotated[int, Field(description="With fewer months there are none.")]
    suggestions: Annotated[list[SuggestedBudgetBody], Field(description="Largest first.")]


class SuggestionsQuery(QueryModel):
    currency: Annotated[Currency | None, Field(description="Default: the most frequent.")] = None


def budget_body(state: BudgetState) -> BudgetBody:
    budget, currency = state.budget, state.budget.currency
    return {
        "category": budget.category,
        "group": budget.group,
        "amount": money(state.amount, currency),
        "currency": currency,
        "period": "month",
        "carry_over": budget.carry_over,
        "since": budget.since,
        "month": state.month,
        "as_of": state.as_of.isoformat(),
        "spent": money(state.spent, currency),
        "carried": money(state.carried, currency),
        "available": money(state.available, currency),
        "left": money(state.left, currency),
        "pace": {
            "state": state.pace,
            "gone": state.gone,
            "expected": money(state.expected, currency),
            "recurring_paid": money(state.paid, currency),
            "committed": money(state.committed, currency),
        },
        "by_category": [
            {
                "category": category,
                "amount": money(amount, currency),
                "history": history_link(currency, Flow.SPENT, month=state.month, category=category),
            }
            for category, amount in state.by_category
        ],
    }


def suggestions_body(suggestions: BudgetSuggestions) -> SuggestionsBody:
    currency = suggestions.currency
    return {
        "currency": currency,
        "months": list(suggestions.months),
        "needed": suggestions.needed,
        "suggestions": [
            {
                "category": budget.category,
                "amount": money(budget.amount, currency),
                "lowest": money(budget.lowest, currency),
                "highest": money(budget.highest, currency),
            }
            for budget in suggestions.budgets
        ],
    }
