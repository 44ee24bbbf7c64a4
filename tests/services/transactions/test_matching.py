"""The number of transactions that a filter matches, and pages of what a large ledger has no index for."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pymongo.errors import ExecutionTimeout

from src.domain.preferences import Preferences
from src.domain.transactions import Direction, HistoryFilter, Split
from src.services.mongo.marking import MarkedTransactions
from src.services.totals.counting import MonthTotals
from src.services.transactions import matching
from src.services.transactions.repository import Transactions
from tests.services.rows import keep, new

ACCOUNTS, MODES, CURRENCIES = ("Giro", "Card", None), ("card", "cash", None), ("USD", "EUR")
BEGINS = date(2025, 11, 20)


@pytest.fixture
def transactions(database):
    return Transactions(database, MonthTotals(database, Preferences))


def row_of(draw):
    made = new(
        currency=draw.choice(CURRENCIES),
        day=BEGINS + timedelta(days=draw.randrange(100)),
        account=draw.choice(ACCOUNTS),
        mode=draw.choice(MODES),
        direction=draw.choice(list(Direction)),
    )
    if draw.random() < 0.2:
        half = made.transaction.amount / 2
        made = replace(
            made, transaction=replace(made.transaction, splits=(Split(half, "pets"), Split(half, "dining")))
        )
    return made


def filter_of(draw):
    def sometimes(value):
        return value if draw.random() < 0.4 else None

    since = BEGINS + timedelta(days=draw.randrange(100))
    return HistoryFilter(
        since=sometimes(since),
        until=sometimes(since + timedelta(days=draw.randrange(60))),
        currency=sometimes(draw.choice(CURRENCIES)),
        account=sometimes(draw.choice(ACCOUNTS[:2])),
        mode=sometimes(draw.choice(MODES[:2])),
        direction=sometimes(draw.choice(list(Direction))),
        weekdays=sometimes((0, 5)) or (),
        without=sometimes(draw.choice((("account",), ("mode",), ("account", "mode"), ("merchant",)))) or (),
        category=sometimes("pets") if draw.random() < 0.3 else None,
    )


def test_the_total_is_that_of_the_transactions(database, transactions):
    draw = random.Random(5)
    rows = keep(transactions, *(row_of(draw) for _ in range(150)))
    database.transactions.update_many({"mode": "cash"}, {"$set": {"transfer": "t", "needs_review": False}})
    database.transactions.update_many({"account": "Card"}, {"$set": {"refund_of": rows[0].id}})
    for _ in range(60):
        where = filter_of(draw)
        page = transactions.history(where, limit=500)
        assert page.total == len(page.items) == len(list(transactions.stream(where))), where
        assert page.total_is_exact


def test_a_count_that_takes_too_long_says_what_is_known(transactions, monkeypatch):
    keep(transactions, *(new(amount=str(number + 1)) for number in range(30)))
    where = HistoryFilter(status="predicted")

    def pages(limit):
        page = transactions.history(where, limit=limit)
        yield page.total, page.total_is_exact
        while page.next_cursor:
            page = transactions.history(where, limit=limit, cursor=page.next_cursor)
            yield page.total, page.total_is_exact

    def too_long(collection, query, **options):
        raise ExecutionTimeout("operation exceeded time limit")

    assert list(pages(12)) == [(30, True)] * 3
    monkeypatch.setattr(matching, "_LARGE", 20)
    monkeypatch.setattr(MarkedTransactions, "count_documents", too_long, raising=False)
    assert list(pages(12)) == [(13, False), (25, False), (30, False)]
    assert list(pages(40)) == [(30, True)]
