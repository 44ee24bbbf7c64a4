"""Counts by month are those of the transactions, after any change."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from src.domain.predictions import Band, DecidedBy
from src.domain.preferences import Preferences
from src.services.monitoring import quality_months
from src.services.monitoring.quality_counts import QualityCounts
from src.services.monitoring.quality_months import QualityMonths
from src.services.totals.counting import MonthTotals
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, answer, keep, new

BEGINS = date(2025, 11, 20)


@pytest.fixture(params=[1, 15])
def totals(database, request):
    return MonthTotals(database, lambda: replace(Preferences(), month_starts=request.param))


@pytest.fixture
def counts(database):
    return QualityCounts(database, Preferences)


@pytest.fixture
def months(database, totals, counts):
    return QualityMonths(database, totals, counts, Preferences)


def row_of(draw):
    category = draw.choice(("dining", "pets", None))
    made = new(
        category=category,
        day=BEGINS + timedelta(days=draw.randrange(100)),
        currency=draw.choice(("USD", "EUR")),
        band=draw.choice(list(Band)) if category else Band.UNKNOWN,
    )
    prediction = replace(
        made.prediction, confidence=draw.choice((0.5, 0.75)), decided_by=draw.choice(list(DecidedBy))
    )
    return replace(made, prediction=prediction)


def sorted_(counts):
    return sorted(counts, key=repr)


def same_as_counted(months, counts, since=None, until=None):
    tables = months.tables(since, until)
    answers, confusions = counts.answers(since=since, until=until)
    assert sorted_(tables.answers) == sorted_(answers)
    assert sorted_(tables.confusions) == sorted_(confusions)
    assert sorted_(tables.predictions) == sorted_(counts.predictions(since=since, until=until))
    assert tables.uncounted == 0


def test_counts_are_those_of_the_transactions_after_any_change(database, months, counts):
    draw, transactions, events = random.Random(7), Transactions(database), FeedbackEvents(database)
    same_as_counted(months, counts)
    for step in range(6):
        rows = keep(transactions, *(row_of(draw) for _ in range(12)))
        for row in rows[:5]:
            category = draw.choice(("dining", "pets"))
            events.add(
                [(row.id, answer(category, act=f"{step}", at=NOW + timedelta(days=draw.randrange(9))))]
            )
        if step % 2:
            months.tables()
        moved = replace(rows[5].transaction, date=BEGINS)
        transactions.amend(rows[5].id, lambda row, moved=moved: (moved, None, ()))
        database.transactions.delete_many({"_id": {"$exists": True}, "merchant": "x"})
        database.transactions.delete_many(
            {"date": database.transactions.find_one({}, {"date": 1})["date"], "currency": "EUR"}
        )
        since = BEGINS + timedelta(days=draw.randrange(100))
        until = since + timedelta(days=draw.randrange(70))
        for period in ((None, None), (since, None), (None, until), (since, until)):
            same_as_counted(months, counts, *period)
            same_as_counted(months, counts, *period)


def test_only_months_that_changed_are_counted_again(database, months, counts, monkeypatch):
    transactions = Transactions(database)
    keep(transactions, *(new(day=date(2026, month, 4)) for month in (1, 2, 3)))
    months.tables()
    counted = []
    monkeypatch.setattr(counts, "predictions", lambda **days: counted.append(days["since"].month) or [])
    monkeypatch.setattr(months, "_counts", counts)
    months.tables()
    keep(transactions, new(day=date(2026, 2, 5)))
    months.tables()
    assert len(counted) == 1


def test_very_many_changes_are_left_to_the_analysis(database, months, counts, monkeypatch):
    transactions = Transactions(database)
    keep(transactions, *(new(day=date(2026, month, 4)) for month in (1, 2, 3)))
    monkeypatch.setattr(quality_months, "_AT_ONCE", 2)
    assert months.tables().uncounted > 0
    months.refresh()
    same_as_counted(months, counts)
