"""Habits: what is bought often, where, on which days."""

from decimal import Decimal

from src.components.insight.habits import bills_and_subscriptions, habits_of
from src.domain.categories import Group
from src.domain.sums import Cell
from src.domain.transactions import Direction


def cell(category, amount, count, *, direction=Direction.EXPENSE, **fields):
    return Cell(
        currency="EUR",
        category=category,
        direction=direction,
        group=Group.INCOME if category == "salary" else Group.DISCRETIONARY,
        amount=Decimal(amount),
        count=count,
        rows=count,
        paired=False,
        again=False,
        refund=False,
        **fields,
    )


def of(habits):
    return [(habit.code.value, habit.category or habit.merchant, habit.yearly) for habit in habits]


def test_the_most_expensive_habits_come_first_with_what_a_year_costs():
    weekdays = [cell("dining", 100, 5, weekday=day) for day in range(7)]
    weekdays += [cell("groceries", 250, 7, weekday=1), cell("groceries", 250, 6, weekday=3)]
    weekdays += [cell("salary", 9000, 3, direction=Direction.INCOME, weekday=0)]
    weekdays += [cell("dining", 60, 2, direction=Direction.INCOME, weekday=2)]  # refunds
    merchants = [
        cell("dining", 400, 20, merchant="bistro"),
        cell("dining", 240, 5, merchant="tavern"),
        cell("groceries", 500, 13, merchant="grocer"),
        cell("salary", 9000, 3, direction=Direction.INCOME, merchant="acme"),
    ]
    habits = habits_of(weekdays, merchants, set())
    assert of(habits) == [
        ("category", "dining", 2560),
        ("category", "groceries", 2000),  # all of it at one merchant, which is not listed as well
        ("merchant", "bistro", 1600),
    ]
    assert (habits[0].amount, habits[0].count, habits[0].weekdays) == (640, 35, ())
    assert habits[1].weekdays == (1, 3)


def test_what_recurs_and_what_is_bought_rarely_is_no_habit():
    weekdays = [cell("housing", 2700, 3, weekday=0), cell("subscriptions", 120, 9, weekday=1)]
    merchants = [
        cell("housing", 2700, 3, merchant="landlord"),
        cell("subscriptions", 120, 9, merchant="film club"),
    ]
    assert habits_of(weekdays, merchants, {"film club"}) == []


def test_many_small_purchases_and_weekends_are_habits():
    weekdays = [
        cell("dining", 150, 24, weekday=5),
        cell("dining", 90, 10, weekday=6),
        cell("dining", 40, 12, weekday=2),
    ]
    merchants = [cell("dining", 80, 30, merchant="kiosk"), cell("dining", 200, 16, merchant="bistro")]
    habits = habits_of(weekdays, merchants, set())
    assert of(habits) == [
        ("category", "dining", 1120),
        ("weekends", None, 960),
        ("merchant", "bistro", 800),
        ("small_purchases", "kiosk", 320),
    ]
    assert habits[0].weekdays == (5,)
    assert habits[1].share == 240 / 280


def test_recurring_payments_are_subscriptions_or_bills():
    payments = [(Group.DISCRETIONARY, Decimal(120)), (Group.ESSENTIAL, Decimal(9600)), (None, Decimal(400))]
    habits = bills_and_subscriptions([*payments, (Group.DISCRETIONARY, Decimal(80))])
    assert [(habit.code.value, habit.yearly, habit.count) for habit in habits] == [
        ("subscriptions", 200, 2),
        ("bills", 10000, 2),
    ]
