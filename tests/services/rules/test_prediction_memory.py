"""What a process keeps in its memory is never older than an acknowledged write of its host."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect

from src.domain.categories import Category, Group
from src.domain.feedback import LabelSource
from src.services.accounts.repository import Accounts
from src.services.categories.repository import Categories
from src.services.host.shared_token import SharedToken
from src.services.merchants.repository import Merchants
from src.services.merchants.transactions import MerchantTransactions
from src.services.mongo.client import Database
from src.services.mongo.collections import BASIS_CHANGES
from src.services.rules import prediction_memory
from src.services.rules.prediction_basis import PredictionBases
from src.services.rules.prediction_memory import PredictionMemory
from src.services.rules.repository import Rules
from src.services.transactions.deleted import DeletedTransactions
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.mongo_operations import OPERATIONS
from tests.services.rows import NOW, answer, keep, new

TRAVEL = Category("travel-own", "Trips", Group.DISCRETIONARY, "#112233", "")


class Process:
    """The services of one process, with a memory whose clock the test sets."""

    def __init__(self, uri, name, token):
        self.database = Database(lambda: uri, name, token=SharedToken(token))
        self.now = 0.0
        self.transactions = Transactions(self.database)
        self.feedback = FeedbackEvents(self.database)
        self.merchants = Merchants(self.database)
        self.categories = Categories(self.database, [])
        rules = Rules(self.database, Accounts, self.merchants, lambda name: [name])
        bases = PredictionBases(self.database, self.categories, self.merchants, rules)
        self.memory = PredictionMemory(self.database, bases, self.transactions, lambda: self.now)

    def answers(self, *merchants):
        basis = self.memory.basis(merchants)
        own = self.memory.recollections(merchants, basis.ignored_merchants)
        similar = self.memory.similar(
            [name for name in merchants if name not in own], basis.ignored_merchants
        )
        return [
            {name: [one.category for one in answers] for name, answers in read.items()}
            for read in (own, similar)
        ]

    def warmed(self):
        """With everything in memory."""
        patience = time.monotonic() + 60
        while self.memory._current() is None:
            assert time.monotonic() < patience
            time.sleep(0.01)
        return self


@pytest.fixture
def process(mongo_uri, database_name, database, tmp_path):
    """Make a process; those with one folder are on one host."""
    made = []

    def make(host="one"):
        made.append(Process(mongo_uri, database_name, tmp_path / host / "changes"))
        return made[-1]

    yield make
    for one in made:
        one.database.close()


def test_it_asks_nothing_while_nothing_changes(process, database_name, monkeypatch):
    one = process()
    [row] = keep(one.transactions, new("blue door express"))
    one.feedback.add([(row.id, answer("dining"))])
    one.warmed().answers("blue door express", "blue door two")
    monkeypatch.setattr(OPERATIONS, "database", database_name)
    OPERATIONS.names.clear()
    expected = [{"blue door express": ["dining"]}, {"blue door two": ["dining"]}]
    assert one.answers("blue door express", "blue door two", "never seen") == expected
    assert OPERATIONS.names == []


def test_the_next_request_of_the_host_sees_an_answer_and_its_undo(process):
    writer, other = process().warmed(), process().warmed()
    [row] = keep(writer.transactions, new("blue door"))
    assert other.answers("blue door") == [{}, {}]
    writer.feedback.add([(row.id, answer("dining"))])
    assert other.answers("blue door") == [{"blue door": ["dining"]}, {}]
    writer.feedback.add([(row.id, answer("travel", "two"))])
    assert other.answers("blue door") == [{"blue door": ["travel"]}, {}]
    writer.feedback.undo("two", at=NOW)
    writer.feedback.undo("one", at=NOW)
    assert other.answers("blue door") == [{}, {}]


def test_the_next_request_of_the_host_sees_every_decision(process):
    writer, other = process().warmed(), process().warmed()
    writer.merchants.merge(["blue doors"], "blue door", act="a")
    assert other.memory.basis(["blue doors"]).merged_merchants == {"blue doors": "blue door"}
    writer.merchants.forget(["green gate"], act="b", at=NOW)
    assert other.memory.basis([]).ignored_merchants == {"green gate": NOW}
    writer.categories.add(TRAVEL)
    assert [category.slug for category in other.memory.basis([]).own_categories] == ["travel-own"]
    writer.database.empty()
    assert other.memory.basis([]).own_categories == []


def test_another_host_sees_it_a_second_later(process):
    writer, other = process("one").warmed(), process("two").warmed()
    [row] = keep(writer.transactions, new("blue door"))
    writer.feedback.add([(row.id, answer("dining"))])
    other.now += 1
    assert other.answers("blue door") == [{"blue door": ["dining"]}, {}]


def test_a_write_whose_process_was_killed_leaves_doubt_until_it_expires(process, database, monkeypatch):
    writer, other = process().warmed(), process().warmed()
    rows = keep(writer.transactions, new("blue door"), new("green gate"))
    # Killed after MongoDB has the answer, before the others know.
    monkeypatch.setattr(writer.database.basis_changes, "_close", lambda *args, **options: None)
    monkeypatch.setattr(writer.database.basis_changes, "_renew", lambda: None)
    monkeypatch.setattr(other.memory._database.basis_changes, "token", lambda: b"the same")
    other.answers("blue door")
    other.warmed()
    writer.feedback.add([(rows[0].id, answer("dining"))])
    other.now += 1
    assert other.answers("blue door") == [{"blue door": ["dining"]}, {}]
    assert other.memory._current() is None
    # One that is done meanwhile does not end the doubt.
    process().feedback.add([(rows[1].id, answer("travel"))])
    assert other.memory._current() is None
    database.collection(BASIS_CHANGES).update_one({}, {"$set": {"open.$[].until": NOW - timedelta(days=999)}})
    assert other.warmed().answers("blue door", "green gate")[0] == {
        "blue door": ["dining"],
        "green gate": ["travel"],
    }


def test_a_write_without_an_answer_of_mongodb_may_be_done_later(process):
    writer, other = process().warmed(), process().warmed()

    with suppress(AutoReconnect), writer.database.basis_changes.noted(["blue door"]):
        raise AutoReconnect
    assert other.memory._current() is None


def test_a_process_that_missed_too_much_reads_everything_again(process):
    writer, other = process().warmed(), process().warmed()
    rows = keep(writer.transactions, *(new(f"shop {number}") for number in range(60)))
    for row in rows:
        writer.feedback.add([(row.id, answer("dining"))])
    other.now += 1000
    other.memory._current()
    assert len(other.warmed().answers(*(f"shop {number}" for number in range(60)))[0]) == 60


def test_answers_of_too_many_merchants_are_asked_of_mongodb(process, monkeypatch):
    monkeypatch.setattr(prediction_memory, "_MOST_MERCHANTS", 2)
    one = process()
    rows = keep(one.transactions, *(new(f"shop {number}") for number in range(4)))
    one.feedback.add([(row.id, answer("dining")) for row in rows])
    one.warmed()
    assert one.memory._kept.merchants is None
    assert one.answers("shop 3", "shop 3 west") == [{"shop 3": ["dining"]}, {"shop 3 west": ["dining"]}]


def test_without_its_file_a_process_asks_mongodb(process, tmp_path):
    (tmp_path / "three").write_text("a file where the folder should be")
    writer, blind = process(), process("three")
    [row] = keep(writer.transactions, new("blue door"))
    writer.feedback.add([(row.id, answer("dining"))])
    assert blind.answers("blue door") == [{"blue door": ["dining"]}, {}]
    assert blind.memory._current() is None


def test_whatever_is_written_the_memory_says_what_mongodb_says(process):
    """Random writes of one process; after each, another of the host is asked about everything."""
    draw = random.Random(3)
    writer, other = process().warmed(), process().warmed()
    names = [f"{first} {second}" for first in ("blue door", "green gate") for second in ("", "one", "two")]
    names = [name.strip() for name in names]
    rows = [row.id for row in keep(writer.transactions, *(new(draw.choice(names)) for _ in range(12)))]
    deleted = DeletedTransactions(writer.database)

    def write(step):
        at, act = NOW + timedelta(seconds=step), f"act-{step}"
        row = draw.choice(rows)
        match draw.randrange(9):
            case 0 | 1 | 2:
                source = draw.choice([LabelSource.FEEDBACK, LabelSource.ONCE])
                writer.feedback.add([(row, answer(draw.choice(["dining", "travel"]), act, source, at))])
            case 3:
                event = answer("fees", act, LabelSource.SIMILAR, at)
                writer.feedback.answer_unanswered(draw.sample(rows, 2), event)
            case 4:
                writer.feedback.undo(f"act-{draw.randrange(max(step, 1))}", at=at)
            case 5:
                transaction = new(draw.choice(names), draw.choice(["1.00", "2.00"])).transaction
                writer.transactions.amend(row, lambda stored: (transaction, None, stored.edits))
            case 6:
                into = draw.choice(names)
                MerchantTransactions(writer.database).derive_again(
                    [draw.choice(names)], lambda befores: [into] * len(befores)
                )
            case 7:
                writer.merchants.forget([draw.choice(names)], act=act, at=at)
            case 8 if len(rows) > 6:
                deleted.delete(row, act=act, at=at)
                rows.remove(row)

    used = 0
    for step in range(80):
        write(step)
        used += other.memory._current() is not None
        basis = other.memory.basis(names)
        ignored = basis.ignored_merchants
        assert ignored == writer.merchants.ignored()
        assert other.memory.recollections(names, ignored) == writer.transactions.recollections(names, ignored)
        assert other.memory.similar(names, ignored) == writer.transactions.similar(names, ignored)
    assert used > 40


def test_readers_in_many_threads_see_each_answer_once_it_is_acknowledged(process):
    writer, readers = process().warmed(), [process().warmed() for _ in range(3)]
    rows = keep(writer.transactions, *(new(f"shop {number}") for number in range(25)))
    acknowledged, stale = [], []

    def read(reader):
        while len(acknowledged) < len(rows):
            count = len(acknowledged)
            own, _ = reader.answers(*(f"shop {number}" for number in range(count)))
            if len(own) != count:
                stale.append((count, own))

    with ThreadPoolExecutor(6) as pool:
        reading = [pool.submit(read, reader) for reader in readers * 2]
        for row in rows:
            writer.feedback.add([(row.id, answer("dining"))])
            acknowledged.append(row.id)
        [done.result() for done in reading]
    assert stale == []
