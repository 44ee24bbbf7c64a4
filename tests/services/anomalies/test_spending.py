"""What counts as spending, on the real MongoDB."""

from datetime import date

import pytest
from bson import ObjectId

from src.domain.categories import Category, Group
from src.domain.transactions import Direction
from src.services.anomalies.spending import SpendingHistory
from src.services.transactions.repository import Transactions
from tests.services.rows import keep, new

DAY = date(2026, 3, 4)
CATEGORIES = [
    Category("dining", "Dining", Group.DISCRETIONARY, "#111111"),
    Category("groceries", "Groceries", Group.ESSENTIAL, "#222222"),
    Category("savings", "Savings", Group.SAVING, "#333333"),
]


@pytest.mark.parametrize(
    ("lowered", "expected"),
    [
        ([], [(7000, "groceries")]),
        ([(1, 2500)], [(4500, "dining")]),
        ([(2, 1000)], [(7000, "groceries")]),  # it was put aside, not spent
        ([(0, 4000), (1, 3000)], []),
        (None, [(6900, "groceries")]),  # a refund of all of it
    ],
)
def test_a_refund_lowers_the_parts_that_it_is_for(database, lowered, expected):
    transactions = Transactions(database)
    [purchase, refund] = keep(
        transactions,
        new(amount="80", day=DAY),
        new(amount="1", day=DAY, direction=Direction.INCOME),
    )
    rows = database.collection("transactions")
    parts = [("dining", 3000), ("groceries", 4000), ("savings", 1000)]
    splits = [{"amount": amount, "category": category} for category, amount in parts]
    rows.update_one({"_id": ObjectId(purchase.id)}, {"$set": {"splits": splits}})
    refunds = {"refund_of": ObjectId(purchase.id)}
    if lowered:
        refunds["refund_parts"] = [{"part": part, "amount": amount} for part, amount in lowered]
    if lowered != []:
        rows.update_one({"_id": ObjectId(refund.id)}, {"$set": refunds})
    spending = SpendingHistory(database, lambda: CATEGORIES).newest(since=DAY, until=DAY)
    assert [(payment.amount, payment.category) for payment in spending] == expected
