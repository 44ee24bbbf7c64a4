"""Month totals under concurrent writes, interruptions and changed settings."""

import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from bson import ObjectId
from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from src.domain.preferences import Preferences
from src.services.mongo.marking import MARK, MarkedTransactions
from src.services.totals import counting
from src.services.totals import rows as rows_module
from src.services.totals.counting import MonthTotals
from src.services.totals.reading import Wanted, rows_by_currency, sums_of
from src.services.totals.stale import forget_stale, read_stale
from src.services.transactions.repository import Transactions
from tests.services.rows import keep, new


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def totals(database):
    return MonthTotals(database, Preferences)


def spent(totals, by=("month",), **where):
    sums = sums_of(totals, Wanted("USD", by=by, **where))
    return {tuple(row.values[name] for name in by): row.amount for row in sums}


def keep_months(transactions, *amounts):
    """One row of each amount, in January, February …"""
    days = [date(2026, month + 1, 4) for month in range(len(amounts))]
    return keep(
        transactions, *(new(amount=amount, day=day) for amount, day in zip(amounts, days, strict=True))
    )


def test_a_new_row_is_stored_with_one_operation(database, transactions):
    raw = database.collection("transactions").database
    raw.command("profile", 2)
    keep(transactions, new())
    raw.command("profile", 0)
    operations = [entry["op"] for entry in raw["system.profile"].find({"op": {"$ne": "command"}})]
    raw.drop_collection("system.profile")
    assert operations == ["insert"]


@pytest.mark.parametrize(
    "update",
    [
        {"$set": {"category": "pets"}},
        {"$set": {"splits.0.amount": 1}},
        {"$unset": {"transfer": ""}},
        [{"$set": {"amount": {"$add": ["$amount", 1]}}}],
        [{"$unset": ["account"]}],
        [{"$replaceWith": {"$mergeObjects": ["$$ROOT", {"amount": 5}]}}],
    ],
)
def test_an_update_of_what_counts_marks_the_row(database, transactions, totals, update):
    keep(transactions, new())
    totals.refresh()
    if "splits.0.amount" in str(update):
        database.collection("transactions").update_one(
            {}, {"$set": {"splits": [{"amount": 2, "category": "a"}]}}
        )
    database.transactions.update_one({}, update)
    assert totals.uncounted() > 0
    totals.refresh()
    assert totals.uncounted() == 0


def test_an_update_of_other_fields_marks_nothing(database, transactions, totals):
    keep(transactions, new())
    totals.refresh()
    database.transactions.update_many({}, {"$set": {"notes": "x"}, "$inc": {"revision": 1}})
    database.transactions.bulk_write([UpdateOne({}, [{"$set": {"tags": ["a"]}}])])
    assert totals.uncounted() == 0


def test_a_write_that_would_not_be_counted_is_refused(database):
    for name in ("replace_one", "find_one_and_update", "find_one_and_delete", "drop", "rename"):
        with pytest.raises(AttributeError, match=name):
            getattr(database.transactions, name)
    for operation in (InsertOne({}), UpdateOne({}, {"$set": {"amount": 1}}, upsert=True)):
        with pytest.raises(TypeError):
            database.transactions.bulk_write([operation])


def test_many_new_rows_are_noted_and_not_marked(database, transactions, totals):
    keep(transactions, *(new(day=date(2026, 1 + number % 12, 1)) for number in range(120)))
    assert database.transactions.count_documents({MARK: {"$exists": True}}) == 0
    assert totals.uncounted() == 120
    assert totals.refresh()
    assert len(spent(totals)) == 12


def test_rows_whose_key_exists_leave_the_others_counted(database, transactions, totals):
    database.transactions.insert_one({"key": "k", "owner": "local", **_raw()})
    rows = [{"key": f"{number or 'k'}", "owner": "local", **_raw()} for number in range(120)]
    with pytest.raises(BulkWriteError):
        database.transactions.insert_many(rows, ordered=False)
    totals.refresh()
    assert totals.uncounted() == 0
    assert spent(totals) == {("2026-03",): 120 * 5}


def _raw():
    fields = {"amount": 5, "currency": "USD", "direction": "expense", "mode": None, "category": "pets"}
    return {**fields, "date": counting.midnight(date(2026, 3, 1)), "merchant": "a", "needs_review": False}


def test_rows_that_leave_a_month_are_no_longer_counted_there(database, transactions, totals):
    rows = keep_months(transactions, "1", "2", "3")
    totals.refresh()
    ids = [ObjectId(row.id) for row in rows]
    database.transactions.update_one({"_id": ids[0]}, {"$set": {"date": counting.midnight(date(2026, 3, 1))}})
    database.transactions.bulk_write([UpdateOne({"_id": ids[1]}, {"$set": {"currency": "EUR"}})])
    totals.refresh()
    assert spent(totals) == {("2026-03",): 400}
    database.transactions.delete_many({"_id": {"$in": ids}})
    totals.refresh()
    assert spent(totals) == {}
    assert rows_by_currency(totals, None, None) == {}
    assert database.stale_months.count_documents({}) == 0


def test_a_deletion_after_which_the_process_was_killed_is_counted(
    database, transactions, totals, monkeypatch
):
    keep_months(transactions, "1", "2")
    totals.refresh()
    with monkeypatch.context() as patch:
        patch.setattr("src.services.mongo.marking.MarkedTransactions._close", lambda self, note: None)
        database.transactions.delete_many({"amount": 100})
    assert totals.refresh()
    assert spent(totals) == {("2026-02",): 200}
    assert database.stale_months.count_documents({}) == 1  # it might not have been done yet
    database.stale_months.update_many({}, {"$set": {"open_until": counting.midnight(date(2020, 1, 1))}})
    assert totals.refresh()
    assert database.stale_months.count_documents({}) == 0


def test_a_row_that_is_moved_while_it_is_deleted_is_counted_nowhere(
    database, transactions, totals, monkeypatch
):
    [row, _] = keep_months(transactions, "1", "2")
    totals.refresh()
    moved, noted = [], MarkedTransactions._noted

    def overtaken(rows, days, number):
        if not moved:
            moved.append(True)
            day = {"$set": {"date": counting.midnight(date(2026, 3, 1))}}
            database.transactions.update_one({"_id": ObjectId(row.id)}, day)
            totals.refresh()
        return noted(rows, days, number)

    monkeypatch.setattr(MarkedTransactions, "_noted", overtaken)
    assert database.transactions.delete_many({"_id": ObjectId(row.id)}) == 1
    totals.refresh()
    assert spent(totals) == {("2026-02",): 200}


def test_what_changes_while_it_is_counted_is_counted_again(database, transactions, totals):
    totals.refresh()
    keep_months(transactions, "1", "2")
    stale = read_stale(database, 1)
    database.transactions.update_one({"amount": 100}, {"$set": {"amount": 700}})
    forget_stale(database, stale)
    assert totals.uncounted() == 1


def test_counting_that_was_killed_before_its_end_is_repeated(database, transactions, totals, monkeypatch):
    keep_months(transactions, "1", "2")

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(counting, "forget_stale", killed)
        with pytest.raises(KeyboardInterrupt):
            totals.refresh()
    revision = totals.revision()
    other = MonthTotals(database, Preferences)
    assert other.refresh()
    assert other.revision() > revision
    assert (other.uncounted(), spent(other)) == (0, {("2026-01",): 100, ("2026-02",): 200})


def test_no_revision_comes_again_after_everything_was_erased(database, transactions, totals):
    keep_months(transactions, "1")
    totals.refresh()
    revision = totals.revision()
    database.empty()
    keep_months(transactions, "2")
    totals.refresh()
    assert totals.revision() > revision


def test_an_older_count_never_replaces_a_newer_one(database, transactions, totals, monkeypatch):
    keep_months(transactions, "1")
    other, table_of, done = MonthTotals(database, Preferences), counting.tables_of, []

    def overtaken(rows):
        counted = table_of(rows)
        if not done:
            done.append(True)
            keep_months(transactions, "5")
            assert other.refresh()
        return counted

    monkeypatch.setattr(counting, "tables_of", overtaken)
    assert totals.refresh()
    assert spent(totals) == {("2026-01",): 600}


def write_at_random(database, transactions, ids, seed):
    chance = random.Random(seed)
    for _ in range(60):
        day = date(2026, chance.randrange(1, 7), 4)
        fields = {"amount": chance.randrange(1, 999)}
        if chance.random() < 0.4:
            fields["date"] = counting.midnight(day)
        database.transactions.update_one({"_id": chance.choice(ids)}, {"$set": fields})
        if chance.random() < 0.2:
            keep(transactions, new(amount="1", day=day))
            database.transactions.delete_many({"amount": 100})


def test_writers_and_counters_at_the_same_time_agree_at_the_end(database, transactions):
    counters = [MonthTotals(database, Preferences) for _ in range(3)]
    keep_months(transactions, *"123456")
    ids = [row["_id"] for row in database.transactions.find({}, {"_id": 1})]
    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(write_at_random, database, transactions, ids, seed) for seed in range(3)]

        def count(totals):
            while not all(writer.done() for writer in writers):
                totals.refresh()

        list(pool.map(count, counters))
    for writer in writers:
        writer.result()
    assert counters[0].refresh()
    expected = defaultdict(int)
    for row in database.transactions.find({}):
        expected[(f"{row['date']:%Y-%m}",)] += int(row["amount"])
    assert spent(counters[0]) == expected
    assert counters[0].uncounted() == 0


def test_months_that_begin_on_another_day_are_counted_anew(database, transactions):
    preferences = [Preferences()]
    totals = MonthTotals(database, lambda: preferences[0])
    rows = [new(amount="1", day=date(2026, 1, day)) for day in (24, 25)]
    keep(transactions, *rows, new(amount="2", day=date(2025, 12, 31)))
    totals.refresh()
    assert spent(totals) == {("2025-12",): 200, ("2026-01",): 200}
    preferences[0] = Preferences(month_starts=25)
    totals.refresh()
    assert spent(totals) == {("2025-12",): 300, ("2026-01",): 100}
    database.transactions.update_one(
        {"amount": 200}, {"$set": {"date": counting.midnight(date(2026, 1, 26))}}
    )
    totals.refresh()
    assert spent(totals) == {("2025-12",): 100, ("2026-01",): 300}
    assert spent(totals, by=(), since=date(2026, 1, 25)) == {(): 300}


def test_rows_of_an_earlier_release_are_counted_once(database, totals):
    database.collection("transactions").insert_one({"owner": "local", **_raw()})
    assert totals.uncounted() == 1
    totals.refresh()
    assert (totals.uncounted(), spent(totals)) == (0, {("2026-03",): 5})


def test_many_changes_are_left_to_the_scheduler(database, transactions, totals):
    assert totals.refresh()
    keep_months(transactions, *"123")
    assert not totals.refresh(at_most=2)
    assert (totals.uncounted(), spent(totals)) == (3, {})
    assert totals.refresh(at_most=3)
    assert totals.uncounted() == 0


def test_a_first_count_of_many_rows_is_asked_of_the_scheduler(database, totals):
    database.collection("transactions").insert_many([{"owner": "local", **_raw()} for _ in range(3)])
    assert not totals.refresh(at_most=2)
    assert totals.uncounted() == 3
    assert database.stale_months.count_documents({}) == 1
    assert totals.refresh()
    assert (totals.uncounted(), database.stale_months.count_documents({})) == (0, 0)


def test_a_year_follows_its_months(transactions, totals):
    keep_months(transactions, *"123")
    totals.refresh()
    assert spent(totals, by=("merchant",)) == {("blue door",): 600}
    keep_months(transactions, *"1234")
    totals.refresh()
    assert spent(totals, by=("merchant",)) == {("blue door",): 1600}
    assert spent(totals, by=("merchant",), since=date(2026, 2, 1)) == {("blue door",): 1400}


def test_more_sums_than_a_document_can_have_are_made_of_the_rows(transactions, totals, monkeypatch):
    monkeypatch.setattr("src.services.totals.tables.MOST_SUMS", 3)
    keep_months(transactions, *"123")
    keep(transactions, *(new(f"merchant {number}", amount="1", day=date(2026, 2, 2)) for number in range(5)))
    totals.refresh()
    expected = {(f"merchant {number}",): 100 for number in range(5)} | {("blue door",): 600}
    assert spent(totals, by=("merchant",)) == expected
    assert spent(totals) == {("2026-01",): 100, ("2026-02",): 700, ("2026-03",): 300}


def test_more_sums_of_a_day_than_a_document_can_have_are_made_of_its_rows(transactions, totals, monkeypatch):
    monkeypatch.setattr("src.services.totals.tables.MOST_SUMS", 3)
    keep(transactions, *(new(f"merchant {number}", amount="1", day=date(2026, 2, 2)) for number in range(5)))
    keep(transactions, new(amount="2", day=date(2026, 2, 3)))
    totals.refresh()
    assert spent(totals) == {("2026-02",): 700}
    of_five = {(f"merchant {number}",): 100 for number in range(5)}
    assert spent(totals, by=("merchant",), until=date(2026, 2, 2)) == of_five


def test_only_the_days_of_a_change_are_counted_again(database, transactions, totals, monkeypatch):
    rows = keep(transactions, *(new(amount="1", day=date(2026, 2, day)) for day in (1, 2, 3)))
    totals.refresh()
    monkeypatch.setattr(
        counting, "entries_of_rows", lambda database, query: read.append(query) or of_rows(database, query)
    )
    read, of_rows = [], rows_module.entries_of_rows
    database.transactions.update_one({"_id": ObjectId(rows[1].id)}, {"$set": {"amount": 500}})
    database.transactions.delete_many({"_id": ObjectId(rows[2].id)})
    totals.refresh()
    days = [counting.midnight(date(2026, 2, day)) for day in (2, 3)]
    assert [sorted(query["date"]["$in"]) for query in read] == [days]
    assert spent(totals) == {("2026-02",): 600}
    assert spent(totals, by=("day",)) == {("2026-02-01",): 100, ("2026-02-02",): 500}


def test_sums_of_days_are_those_of_the_rows(database, transactions, totals):
    chance = random.Random(1)
    rows = [
        new(chance.choice(("Blue Door", "Red Sea")), amount=f"{chance.randrange(1, 99)}", day=day, mode=mode)
        for day in (date(2026, 1 + number // 28, 1 + number % 28) for number in range(84))
        for mode in chance.choices(("card", "cash", None), k=2)
    ]
    keep(transactions, *rows)
    totals.refresh()
    since, until = date(2026, 1, 12), date(2026, 3, 9)
    for by in (("mode",), ("merchant",), ("day",), ("weekday",), ("mode", "merchant"), ("month", "day"), ()):
        expected = defaultdict(int)
        for row in database.transactions.find({"date": {"$gte": counting.midnight(since)}}):
            if (day := row["date"].date()) <= until:
                fields = {"weekday": day.weekday(), "day": day.isoformat(), "month": f"{day:%Y-%m}"}
                expected[tuple({**row, **fields}[name] for name in by)] += int(row["amount"])
        assert spent(totals, by=by, since=since, until=until) == expected
    counts = rows_by_currency(totals, since, until)
    assert counts == {"USD": sum(since <= row.transaction.date <= until for row in rows)}


def test_erasing_everything_leaves_no_sums(database, transactions, totals):
    keep_months(transactions, *"123")
    totals.refresh()
    database.empty()
    assert totals.refresh()
    assert spent(totals) == {}
    assert totals.uncounted() == 0
