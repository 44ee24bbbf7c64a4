"""Forecasts of a ledger, on the real MongoDB."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from src.container import Container
from src.domain.forecasts import Kind, Method, NotEnough, Subject
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


def test_what_always_comes_late_in_the_month_is_still_expected(container):
    rows = []
    for month in range(1, 12):
        for day, amount in ((4, 100 + month % 3 * 7), (25, 300 + month % 4 * 9)):
            if (month, day) < (11, 10):
                spent = date(2026, month, day)
                rows.append(new(f"shop {month % 5} {day}", str(amount), day=spent, category="shopping"))
    keep(container.transactions, *rows)
    [running] = [one.months[0] for one in forecast(container).series if one.subject.category == "shopping"]
    assert running.spent == Decimal("114.00")
    assert running.expected > Decimal(
        "340"
    )  # nearly all that comes on the 25th; alike days would be 314 + 93


def test_two_currencies_have_forecasts_of_their_own(container):
    store(container)
    keep(
        container.transactions,
        *(
            new("cafe", "8.50", day=date(2026, month, 9), category="dining", currency="EUR")
            for month in range(1, 11)
        ),
    )
    assert forecast(container).currency == "USD"
    euros = container.forecasts.get("EUR")
    assert series(euros, Kind.TOTAL).months[0].expected == Decimal("8.50")
    assert container.forecasts.currencies() == ["USD", "EUR"]


def test_a_training_tries_all_methods_and_its_choice_is_kept_until_the_next_month(container, monkeypatch):
    logged = []
    monkeypatch.setattr(
        "src.services.mlflow.side_experiment.SideExperiment.log",
        lambda self, name, **of_run: logged.append((name, of_run)),
    )
    store(container)
    made = forecast(container, train=True)
    [(name, of_run)] = logged
    assert name == "forecast USD"
    assert {f"mase/{method}" for method in Method} == {
        metric for metric in of_run["metrics"] if metric.startswith("mase/")
    }
    assert not any("housing" in str(value) for value in of_run.values())
    choice = container.forecasts.choice("USD")
    assert dict(choice.methods) == {one.subject: one.method for one in made.series}


def test_a_forecast_needs_complete_months(container):
    store(container, until=date(2026, 5, 31))
    assert forecast(container).not_enough == NotEnough(months=5, needed=6)


def test_a_one_off_does_not_raise_what_is_expected(container):
    store(container)
    before = series(forecast(container), Kind.TOTAL).months[0].expected
    keep(
        container.transactions,
        new("sofas", "4000", day=date(2026, 8, 8), category="home"),
    )
    made = forecast(container)
    assert series(made, Kind.TOTAL).months[0].expected < before + 100
    assert made.too_few == ("home",)


def test_an_ended_recurring_payment_is_not_put_back(container):
    store(container)
    [rent] = [one for one in container.recurring_payments.all(today=TODAY) if one.merchant == "landlord"]
    container.recurring_payments.change(rent.id, {"ended": True}, today=TODAY, at=container.now())
    assert series(forecast(container), Kind.CATEGORY, "housing").months[0].expected == 0
