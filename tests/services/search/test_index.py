import random
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from src.domain.transactions import HistoryFilter, Origin
from src.services.search import index
from src.services.search.index import SearchIndex
from src.services.search.text import folded, word_pattern
from src.services.transactions import matching
from src.services.transactions.deleted import DeletedTransactions
from src.services.transactions.imported import ImportedTransactions
from src.services.transactions.matching import _Search
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, keep, new

WORDS = (
    *(
        "Café",
        "CAFÉ-BAR",
        "Zürich",
        "STRASSE",
        "İSTANBUL",
        "Łódź",
        "naïve",
        "NAIVE",
        "x",
        "8841",
        "884123",
        "2026-04-12/0017",
    ),
    *("SQ*ABC", "a.b", "(me)", "서울카페", "Ω-mega", "ΣΊΓΜΑΣ", "cafe\u0301", "été", "O'Neil", "100%", "\\d+"),
)
NAMES = ("description", "merchant", "counterparty", "notes", "subcategory")


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def search(database):
    return SearchIndex(database)


def texts(draw):
    def text():
        return " ".join(draw.choices(WORDS, k=draw.randrange(1, 4)))

    optional = {name: text() if draw.random() < 0.3 else None for name in NAMES[2:]}
    tags = tuple(draw.sample(WORDS, draw.randrange(3)))
    return {"description": text(), "merchant": text(), **optional, "tags": tags}


def row_of(draw):
    made = new(day=NOW.date() - timedelta(days=draw.randrange(20)))
    return replace(made, transaction=replace(made.transaction, **texts(draw)))


def fragment(draw):
    word = draw.choice(WORDS)
    start = draw.randrange(len(word))
    part = word[start : start + draw.choice((1, 2, 3, 5, 12))]
    return draw.choice((part, part.upper(), part.lower(), _without_accents(part)))


def _without_accents(text):
    """By another way than the search takes."""
    return "".join(
        unicodedata.normalize("NFD", letter)[0] if ord(letter) < 0x250 else letter
        for letter in unicodedata.normalize("NFC", text)
    )


def _plain(text):
    return "".join(_without_accents(letter) for letter in text).casefold()


def naive(rows, q):
    def has(row, word):
        values = (*(getattr(row.transaction, name) or "" for name in NAMES), *row.transaction.tags)
        return any(_plain(unicodedata.normalize("NFC", word)) in _plain(value) for value in values)

    return {row.id for row in rows if all(has(row, word) for word in q.split())}


def ids_of(transactions, where, sort="-date"):
    seen, cursor = [], None
    while True:
        page = transactions.history(where, sort=sort, limit=7, cursor=cursor)
        seen += [row.id for row in page.items]
        if (cursor := page.next_cursor) is None:
            assert len(seen) == len(set(seen))
            assert page.total == len(seen) or (not page.total_is_exact and page.total <= len(seen))
            return set(seen)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("most_words", [3000, 1])
def test_what_is_found_is_what_the_texts_say_after_any_writes(
    transactions, search, database, monkeypatch, seed, most_words
):
    monkeypatch.setattr(index, "_MOST_WORDS", most_words)
    draw, deleted = random.Random(seed), DeletedTransactions(database)
    removed = []
    for step in range(12):
        kept = keep(transactions, *(row_of(draw) for _ in range(4)))
        if draw.random() < 0.5:
            search.refresh()
        changed = replace(kept[0].transaction, **texts(draw))
        transactions.amend(kept[0].id, lambda row, changed=changed: (changed, None, ()))
        database.transactions.update_many({"_id": {"$exists": True}, "notes": "x"}, {"$set": {"notes": "Öl"}})
        if draw.random() < 0.5:
            deleted.delete(kept[1].id, act=f"act {step}", at=NOW)
            removed.append(f"act {step}")
        if removed and draw.random() < 0.5:
            deleted.restore(removed.pop(), at=NOW)
        rows = list(transactions.stream(HistoryFilter()))
        for _ in range(4):
            where = HistoryFilter(q=" ".join(fragment(draw) for _ in range(draw.randrange(1, 4))))
            expected = naive(rows, where.q)
            for sort in ("-date", "amount"):
                assert ids_of(transactions, search.narrowed(where), sort) == expected, where.q
            assert ids_of(transactions, where) == expected, where.q


def test_a_search_reads_only_transactions_with_one_of_the_words(transactions, search, database):
    keep(transactions, *(new(f"shop {number}") for number in range(50)), new("bakery"))
    search.refresh()
    where = search.narrowed(HistoryFilter(q="KERY"))
    assert where.stored_words == (("bakery",),)
    assert where.words_are_equal
    assert search.narrowed(HistoryFilter(q="shop bakery")).stored_words[0] == ("bakery",)
    assert search.narrowed(HistoryFilter(q="nowhere")).stored_words == ((),)
    assert search.refresh() == 0
    of_many_words = search.narrowed(HistoryFilter(q="b ba bak bake baker bakery"))
    assert len(of_many_words.stored_words) == 4
    assert not of_many_words.words_are_equal
    assert len(ids_of(transactions, of_many_words)) == 1


def test_what_is_imported_is_stored_with_its_words(transactions, search, database):
    made = replace(new("bakery"), origin=Origin("import", f"{'0' * 64}:1"))
    ImportedTransactions(database).add([made], at=NOW)
    assert search.refresh() == 0
    [row] = transactions.stream(HistoryFilter())
    assert ids_of(transactions, search.narrowed(HistoryFilter(q="aker"))) == {row.id}


def test_words_of_a_text_that_changes_meanwhile_are_not_stored(transactions, search, database):
    [row] = keep(transactions, new("bakery"))

    class Late(SearchIndex):
        def learn(self, words):
            super().learn(words)
            changed = {"$set": {"description": "butcher", "merchant": "butcher"}}
            database.transactions.update_one({"merchant": "bakery"}, changed)

    Late(database).refresh()
    for q, ids in (("butch", {row.id}), ("bake", set())):
        assert ids_of(transactions, search.narrowed(HistoryFilter(q=q))) == ids


@pytest.mark.parametrize(
    "update",
    [
        {"$set": {"notes": "butcher"}},
        {"$set": {"tags.0": "butcher"}, "$unset": {"account": ""}},
        [{"$set": {"merchant": {"$concat": ["$merchant", " butcher"]}}}],
        [{"$replaceWith": {"$mergeObjects": ["$$ROOT", {"subcategory": "butcher"}]}}],
    ],
)
def test_a_text_that_any_update_changes_is_found(transactions, search, database, update):
    [row] = keep(transactions, new("bakery", tags=("bread",)))
    search.refresh()
    database.transactions.update_one({}, update)
    assert ids_of(transactions, search.narrowed(HistoryFilter(q="utch"))) == {row.id}


def test_an_update_of_other_fields_leaves_the_words(transactions, search, database):
    keep(transactions, new("bakery"))
    search.refresh()
    database.transactions.update_one({}, {"$set": {"category": "pets"}, "$inc": {"revision": 1}})
    assert search.refresh() == 0


def test_several_processes_store_words_while_others_write(transactions, database):
    def work(number):
        rows = keep(transactions, *(new(f"shop{number} no{row}") for row in range(20)))
        SearchIndex(database).refresh()
        return rows

    with ThreadPoolExecutor(4) as pool:
        rows = [row for of in pool.map(work, range(8)) for row in of]
    search = SearchIndex(database)
    search.refresh()
    for q in ("hop3", "no1", "OP"):
        assert ids_of(transactions, search.narrowed(HistoryFilter(q=q))) == naive(rows, q)


def test_while_the_index_is_made_texts_are_searched(transactions, search, database):
    [row] = keep(transactions, new("bakery"))
    search.refresh()
    database.collection("transactions").drop_index("words")
    where = search.narrowed(HistoryFilter(q="aker"))
    assert where.stored_words == ()
    assert ids_of(transactions, where) == {row.id}
    database.ensure_indexes()
    assert search.narrowed(where).stored_words == (("bakery",),)


def test_words_without_a_transaction_do_no_harm(transactions, search):
    search.learn([["bakery", "shop"]])
    search.learn([["shop", "shoes"]])
    [row] = keep(transactions, new("shop"))
    search.refresh()
    assert ids_of(transactions, search.narrowed(HistoryFilter(q="sho"))) == {row.id}
    assert ids_of(transactions, search.narrowed(HistoryFilter(q="bakery"))) == set()


def test_very_many_matches_are_counted_up_to_a_limit(transactions, search, monkeypatch):
    keep(transactions, *(new(f"shop no{number % 3}") for number in range(30)))
    search.refresh()
    monkeypatch.setattr(matching, "MOST_FOUND", 9)
    monkeypatch.setattr(matching, "_MOST_COMPARED", 9)

    def total(q, **others):
        page = transactions.history(search.narrowed(HistoryFilter(q=q, **others)), limit=5)
        return page.total, page.total_is_exact

    assert total("sho") == (9, False)
    assert total("no1") == (9, False)
    assert total("nowhere") == (0, True)
    assert total("shop", mode="card") == (0, True)
    assert total("no2 hop") == (9, False)
    assert total("no2", since=NOW.date(), until=NOW.date()) == (9, False)
    assert total("no2", until=NOW.date() - timedelta(days=1)) == (0, True)


def test_the_index_compares_latin_letters_as_the_texts_are_compared(database):
    codes = [*range(0x21, 0xD800), *range(0xF900, 0x10000)]
    database.acts.insert_many([{"text": chr(code)} for code in codes])
    for letter in "abcdefghijklmnopqrstuvwxyz0189*.-é":
        for typed in {letter, letter.upper()}:
            query = {"text": {"$regex": word_pattern(typed), "$options": "i"}}
            by_texts = {row["text"] for row in database.acts.find(query)}
            assert by_texts == {chr(code) for code in codes if folded(chr(code)) == folded(letter)}


def test_a_list_is_whole_while_its_texts_change_or_their_words_are_stored(transactions, search, database):
    rows = keep(transactions, *(new("muller") for _ in range(150)))
    search.refresh()

    def change(round):
        database.transactions.update_many({}, {"$set": {"notes": f"round {round}"}})

    with ThreadPoolExecutor(1) as pool:
        for round in range(6):
            for write in (lambda round=round: change(round), search.refresh):
                writing, where = pool.submit(write), search.narrowed(HistoryFilter(q="ulle"))
                while not writing.done():
                    page = transactions.history(where, limit=500)
                    assert {row.id for row in page.items} == {row.id for row in rows}
                    assert page.total == len(rows) or not page.total_is_exact
                writing.result()


def test_a_search_is_counted_right_while_words_are_stored_and_removed(
    transactions, search, database, monkeypatch
):
    rows = keep(transactions, *(new("muller") for _ in range(5)))
    search.learn([["muller"]])
    where, indexed = search.narrowed(HistoryFilter(q="ulle")), _Search._indexed
    writes = [
        search.refresh,
        lambda: database.transactions.update_one({}, {"$set": {"notes": "changed"}}),
    ]

    def meanwhile(*arguments):
        if writes:
            writes.pop(0)()
        return indexed(*arguments)

    monkeypatch.setattr(_Search, "_indexed", meanwhile)
    for _ in range(2):
        page = transactions.history(where)
        assert (page.total, page.total_is_exact, len(page.items)) == (len(rows), True, len(rows))
    assert writes == []
