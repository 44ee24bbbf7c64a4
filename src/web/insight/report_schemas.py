"""What changed in a month, habits, and the month's report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from flask import url_for
from pydantic import Field
from typing_extensions import TypedDict

from src.domain.categories import Flow
from src.domain.insight import (
    Change,
    ChangeCode,
    Comparison,
    Habit,
    HabitCode,
    Habits,
    MonthDays,
    WhatChanged,
)
from src.domain.recurring import RecurringInPeriod
from src.domain.transactions import Direction
from src.web.history.links import history_link
from src.web.insight import text
from src.web.insight.month_schemas import ComparisonBody, comparison_body, month_link
from src.web.shared.fields import money
from src.web.shared.forms import with_query


class ChangeBody(TypedDict):
    code: ChangeCode
    sentence: str
    amount: str
    usual: Annotated[str | None, Field(description="Of a new price, the old one.")]
    category: str | None
    merchant: str | None
    day: Annotated[str | None, Field(description="When a price changed, or when a payment was expected.")]
    link: Annotated[str, Field(description="The transactions behind it.")]


class WhatChangedBody(TypedDict):
    changes: Annotated[list[ChangeBody], Field(description="The most important first, at most five.")]
    note: Annotated[str | None, Field(description="If there is none: why.")]
    months: Annotated[int, Field(description="Complete months before it.")]
    needed: Annotated[int, Field(description="Complete months, to tell what is out of the ordinary.")]


def what_changed_body(changed: WhatChanged, account: str | None) -> WhatChangedBody:
    currency = changed.currency
    return {
        "changes": [
            {
                "code": change.code,
                "sentence": text.change(change, changed.days, currency),
                "amount": money(change.amount, currency),
                "usual": None if change.usual is None else money(change.usual, currency),
                "category": change.category,
                "merchant": change.merchant,
                "day": change.day.isoformat() if change.day else None,
                "link": change_link(change, changed.days, currency, account),
            }
            for change in changed.changes
        ],
        "note": None if changed.changes else text.nothing_changed(changed),
        "months": changed.months,
        "needed": changed.needed,
    }


_FLOWS = {
    ChangeCode.SPENDING_UP: Flow.SPENT,
    ChangeCode.SPENDING_DOWN: Flow.SPENT,
    ChangeCode.INCOME_UP: Flow.EARNED,
    ChangeCode.INCOME_DOWN: Flow.EARNED,
}


def change_link(change: Change, days: MonthDays, currency: str, account: str | None) -> str:
    """To the transactions behind a change; of a recurring payment, to all of the merchant."""
    if flow := _FLOWS.get(change.code):
        return month_link(days, currency, account, flow)
    if change.code in (ChangeCode.CATEGORY_UP, ChangeCode.CATEGORY_DOWN):
        return month_link(days, currency, account, Flow.SPENT, category=change.category)
    if change.code is ChangeCode.NEW_MERCHANT:
        return month_link(days, currency, account, Flow.SPENT, merchant=change.merchant)
    return history_link(currency, merchant=change.merchant)


class HabitBody(TypedDict):
    code: HabitCode
    sentence: str
    yearly: Annotated[str, Field(description="What it costs in a year at this rate.")]
    amount: Annotated[str, Field(description="In the period.")]
    count: int
    category: str | None
    merchant: str | None
    weekdays: Annotated[list[int], Field(description="With most of the purchases; 0 is Monday.")]
    link: str


class HabitsBody(TypedDict):
    since: str
    until: str
    habits: Annotated[list[HabitBody], Field(description="The most expensive first.")]
    note: Annotated[str | None, Field(description="Why there are none.")]


def habits_body(habits: Habits, currency: str, account: str | None) -> HabitsBody:
    return {
        "since": habits.since.isoformat(),
        "until": habits.until.isoformat(),
        "habits": [
            {
                "code": habit.code,
                "sentence": text.habit(habit, habits.months, currency),
                "yearly": money(habit.yearly, currency),
                "amount": money(habit.amount, currency),
                "count": habit.count,
                "category": habit.category,
                "merchant": habit.merchant,
                "weekdays": list(habit.weekdays),
                "link": habit_link(habit, habits, currency, account),
            }
            for habit in habits.habits
        ],
        "note": None if habits.months else text.TOO_FEW_MONTHS_FOR_HABITS,
    }


def habit_link(habit: Habit, habits: Habits, currency: str, account: str | None) -> str:
    if habit.code in (HabitCode.SUBSCRIPTIONS, HabitCode.BILLS):
        return url_for("pages.recurring")
    cell: dict[str, str | None] = {"account": account} if account else {}
    if habit.code is HabitCode.CATEGORY:
        cell["category"] = habit.category
    elif habit.code is HabitCode.WEEKENDS:
        cell["weekday"] = "5,6"
    else:
        cell["merchant"] = habit.merchant
    return history_link(currency, Flow.SPENT, since=habits.since, until=habits.until, **cell)


class ReportMerchantBody(TypedDict):
    merchant: str
    amount: str
    count: int
    share: Annotated[float, Field(description="Of the month's spending, 0..1.")]
    link: str


class PaidBody(TypedDict):
    date: str
    amount: str


class ReportRecurringBody(TypedDict):
    id: str
    merchant: str
    name: str
    category: str | None
    direction: Direction
    amount: Annotated[str, Field(description="The present price, or what is typical.")]
    paid: Annotated[list[PaidBody], Field(description="In the month.")]
    expected: Annotated[str | None, Field(description="The day of the next payment, if it is in the month.")]
    missed: list[str]


class LinksBody(TypedDict):
    dashboard: str
    transactions: str
    recurring: str


class ReportBody(TypedDict):
    comparison: Annotated[ComparisonBody, Field(description="Totals and categories, also of other months.")]
    what_changed: WhatChangedBody
    merchants: Annotated[list[ReportMerchantBody], Field(description="By spending, the largest first.")]
    recurring: list[ReportRecurringBody]
    habits: HabitsBody
    links: LinksBody


def report_body(
    comparison: Comparison,
    changed: WhatChanged,
    merchants: Iterable[Mapping[str, Any]],
    recurring: Iterable[RecurringInPeriod],
    habits: Habits,
) -> ReportBody:
    days, currency, account = comparison.days, comparison.currency, comparison.account
    period = {"from": days.first.isoformat(), "to": days.last.isoformat(), "currency": currency}
    return {
        "comparison": comparison_body(comparison),
        "what_changed": what_changed_body(changed, account),
        "merchants": [
            {
                "merchant": row["merchant"],
                "amount": money(row["amount"], currency),
                "count": row["count"],
                "share": row["share"],
                "link": month_link(days, currency, account, Flow.SPENT, merchant=row["merchant"]),
            }
            for row in merchants
        ],
        "recurring": [_recurring_body(one) for one in recurring],
        "habits": habits_body(habits, currency, account),
        "links": {
            "dashboard": with_query(url_for("pages.analytics"), period),
            "transactions": month_link(days, currency, account),
            "recurring": url_for("pages.recurring"),
        },
    }


def _recurring_body(of_month: RecurringInPeriod) -> ReportRecurringBody:
    payment = of_month.payment
    return {
        "id": payment.id,
        "merchant": payment.merchant,
        "name": payment.name,
        "category": payment.category,
        "direction": payment.direction,
        "amount": money(payment.amount, payment.currency),
        "paid": [
            {"date": day.isoformat(), "amount": money(amount, payment.currency)}
            for day, amount in of_month.paid
        ],
        "expected": of_month.expected.isoformat() if of_month.expected else None,
        "missed": [day.isoformat() for day in of_month.missed],
    }
