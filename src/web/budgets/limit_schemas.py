"""Finance rules: what is sent, and what they found in a period."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, RootModel, StrictBool, WithJsonSchema, model_validator
from typing_extensions import TypedDict

from src.domain.categories import Flow
from src.domain.limits import (
    OF_CATEGORIES,
    Limit,
    LimitPeriod,
    LimitState,
    LimitStatus,
    Measure,
    Unknown,
    default_of,
)
from src.web.budgets.schemas import MonthName, PartBody
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

_STEP = Decimal("0.0001")


def _share(value: Any) -> Decimal:
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        try:
            share = Decimal(value)
        except ArithmeticError:
            share = Decimal("nan")
        if share.is_finite() and 0 < share <= 1 and share == share.quantize(_STEP):
            return share
    raise ValueError("Give a share above 0 and up to 1, such as 0.3, with at most four decimals")


Share = Annotated[
    Decimal,
    BeforeValidator(_share),
    WithJsonSchema(
        {
            "description": "Of the income.",
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                {"type": "string", "pattern": r"^(1|0\.(?=[0-9]*[1-9])[0-9]{1,4})$"},
            ],
            "examples": [0.3],
        }
    ),
]


class LimitRequest(RequestModel):
    """A finance rule: a limit for a share of the income, or for a category."""

    rule: Measure
    share: Share | None = None
    amount: Annotated[Amount | None, Field(description="For a month; only of a category.")] = None
    currency: Annotated[KnownCurrency | None, Field(description="Of `amount`.")] = None
    category: Annotated[Slug | None, Field(description="Only of the rule `category`.")] = None
    categories: Annotated[
        list[Slug] | None,
        Field(max_length=50, description="What counts as housing or debt. Default: as it was to begin with."),
    ] = None
    period: LimitPeriod = LimitPeriod.MONTH
    enabled: StrictBool = True

    @model_validator(mode="after")
    def _complete(self) -> Self:
        of_category = self.rule is Measure.CATEGORY
        if of_category and self.category is None:
            raise ValueError("This rule needs a category")
        if not of_category and (self.category is not None or self.amount is not None):
            raise ValueError("Only the rule `category` has a category and an amount")
        if of_category and (self.share is None) == (self.amount is None):
            raise ValueError("Give either a share or an amount")
        if self.currency is not None and self.amount is None:
            raise ValueError("Only an amount has a currency")
        if self.categories is not None and self.rule not in OF_CATEGORIES:
            raise ValueError("Only housing and debt have a list of categories")
        return self

    def to_domain(self, currency: str) -> Limit:
        """currency: if it names none. Raises InvalidInput."""
        amount = None
        if self.amount is not None:
            currency = self.currency or currency
            amount = in_smallest_units(self.amount, currency)
        default = default_of(self.rule)
        share = default.share if default and self.share is None else self.share
        categories = default.categories if default and self.categories is None else self.categories or ()
        return Limit(
            measure=self.rule,
            share=share,
            amount=amount,
            currency=currency if amount is not None else None,
            category=self.category,
            categories=tuple(dict.fromkeys(categories)),
            period=self.period,
            enabled=self.enabled,
        )


class LimitsRequest(RootModel[Annotated[list[LimitRequest], Field(max_length=200)]]):
    """All finance rules. One that is always there but not in the list is as it was to begin with."""

    def to_domain(self, currency: str) -> list[Limit]:
        return [limit.to_domain(currency) for limit in self.root]


class LimitsQuery(QueryModel):
    month: Annotated[MonthName | None, Field(description="Default: the last complete month.")] = None
    currency: Annotated[Currency | None, Field(description="Default: the most frequent.")] = None


class AccountPartBody(TypedDict):
    account: str
    amount: Annotated[str, Field(description="Put into it, less what was taken out.")]
    history: Annotated[str, Field(description="The page of its own transfers.")]


LimitBody = TypedDict(
    "LimitBody",
    {
        "rule": Measure,
        "category": str | None,
        "categories": list[str],
        "bound": Annotated[str, Field(description="`at_most` or `at_least`.")],
        "share": Annotated[float | None, Field(description="The limit, as a share of the income.")],
        "amount": Annotated[str | None, Field(description="The limit, as an amount for a month.")],
        "period": LimitPeriod,
        "enabled": bool,
        "state": LimitStatus,
        "why": Annotated[Unknown | None, Field(description="Why it cannot be judged.")],
        "currency": str,
        "months": list[str],
        "from": str,
        "to": str,
        "figure": Annotated[float | None, Field(description="As a share of the income; null without any.")],
        "value": Annotated[str, Field(description="As an amount, of the whole period.")],
        "income": str,
        "allowed": Annotated[
            str | None, Field(description="The limit as an amount of the whole period; null without income.")
        ],
        "by_category": Annotated[
            list[PartBody],
            Field(description="The parts of `value`; of the saving rate, those of the spending."),
        ],
        "by_account": Annotated[
            list[AccountPartBody],
            Field(description="Of what was moved to savings, the part that own transfers moved."),
        ],
        "uncategorized": Annotated[
            str, Field(description="Spending without a category; it is in no `value` but the saving rate's.")
        ],
        "history": Annotated[
            str, Field(description="A page that has these transactions, for some rules among others.")
        ],
    },
)


class ChangedLimitBody(LimitBody):
    act: Annotated[
        str | None, Field(description="Undoes the change of all of them; null if nothing changed.")
    ]


_FLOWS = {
    Measure.ESSENTIAL: Flow.SPENT,
    Measure.DISCRETIONARY: Flow.SPENT,
    Measure.SAVING: Flow.SAVED,
    Measure.HOUSING: None,
    Measure.DEBT: None,
    Measure.SAVINGS_RATE: Flow.SPENT,
    Measure.CATEGORY: None,
}
"""None: a category of spending, savings or transfers."""


def limit_body(state: LimitState) -> LimitBody:
    limit, currency = state.limit, state.currency
    return {
        "rule": limit.measure,
        "category": limit.category,
        "categories": list(limit.categories),
        "bound": "at_least" if limit.at_least else "at_most",
        "share": None if limit.share is None else float(limit.share),
        "amount": None if limit.amount is None else money(limit.amount, currency),
        "period": limit.period,
        "enabled": limit.enabled,
        "state": state.status,
        "why": state.why,
        "currency": currency,
        "months": list(state.months),
        "from": state.since.isoformat(),
        "to": state.until.isoformat(),
        "figure": None if state.share is None else round(float(state.share), 6),
        "value": money(state.amount, currency),
        "income": money(state.income, currency),
        "allowed": None if state.allowed is None else money(state.allowed, currency),
        "by_category": [
            {
                "category": category,
                "amount": money(amount, currency),
                "history": rows_of(state, category),
            }
            for category, amount in state.by_category
        ],
        "by_account": [
            {
                "account": account,
                "amount": money(amount, currency),
                "history": transfers_of(state, account),
            }
            for account, amount in state.by_account
        ],
        "uncategorized": money(state.uncategorized, currency),
        "history": all_rows_of(state),
    }


def rows_of(state: LimitState, category: str | None) -> str:
    """The address of the transactions of one category."""
    flow = _FLOWS[state.limit.measure]
    return history_link(state.currency, flow, since=state.since, until=state.until, category=category)


def transfers_of(state: LimitState, account: str) -> str:
    return history_link(
        state.currency, Flow.TRANSFERRED, since=state.since, until=state.until, account=account
    )


def all_rows_of(state: LimitState) -> str:
    limit = state.limit
    if limit.category is not None:
        return rows_of(state, limit.category)
    return history_link(state.currency, _FLOWS[limit.measure], since=state.since, until=state.until)
