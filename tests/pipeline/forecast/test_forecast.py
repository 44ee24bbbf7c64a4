"""Forecasts of a ledger, on the real MongoDB."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from src.container import Container
from src.domain.forecasts import Kind, Subject
from src.domain.transactions import Direction
from tests.services.rows import keep, new

TODAY = date(2026, 11, 30)
FOOD = (310, 280, 295, 330, 301, 288, 315, 290, 305, 299, 312)


@pytest.fixture
def container(settings):
    made = Container(settings, now=lambda: datetime(2026, 11, 30, 12, tzinfo=UTC))
    made.database.ensure_indexes()
    yield made
    made.database.close()


def store(container, until=date(2026, 10, 31), **rent):
    """Rent of 900 on the 3rd and food on each 17th since January, and a salary on the 28th."""
    rows = []
    for month, food in enumerate(FOOD, 1):
        rows += [
            new("landlord", "900", day=date(2026, month, 3), category="housing", **rent),
            new("market", str(food), day=date(2026, month, 17), category="groceries"),
            new("employer", "2500", day=date(2026, month, 28), category="salary", direction=Direction.INCOME),
        ]
    keep(container.transactions, *(row for row in rows if row.transaction.date <= until))


def forecast(container, *, train=False, currency=None):
    container._forecast(TODAY, train)
    return container.forecasts.get(currency)


def series(made, kind, category=None):
    [one] = [one for one in made.series if one.subject == Subject(kind, category)]
    return one


def test_a_rent_is_taken_out_and_put_back_exactly(container):
    store(container)
    made = forecast(container)
    rent = series(made, Kind.CATEGORY, "housing")
    assert [month.month for month in rent.months] == [
        "2026-11",
        "2026-12",
        "2027-01",
        "2027-02",
        "2027-03",
        "2027-04",
    ]
    assert {month.expected for month in rent.months} == {Decimal("900.00")}
    assert [due.day.day for month in rent.months for due in month.due] == [3] * 6
    total = series(made, Kind.TOTAL)
    assert [due.amount for due in total.months[0].due] == [Decimal("900.00")]
    assert Decimal(1180) < total.months[0].expected < Decimal(1230)
    assert {month.expected for month in series(made, Kind.INCOME).months} == {Decimal("2500.00")}
