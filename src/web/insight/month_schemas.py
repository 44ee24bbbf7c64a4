"""A month against others."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, cast

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.categories import Flow
from src.domain.insight import (
    Compared,
    Comparison,
    MonthDays,
)
from src.errors import InvalidInput
from src.web.history.links import history_link
from src.web.shared.fields import Currency, Label, QueryModel, money

_MONTH = r"^(19[0-9]{2}|2[01][0-9]{2})-(0[1-9]|1[0-2])$"
Month = Annotated[str, Field(pattern=_MONTH, examples=["2026-03"])]


class SumsQuery(QueryModel):
    """What is summed."""

    currency: Annotated[Currency | None, Field(description="Default: the one used most.")] = None
    account: Annotated[Label | None, Field(description="Default: all.")] = None


class ComparisonQuery(SumsQuery):
    month: Annotated[Month | None, Field(description="Default: the last one with transactions.")] = None


def checked_month(month: str) -> str:
    """Of an address. Raises InvalidInput."""
    if not re.fullmatch(_MONTH, month):
        raise InvalidInput("A month is written like 2026-03.", field="month")
    return month


class AgainstBody(TypedDict):
    amount: str
    difference: Annotated[str, Field(description="Of this month, less that amount.")]
    share: Annotated[float | None, Field(description="The difference by it; null if it is not above 0.")]


class ComparedBody(TypedDict):
    amount: str
    last_month: Annotated[AgainstBody | None, Field(description="Null if the history does not cover it.")]
    last_year: Annotated[AgainstBody | None, Field(description="The same month a year before.")]
    usual: Annotated[AgainstBody | None, Field(description="The median of `usual_months`.")]


class CategoryComparedBody(ComparedBody):
    category: str | None
    share: Annotated[float, Field(description="Of the month's spending, 0..1.")]
    link: Annotated[str, Field(description="Its transactions.")]


class TotalsComparedBody(TypedDict):
    expense: ComparedBody
    income: ComparedBody
    saved: Annotated[ComparedBody, Field(description="Put into savings categories.")]
    transfer: ComparedBody
    net: Annotated[ComparedBody, Field(description="What was saved: income less expense.")]


class ComparisonBody(TypedDict):
    """All amounts of the other months are of the same days, if the month is `partial`."""

    month: str
    currency: str
    account: str | None
    partial: Annotated[bool, Field(description="The history does not cover the whole month (yet).")]
    since: Annotated[str, Field(description="First day.")]
    until: Annotated[str, Field(description="Last day that counts, in the other months too.")]
    last_month: str | None
    last_year: str | None
    usual_months: Annotated[
        list[str], Field(description="Up to six complete ones; empty if fewer than three.")
    ]
    totals: TotalsComparedBody
    by_category: Annotated[list[CategoryComparedBody], Field(description="Of spending, the largest first.")]


_TOTALS = {"expense": Flow.SPENT, "income": Flow.EARNED, "saved": Flow.SAVED, "transfer": Flow.TRANSFERRED}


def comparison_body(comparison: Comparison) -> ComparisonBody:
    currency, days = comparison.currency, comparison.days
    amounts = [compared.amount for compared in comparison.by_category.values()]
    spent = sum((amount for amount in amounts if amount > 0), Decimal(0))
    totals = {name: _compared(comparison.totals[flow], currency) for name, flow in _TOTALS.items()}
    totals["net"] = _compared(comparison.net, currency)
    return {
        "month": days.month,
        "currency": currency,
        "account": comparison.account,
        "partial": not days.complete,
        "since": days.first.isoformat(),
        "until": days.through.isoformat(),
        "last_month": comparison.last_month,
        "last_year": comparison.last_year,
        "usual_months": list(comparison.usual_months),
        "totals": cast(TotalsComparedBody, totals),
        "by_category": [
            {
                "category": slug,
                "share": float(max(compared.amount, Decimal(0)) / spent) if spent else 0.0,
                **_compared(compared, currency),
                "link": month_link(days, currency, comparison.account, Flow.SPENT, category=slug),
            }
            for slug, compared in comparison.by_category.items()
        ],
    }


def _compared(compared: Compared, currency: str) -> ComparedBody:
    return {
        "amount": money(compared.amount, currency),
        "last_month": _against(compared.amount, compared.last_month, currency),
        "last_year": _against(compared.amount, compared.last_year, currency),
        "usual": _against(compared.amount, compared.usual, currency),
    }


def _against(amount: Decimal, other: Decimal | None, currency: str) -> AgainstBody | None:
    if other is None:
        return None
    difference = amount - other
    share = float(difference / other) if other > 0 else None
    return {"amount": money(other, currency), "difference": money(difference, currency), "share": share}


def month_link(
    days: MonthDays, currency: str, account: str | None, flow: Flow | None = None, **cell: str | None
) -> str:
    """To the rows of the month's days that count so."""
    of_account = {"account": account} if account else {}
    return history_link(currency, flow, since=days.first, until=days.through, **of_account, **cell)
