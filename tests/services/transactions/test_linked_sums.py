"""Sums of own transfers and linked refunds."""

from datetime import date
from decimal import Decimal

from bson import Int64, ObjectId

from src.domain.transactions import HistoryFilter
from tests.services.rows import keep, new
from tests.services.transactions.test_analytics import INCOME, analytics, transactions

__all__ = ["analytics", "transactions"]


def link(database, row, **fields):
    database.transactions.update_one({"_id": ObjectId(row.id)}, {"$set": fields})


def test_paired_rows_are_neither_spent_nor_earned_whatever_their_category(database, transactions, analytics):
    out, into, _ = keep(
        transactions,
        new("own bank", "500", category="dining"),
        new("own name", "500", category="salary", direction=INCOME),
        new("bistro", "20"),
    )
    for row in (out, into):
        link(database, row, transfer="pair")
    overview = analytics.overview()
    totals = overview["totals"]
    assert (totals["expense"], totals["income"], totals["transfer"]) == (20, 0, 500)
    assert [(row["category"], row["amount"]) for row in overview["by_category"]] == [("dining", 20)]
    assert [row["merchant"] for row in overview["top_merchants"]] == ["bistro"]
    assert overview["by_month"][0]["expense"] == 20


def test_a_paired_row_without_a_category_is_not_counted_by_its_type(database, transactions, analytics):
    [row] = keep(transactions, new("own name", "500", category=None, direction=INCOME))
    link(database, row, transfer="pair")
    assert analytics.overview()["uncategorized"]["count"] == 0


def test_a_linked_refund_lowers_its_purchases_category_and_merchant_in_its_own_month(
    database, transactions, analytics
):
    purchase, refund = keep(
        transactions,
        new("shoe shop", "90", category="groceries", day=date(2026, 1, 20)),
        new("card credit", "30", category=None, direction=INCOME, day=date(2026, 2, 3)),
    )
    link(database, refund, refund_of=ObjectId(purchase.id))
    overview = analytics.overview()
    assert [(row["category"], row["amount"]) for row in overview["by_category"]] == [("groceries", 60)]
    assert [(row["month"], row["expense"]) for row in overview["by_month"]] == [
        ("2026-01", Decimal(90)),
        ("2026-02", Decimal(-30)),
    ]
    assert overview["totals"]["income"] == 0
    assert [(row["merchant"], row["amount"]) for row in overview["top_merchants"]] == [("shoe shop", 60)]


def test_a_refund_whose_purchase_is_gone_still_lowers_spending(database, transactions, analytics):
    [refund] = keep(transactions, new("card credit", "30", category=None, direction=INCOME))
    link(database, refund, refund_of=ObjectId())
    assert analytics.overview()["totals"]["expense"] == -30


def split(database, row, **parts):
    parts = [
        {"amount": Int64(100 * amount), "category": name, "notes": None} for name, amount in parts.items()
    ]
    link(database, row, splits=parts)


def test_a_refund_of_a_split_purchase_lowers_the_categories_of_its_parts(database, transactions, analytics):
    purchase, refund = keep(
        transactions,
        new("big shop", "100", category="dining"),
        new("card credit", "70", category=None, direction=INCOME),
    )
    split(database, purchase, groceries=60, pets=40)
    lowered = [{"part": 0, "amount": Int64(6000)}, {"part": 1, "amount": Int64(1000)}]
    link(database, refund, refund_of=ObjectId(purchase.id), refund_parts=lowered)
    overview = analytics.overview()
    assert {row["category"]: row["amount"] for row in overview["by_category"]} == {"groceries": 0, "pets": 30}
    assert (overview["totals"]["expense"], overview["totals"]["count"]) == (30, 2)
    assert [(row["merchant"], row["amount"]) for row in overview["top_merchants"]] == [("big shop", 30)]


def test_a_refund_of_a_purchase_with_a_doubtful_category_lowers_spending(database, transactions, analytics):
    purchase, refund = keep(
        transactions,
        new("shoe shop", "90", category="salary"),
        new("card credit", "30", category=None, direction=INCOME),
    )
    link(database, purchase, needs_review=True)
    link(database, refund, refund_of=ObjectId(purchase.id))
    totals = analytics.overview()["totals"]
    assert (totals["expense"], totals["income"]) == (60, 0)


def test_what_was_moved_counts_once_and_each_end_by_itself(database, transactions, analytics):
    ends = keep(
        transactions,
        new("own bank", "500", account="Main", day=date(2026, 1, 31)),
        new("own name", "500", account="Pot", direction=INCOME, day=date(2026, 2, 1)),
        new("own bank", "200", account="Pot"),
        new("own name", "200", account="Main", direction=INCOME),
        new("exchange", "100", account="Main"),
        new("exchange", "110", account="Main", direction=INCOME, currency="EUR"),
    )
    for number, row in enumerate(ends):
        link(database, row, transfer=f"pair {number // 2}")

    def moved(**where):
        return {row["currency"]: row["transfer"] for row in analytics.totals(HistoryFilter(**where))}

    assert moved() == {"USD": 800, "EUR": 110}
    assert moved(account="Main") == {"USD": 800, "EUR": 110}
    assert moved(account="Pot") == {"USD": 700}
    assert moved(direction=INCOME) == {"USD": 700, "EUR": 110}
    overview = analytics.overview(currency="USD")
    assert [(row["month"], row["transfer"]) for row in overview["by_month"]] == [
        ("2026-01", 500),
        ("2026-02", 0),
        ("2026-03", 300),
    ]
    [row] = overview["savings_and_transfers"]
    assert (row["amount"], row["out"], row["in"]) == (800, 800, 700)


def test_cells_are_split_by_the_dimensions_asked_for(database, transactions, analytics):
    purchase, refund, out, into = keep(
        transactions,
        new("shoe shop", "90", category="groceries", day=date(2026, 1, 20)),
        new("card credit", "30", category=None, direction=INCOME, day=date(2026, 2, 3)),
        new("own bank", "500", category="dining"),
        new("own name", "500", category="salary", direction=INCOME),
    )
    link(database, refund, refund_of=ObjectId(purchase.id))
    link(database, out, transfer="pair", account="Giro")
    link(database, into, transfer="pair", account="Savings")

    def counted(*by, **where):
        cells = analytics.cells(currency="USD", by=by, **where)
        return {tuple(getattr(cell, name) for name in ("flow", *by)): cell.counted for cell in cells}

    by_month = counted("month", "merchant", categories=["groceries"])
    assert by_month == {("spent", "2026-01", "shoe shop"): 90, ("spent", "2026-02", "shoe shop"): -30}
    by_day = counted("day", categories=["groceries"])
    assert by_day == {("spent", "2026-01-20"): 90, ("spent", "2026-02-03"): -30}
    assert counted("account", account="Savings") == {("transferred", "Savings"): 500}
    assert counted(categories=[None]) == {}
