from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from src.domain.categories import Category, Group
from src.domain.predictions import Band
from src.domain.preferences import Preferences
from src.domain.transactions import Direction
from src.services.totals.counting import MonthTotals
from src.services.transactions.analytics import Analytics
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, new

CATEGORIES = [
    Category("dining", "Dining out", Group.DISCRETIONARY, "#111111"),
    Category("groceries", "Groceries", Group.ESSENTIAL, "#222222"),
    Category("debt", "Loans and card payments", Group.TRANSFER, "#333333"),
    Category("savings", "Savings", Group.SAVING, "#444444"),
    Category("salary", "Salary", Group.INCOME, "#555555"),
]
INCOME, TRANSFER = Direction.INCOME, Direction.TRANSFER


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def analytics(database):
    def preferences():
        return Preferences(currency="EUR")

    return Analytics(
        database,
        lambda: CATEGORIES,
        preferences,
        now=lambda: datetime(2026, 3, 20, tzinfo=UTC),
        month_totals=MonthTotals(database, preferences),
    )


@pytest.fixture
def history(transactions):
    """One row of every kind."""
    rows = [
        new("acme", "3000", category="salary", direction=INCOME),
        new("acme", "100", category="salary"),
        new("bistro", "90", category="dining", mode="card"),
        new("bistro", "40", category="dining", direction=INCOME),
        new("grocer", "120.10", category="groceries"),
        new("shoe shop", "50", category="dining", direction=INCOME, day=date(2026, 2, 2)),
        new("visa", "500", category="debt"),
        new("visa", "500", category="debt", direction=INCOME),
        new("broker", "1000", category="savings"),
        new("broker", "200", category="savings", direction=INCOME),
        new("own account", "70", category="groceries", direction=TRANSFER),
        new("what", "7.05", category=None),
        new("who", "8", category=None, direction=INCOME),
        new("where", "9", category=None, direction=TRANSFER),
        new("gone", "3", category="a-deleted-category"),
    ]
    transactions.add(rows, source="api", at=NOW)


def test_an_empty_history_has_sums_of_nothing(analytics):
    overview = analytics.overview()
    assert overview["currency"] == "EUR"
    assert overview["totals"]["net"] == 0
    assert overview["by_month"] == []


def test_sums_are_exact_and_kept_apart_by_currency_and_direction(analytics, transactions):
    rows = [new(amount="0.10") for _ in range(3)]
    rows += [new("pay", "100", category="salary", direction=INCOME), new("corner", "7", currency="JPY")]
    transactions.add(rows, source="api", at=NOW)
    overview = analytics.overview()
    assert (overview["currency"], overview["totals"]["expense"]) == ("USD", Decimal("0.30"))
    assert overview["totals"]["net"] == Decimal("99.70")
    assert overview["by_category"] == [
        {"category": "dining", "amount": Decimal("0.30"), "count": 3, "share": 1.0}
    ]
    assert analytics.overview(currency="JPY")["totals"]["expense"] == Decimal(7)
    assert [total["currency"] for total in overview["currencies"]] == ["USD", "JPY"]


def test_months_without_a_transaction_are_shown_as_empty(analytics, transactions):
    transactions.add([new(day=date(2025, 11, 5)), new(day=date(2026, 2, 1))], source="api", at=NOW)
    months = analytics.overview()["by_month"]
    assert [total["month"] for total in months] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert months[1]["count"] == 0


def test_the_period_narrows_everything(analytics, transactions):
    transactions.add([new(day=date(2025, 11, 5)), new(day=date(2026, 2, 1))], source="api", at=NOW)
    assert analytics.overview(since=date(2026, 1, 1), until=date(2026, 2, 1))["totals"]["count"] == 1


def test_transfers_savings_and_refunds_are_neither_spent_nor_earned(analytics, history):
    overview = analytics.overview()
    assert overview["totals"] == {
        "count": 15,
        "expense": Decimal("130.15"),  # 90 - 40 + 120.10 - 50 + 7.05 + 3
        "income": Decimal(2908),
        "saved": Decimal(800),
        "transfer": Decimal(1079),
        "net": Decimal("2777.85"),
    }
    assert [(row["category"], row["amount"]) for row in overview["by_category"]] == [
        ("groceries", Decimal("120.10")),
        (None, Decimal("7.05")),
        ("a-deleted-category", Decimal(3)),
        ("dining", Decimal(0)),
    ]


def test_rows_without_a_category_are_summed_by_their_direction(analytics, history):
    part = analytics.overview()["uncategorized"]
    assert (part["count"], part["expense"], part["income"]) == (4, Decimal("10.05"), Decimal(8))
    assert part["transfer"] == Decimal(9)


def test_a_suggested_category_that_contradicts_the_type_does_not_count(analytics, transactions):
    rows = [
        new("nordwind", "2500", category="dining", direction=INCOME, band=Band.SUGGEST),
        new("nordwind", "30", category="dining", direction=INCOME),
        new("acme", "40", category="salary", band=Band.SUGGEST),
        new("nordwind", "100", category="dining", band=Band.SUGGEST),
    ]
    transactions.add(rows, source="api", at=NOW)
    overview = analytics.overview()
    assert (overview["totals"]["income"], overview["totals"]["expense"]) == (2500, 110)
    assert {row["category"]: row["amount"] for row in overview["by_category"]} == {"dining": 70, "salary": 40}
    assert {row["group"]: row["amount"] for row in overview["essential_vs_discretionary"]} == {
        Group.DISCRETIONARY: 70,
        None: 40,
    }
    assert {row["merchant"]: row["amount"] for row in overview["top_merchants"]} == {
        "nordwind": 70,
        "acme": 40,
    }
    assert (overview["uncategorized"]["income"], overview["uncategorized"]["expense"]) == (2500, 40)


def test_what_is_set_apart_is_listed_with_both_ends(analytics, history):
    rows = analytics.overview()["savings_and_transfers"]
    assert [(row["kind"], row["category"], row["amount"], row["out"], row["in"]) for row in rows] == [
        ("saved", "savings", 800, 1000, 200),
        ("transferred", "debt", 1000, 500, 500),
        ("transferred", "groceries", 70, 0, 0),
        ("transferred", None, 9, 0, 0),
    ]


def test_every_breakdown_adds_up_to_what_was_spent(analytics, history):
    overview = analytics.overview()
    spent = overview["totals"]["expense"]
    for name in ("by_category", "by_mode", "by_month_category", "essential_vs_discretionary"):
        assert sum(row["amount"] for row in overview[name]) == spent, name
        assert sum(row["share"] for row in overview[name]) == pytest.approx(1), name
    assert sum(month["expense"] for month in overview["by_month"]) == spent
    groups = [row["group"] for row in overview["essential_vs_discretionary"]]
    assert groups == [Group.ESSENTIAL, None, Group.DISCRETIONARY]


def test_a_merchant_counts_with_what_was_spent_there_less_refunds(analytics, history):
    merchants = {row["merchant"]: row["amount"] for row in analytics.overview()["top_merchants"]}
    assert merchants == {
        "grocer": Decimal("120.10"),
        "bistro": Decimal(50),
        "what": Decimal("7.05"),
        "gone": Decimal(3),
    }


def test_months_that_the_history_does_not_cover_are_marked(analytics, transactions):
    days = [date(2025, 12, 20), date(2026, 1, 31), date(2026, 3, 19)]
    transactions.add([new(day=day) for day in days], source="api", at=NOW)
    transactions.add([new(day=date(2025, 1, 1), currency="JPY")], source="api", at=NOW)
    months = analytics.overview(currency="USD")["by_month"]
    assert [(month["month"], month["partial"]) for month in months] == [
        ("2025-12", True),
        ("2026-01", False),
        ("2026-02", False),
        ("2026-03", True),
    ]
    [january] = analytics.overview(since=date(2026, 1, 1), until=date(2026, 1, 31))["by_month"]
    assert not january["partial"]


def test_a_month_is_known_to_its_end_if_the_accounts_have_later_transactions_in_any_currency(
    analytics, transactions
):
    def is_partial():
        return analytics.overview(currency="USD")["by_month"][-1]["partial"]

    transactions.add([new(day=date(2026, 2, 4), account="Card")], source="api", at=NOW)
    transactions.add([new(day=date(2026, 3, 2), currency="JPY", account="Other")], source="api", at=NOW)
    assert is_partial()
    transactions.add([new(day=date(2026, 3, 2), currency="JPY", account="Card")], source="api", at=NOW)
    assert not is_partial()
    assert analytics.coverage("USD").ends == date(2026, 2, 4)
