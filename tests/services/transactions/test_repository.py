from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from src.domain.transactions import HISTORY_SORTS, Direction, HistoryFilter
from src.errors import InvalidInput, NotFound
from src.services.mongo.collections import SUPERSEDED
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, answer, keep, new


@pytest.fixture
def transactions(database):
    database.ensure_indexes()
    return Transactions(database)


@pytest.fixture
def add_answer(database):
    """Store a person's answer to one row."""
    events = FeedbackEvents(database)
    return lambda transaction_id, event: events.add([(transaction_id, event)])


def test_a_transaction_comes_back_as_it_was_given(transactions):
    made = new(
        amount="1234567890.125", currency="KWD", direction=Direction.INCOME, mode="UPI", subcategory="tea"
    )
    [kept] = keep(transactions, made)
    assert transactions.get(kept.id) == kept
    assert kept.transaction == made.transaction
    assert str(kept.transaction.amount) == "1234567890.125"


def test_an_id_that_names_nothing_is_not_found(transactions):
    for id_ in ("0" * 24, "x", "", "$where"):
        with pytest.raises(NotFound):
            transactions.get(id_)


@pytest.mark.parametrize("sort", HISTORY_SORTS)
def test_paging_shows_every_row_once_whatever_the_order(transactions, sort):
    keep(
        transactions,
        *(new(amount=f"{1 + i % 7}", day=date(2026, 1, 1) + timedelta(days=i % 5)) for i in range(47)),
    )
    seen, cursor = [], None
    while True:
        page = transactions.history(HistoryFilter(), sort=sort, limit=10, cursor=cursor)
        seen += [row.id for row in page.items]
        assert page.total == 47
        if (cursor := page.next_cursor) is None:
            break
    assert len(seen) == len(set(seen)) == 47


@pytest.mark.parametrize("sort", HISTORY_SORTS)
def test_going_back_shows_the_same_pages_whatever_the_order(transactions, sort):
    keep(transactions, *(new(amount=f"{1 + i % 3}", day=date(2026, 1, 1 + i % 4)) for i in range(23)))
    pages = [transactions.history(HistoryFilter(), sort=sort, limit=5)]
    while cursor := pages[-1].next_cursor:
        pages.append(transactions.history(HistoryFilter(), sort=sort, limit=5, cursor=cursor))
    assert [page.start for page in pages] == [0, 5, 10, 15, 20]
    for page, earlier in zip(pages[:0:-1], pages[-2::-1], strict=True):
        back = transactions.history(HistoryFilter(), sort=sort, limit=5, cursor=page.previous_cursor)
        assert (back.items, back.start, back.total) == (earlier.items, earlier.start, 23)
    assert pages[0].previous_cursor is None


def test_a_cursor_that_no_page_gave_is_refused(transactions):
    keep(transactions, *(new() for _ in range(3)))
    real = transactions.history(HistoryFilter(), limit=1).next_cursor
    for cursor in ("x", "é", "bnVsbA", "W10", real[:-4]):
        with pytest.raises(InvalidInput):
            transactions.history(HistoryFilter(), cursor=cursor)
    with pytest.raises(InvalidInput):
        transactions.history(HistoryFilter(), sort="amount", cursor=real)


def test_filters_narrow_the_history(transactions):
    keep(
        transactions,
        new("corner shop", "5", mode="cash", day=date(2026, 1, 31)),
        new("a.c (me)", "10", category=None, day=date(2026, 2, 1)),
        new("salary", "900", direction=Direction.INCOME, day=date(2026, 2, 2)),
    )

    def names(**where):
        return {row.transaction.merchant for row in transactions.history(HistoryFilter(**where)).items}

    assert names(since=date(2026, 2, 1)) == {"a.c (me)", "salary"}
    assert names(until=date(2026, 1, 31)) == {"corner shop"}
    assert names(mode="cash") == {"corner shop"}
    assert names(direction=Direction.INCOME) == {"salary"}
    assert names(q="SHOP") == {"corner shop"}
    assert names(q="a.c (") == {"a.c (me)"}
    assert names(q=".*") == names(q="corner salary") == set()
    assert names(q="hop corn") == {"corner shop"}
    assert names(q=" ") == {"corner shop", "a.c (me)", "salary"}
    assert names(min_amount=Decimal(10), max_amount=Decimal(10)) == {"a.c (me)"}
    assert names(status="needs_review") == {"a.c (me)"}
    assert names(category="dining") == {"corner shop", "salary"}


@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("CAFÉ ZÜRICH 12.03", "zurich cafe"),
        ("CAFE ZURICH", "Zürich é"),
        ("Łódź ĐÀ NẴNG", "nang"),
        ("서울 카페", "카페 서울"),
    ],
)
def test_words_are_found_in_any_order_without_their_accents(transactions, text, q):
    [row] = keep(transactions, new(text))
    keep(transactions, new("something else"))
    assert [match.id for match in transactions.history(HistoryFilter(q=q)).items] == [row.id]


def test_the_memory_receives_the_newest_answers_of_each_merchant(transactions, add_answer):
    rows = keep(transactions, *(new() for _ in range(12)), new("other"), new("silent"))
    for minute, row in enumerate(rows[:13]):
        add_answer(row.id, answer(f"c{minute}", at=NOW + timedelta(minutes=minute)))
    one = transactions.recollections(["blue door"])
    many = transactions.recollections(["blue door", "other", "silent", ""])
    assert [past.category for past in one["blue door"]] == [f"c{minute}" for minute in range(11, 1, -1)]
    assert many == {**one, "other": transactions.recollections(["other"])["other"]}


def test_the_memory_also_receives_answers_of_names_that_begin_alike(transactions, add_answer):
    names = ("blue door", "blue door bakery", "blue doors bakery", "blue", "blue.door bakery")
    rows = keep(transactions, *map(new, names))
    for minute, row in enumerate(rows):
        add_answer(row.id, answer(f"c{minute}", at=NOW + timedelta(minutes=minute)))
    similar = transactions.similar(["blue door express", "blue doors x", "blue", "green gate x", ""])
    categories = {merchant: [past.category for past in newest] for merchant, newest in similar.items()}
    assert categories == {"blue door express": ["c1", "c0"], "blue doors x": ["c2"]}
    assert similar["blue doors x"] == transactions.recollections(["blue doors bakery"])["blue doors bakery"]


def test_labels_for_training_are_a_persons_and_carry_their_holdout(transactions, add_answer):
    rows = keep(transactions, new(), new("other", holdout=True), new("unanswered"))
    for row in rows[:2]:
        add_answer(row.id, answer("groceries"))
    labels = list(transactions.labelled())
    assert [(label.transaction.merchant, label.holdout) for label in labels] == [
        ("blue door", False),
        ("other", True),
    ]


def test_a_rebuild_derives_the_merchant_and_the_state_again(transactions, database, add_answer):
    [row] = keep(transactions, new("blue door"))
    add_answer(row.id, answer("groceries"))
    database.collection("transactions").update_one({}, {"$set": {"merchant": "old key", "category": "lost"}})
    assert transactions.rebuild(lambda transaction: replace(transaction, merchant="new key")) == 1
    rebuilt = transactions.get(row.id)
    assert (rebuilt.transaction.merchant, rebuilt.category) == ("new key", "groceries")
    assert "new key" in transactions.recollections(["new key"])


def test_an_index_that_another_replaced_is_dropped(database):
    rows, superseded = database.collection("transactions"), SUPERSEDED["transactions"]
    for number, name in enumerate(superseded):
        rows.create_index([("owner", 1), ("merchant", 1), (f"field_{number}", 1)], name=name)
    assert rows.index_information().keys() >= set(superseded)
    database.ensure_indexes()
    assert not rows.index_information().keys() & set(superseded)
    database.ensure_indexes()
