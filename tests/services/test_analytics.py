from datetime import date
from decimal import Decimal

import pytest

from src.domain.categories import Category, Group
from src.domain.transactions import Direction
from src.services.analytics import Analytics
from src.services.transactions import Transactions
from tests.services.rows import NOW, new

CATEGORIES = [
    Category("dining", "Dining out", Group.DISCRETIONARY, "#111111"),
    Category("groceries", "Groceries", Group.ESSENTIAL, "#222222"),
]


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def analytics(database):
    return Analytics(database, lambda: CATEGORIES, "EUR")


def test_an_empty_history_has_sums_of_nothing(analytics):
    overview = analytics.overview()
    assert overview["currency"] == "EUR"
    assert overview["totals"]["net"] == 0
    assert overview["by_month"] == []


def test_sums_are_exact_and_kept_apart_by_currency_and_direction(analytics, transactions):
    rows = [new(amount="0.10") for _ in range(3)]
    rows += [new("pay", "100", direction=Direction.INCOME), new("corner", "7", currency="JPY")]
    transactions.add(rows, source="api", at=NOW)
    overview = analytics.overview()
    assert (overview["currency"], overview["totals"]["expense"]) == ("USD", Decimal("0.30"))
    assert overview["totals"]["net"] == Decimal("99.70")
    assert overview["by_category"] == [
        {"category": "dining", "amount": Decimal("0.30"), "count": 3, "share": 1.0}
    ]
    assert analytics.overview(currency="JPY")["totals"]["expense"] == Decimal(7)
    assert [each["currency"] for each in overview["currencies"]] == ["USD", "JPY"]


def test_months_without_a_transaction_are_shown_as_empty(analytics, transactions):
    transactions.add([new(day=date(2025, 11, 5)), new(day=date(2026, 2, 1))], source="api", at=NOW)
    months = analytics.overview()["by_month"]
    assert [each["month"] for each in months] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert months[1]["count"] == 0


def test_the_period_narrows_everything(analytics, transactions):
    transactions.add([new(day=date(2025, 11, 5)), new(day=date(2026, 2, 1))], source="api", at=NOW)
    assert analytics.overview(since=date(2026, 1, 1), until=date(2026, 2, 1))["totals"]["count"] == 1
