import sqlite3
from datetime import UTC, datetime

import pytest

from src.domain.models import Pointer
from src.services.scheduler.alias_watch import AliasWatch, trace_of


class Turns:
    """Every look is this clock's turn; remembers how long it asked to be alone."""

    def __init__(self):
        self.asked = []

    def claim_check(self, every_s):
        self.asked.append(every_s)
        return True


class Child:
    def __init__(self):
        self.started, self.works = 0, True

    def __call__(self):
        self.started += 1
        return self.works


@pytest.fixture
def file(tmp_path):
    connection = sqlite3.connect(tmp_path / "mlflow.db")
    connection.execute("create table aliases (version text)")
    yield connection
    connection.close()


@pytest.fixture
def uri(tmp_path, file):
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


def pointer(version="2", alias="2"):
    return Pointer(version, 1, "run", "", datetime(2026, 3, 4, tzinfo=UTC), alias)


def test_the_subprocess_is_started_once_and_again_only_when_the_store_has_changed(uri, file):
    child = Child()
    watch = AliasWatch(uri, Turns(), child)
    [watch.sync_if_needed(pointer()) for _ in range(3)]
    assert child.started == 1
    file.execute("select * from aliases")
    watch.sync_if_needed(pointer())
    assert child.started == 1
    file.execute("insert into aliases values ('2')")
    file.commit()
    [watch.sync_if_needed(pointer()) for _ in range(3)]
    assert child.started == 2


def test_an_alias_that_is_late_needs_no_change_of_the_store(uri):
    child = Child()
    watch = AliasWatch(uri, Turns(), child)
    watch.sync_if_needed(pointer())
    [watch.sync_if_needed(pointer(alias="1")) for _ in range(2)]
    assert child.started == 3


def test_a_subprocess_that_failed_is_started_again_but_not_soon(uri):
    child, turns = Child(), Turns()
    child.works = False
    watch = AliasWatch(uri, turns, child)
    watch.sync_if_needed(pointer())
    child.works = True
    [watch.sync_if_needed(pointer()) for _ in range(3)]
    assert (child.started, turns.asked) == (2, [20, 300])


def test_a_store_on_another_machine_is_looked_at_seldom_but_a_late_alias_soon():
    turns = Turns()
    watch = AliasWatch("http://mlflow.example:5000", turns, Child())
    watch.sync_if_needed(pointer())
    watch.sync_if_needed(pointer(alias="1"))
    assert turns.asked == [300, 20]


def test_a_change_in_the_write_ahead_log_is_seen(uri, file):
    file.execute("pragma journal_mode=wal")
    before = trace_of(uri)
    file.execute("insert into aliases values ('2')")
    file.commit()
    assert trace_of(uri) != before
