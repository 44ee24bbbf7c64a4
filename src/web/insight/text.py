"""The words of recurring payments, of what changed in a month, and of habits."""

from __future__ import annotations

from decimal import Decimal

from src.domain.categories import Flow
from src.domain.insight import Change, ChangeCode, Habit, HabitCode, MonthDays, WhatChanged
from src.domain.recurring import Interval, RecurringPayment, SeriesStatus
from src.web.shared import format, labels
from src.web.shared.blueprint import category_name, merchant_name, payment_name

INTERVALS = {
    Interval.WEEKLY: "every week",
    Interval.BIWEEKLY: "every two weeks",
    Interval.MONTHLY: "every month",
    Interval.QUARTERLY: "every three months",
    Interval.YEARLY: "every year",
}
STATUSES = {
    SeriesStatus.ACTIVE: ("Active", "good"),
    SeriesStatus.MISSED: ("Overdue", "warn"),
    SeriesStatus.ENDED: ("Ended", ""),
}
"""The word and the tone of its badge."""
HEADINGS = {
    Flow.SPENT: "Spending",
    Flow.EARNED: "Income",
    Flow.SAVED: "Savings and transfers",
    Flow.TRANSFERRED: "Savings and transfers",
}
ENDED = "Ended"
_NEWEST = 3


def remarks(payment: RecurringPayment) -> list[str]:
    """What is worth knowing of it: price changes, and missed and doubled payments, the newest ones."""
    changes = [
        f"{_money(payment, old)} → {_money(payment, new)} on {format.day(day)}"
        for old, new, day in payment.price_changes[-_NEWEST:]
    ]
    missed = [f"None came about {format.day(day)}" for day in payment.missed[-_NEWEST:]]
    doubled = [f"Paid twice on {format.day(day)}" for day in payment.doubled[-_NEWEST:]]
    return [*changes, *missed, *doubled]


def _money(payment: RecurringPayment, amount: object) -> str:
    return format.money(str(amount), payment.currency)


def change(change: Change, days: MonthDays, currency: str) -> str:
    """What changed, as a sentence with its figures."""
    amount, day = format.money(change.amount, currency), format.day(change.day) if change.day else ""
    name = payment_name(change.name, change.merchant)
    if change.code in _SUMS:
        return _sum_changed(change, days, currency)
    if change.code is ChangeCode.NEW_MERCHANT:
        return f"{name} is new: you spent {amount} there, and nothing in the complete months before."
    if change.code in (ChangeCode.PRICE_UP, ChangeCode.PRICE_DOWN):
        return _price_changed(change, name, currency)
    if change.code is ChangeCode.MISSED:
        what = f"from {name} was" if change.income else f"to {name} was"
        return f"No payment {what} found about {day}; usually it is {amount}."
    if change.code is ChangeCode.DOUBLED:
        return (
            f"{name}: two payments of {amount} came on {day}."
            if change.income
            else (f"{name} was paid twice on {day}, {amount} each time.")
        )
    return f"{name} seems to have ended: the last payment of {amount} was on {day}."


_SUMS = {
    ChangeCode.SPENDING_UP: ("spent {} in all", "more"),
    ChangeCode.SPENDING_DOWN: ("spent {} in all", "less"),
    ChangeCode.CATEGORY_UP: ("spent {} on {}", "more"),
    ChangeCode.CATEGORY_DOWN: ("spent {} on {}", "less"),
    ChangeCode.INCOME_UP: ("received {}", "more"),
    ChangeCode.INCOME_DOWN: ("received {}", "less"),
}


def _sum_changed(change: Change, days: MonthDays, currency: str) -> str:
    what, direction = _SUMS[change.code]
    done = what.format(format.money(change.amount, currency), category_name(change.category))
    usual = change.usual or Decimal(0)
    difference = format.money(abs(change.amount - usual), currency)
    begins, then = ("You", "") if days.complete else (f"Until {format.day(days.through)} you", " until then")
    against = f"{difference} {direction} than is usual{then} ({format.money(usual, currency)})"
    if not usual:
        against = f"usually nothing{then}"
    return f"{begins} {done}, {against}.{_explanation(change)}"


def _explanation(change: Change) -> str:
    if not change.merchant:
        return ""
    if change.is_new:
        return f" Most of it is {_merchant(change)}, which is new."
    return f" Most of the difference is at {_merchant(change)}."


def _price_changed(change: Change, name: str, currency: str) -> str:
    usual, yearly = change.usual or Decimal(0), change.yearly or Decimal(0)
    new, old, in_a_year = (format.money(amount, currency) for amount in (change.amount, usual, abs(yearly)))
    verb, direction = "pays" if change.income else "costs", "more" if yearly > 0 else "less"
    since = f" since {format.day(change.day)}" if change.day else ""
    return f"{name} {verb} {new} instead of {old}{since}: {in_a_year} {direction} a year."


def _merchant(about: Change | Habit) -> str:
    key = about.merchant or ""
    return merchant_name(key)


def nothing_changed(changed: WhatChanged) -> str:
    """If there is no sentence to show."""
    months = format.counted(changed.months, "complete month")
    if changed.enough:
        return f"Nothing is clearly outside the range of the {months} before."
    return f"Too few months to tell what is out of the ordinary: {months} before, of {changed.needed} needed."


TOO_FEW_MONTHS_FOR_HABITS = "Habits are read from three complete months, which this period does not have yet."


_THAT_RECUR = {
    HabitCode.SUBSCRIPTIONS: "Subscriptions and the like",
    HabitCode.BILLS: "Rent, bills and the like",
}


def habit(habit: Habit, months: int, currency: str) -> str:
    """months: of the period that it is read from."""
    yearly = f"about {format.about(habit.yearly, currency)} a year"
    if habit.code in _THAT_RECUR:
        return f"{_THAT_RECUR[habit.code]}: {format.counted(habit.count, 'recurring payment')}; {yearly}."
    if habit.code is HabitCode.WEEKENDS:
        share = format.percent(habit.share)
        return f"Weekends: {share} of the spending is on Saturdays and Sundays; {yearly}."
    name = category_name(habit.category) if habit.code is HabitCode.CATEGORY else _merchant(habit)
    if habit.code is HabitCode.SMALL_PURCHASES:
        name = f"Small purchases at {name}"
    mean = format.money(habit.amount / habit.count, currency)
    mostly = " and ".join(f"{labels.WEEKDAYS[day]}s" for day in habit.weekdays)
    days = f", mostly {mostly}" if mostly else ""
    purchases = format.counted(habit.count, "purchase")
    return f"{name}: {purchases} in {_NUMBERS.get(months, months)} months, {mean} on average{days}; {yearly}."


_NUMBERS = {3: "three"}
