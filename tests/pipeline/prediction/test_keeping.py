"""Requests that keep transactions at the same time write them together."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from src.errors import Unavailable
from src.pipeline.prediction.keeping import Keeping
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, new

OTHERS = ("noodle garden", "metro line", "pizza corner")


class Watched(Transactions):
    """The first write waits until others wait for it. `writes` has the merchants of each."""

    def __init__(self, database):
        super().__init__(database)
        self.writes, self.may_go_on, self.error = [], threading.Event(), None

    def add_all(self, additions):
        self.writes.append({row.transaction.merchant for one in additions for row in one.new})
        if len(self.writes) == 1:
            assert self.may_go_on.wait(30)
        elif self.error:
            raise self.error
        return super().add_all(additions)


@pytest.fixture
def transactions(database):
    return Watched(database)


@pytest.fixture
def matched():
    return []


@pytest.fixture
def kept_at_once(transactions, matched):
    """One request, and the others while its transaction is being written; their futures by merchant."""
    keeping = Keeping(transactions, matched.append)

    def keep(merchant):
        return keeping.keep([new(merchant)], source=merchant, at=NOW)

    def run():
        with ThreadPoolExecutor(4) as pool:
            futures = {"blue door": pool.submit(keep, "blue door")}
            wait_until(lambda: transactions.writes)
            futures |= {merchant: pool.submit(keep, merchant) for merchant in OTHERS}
            wait_until(lambda: len(keeping._waiting) == len(OTHERS))
            transactions.may_go_on.set()
        return futures

    return run


def wait_until(condition):
    patience = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.001)


def test_what_comes_while_one_is_written_is_written_together(kept_at_once, transactions, matched):
    futures = kept_at_once()
    assert transactions.writes == [{"blue door"}, set(OTHERS)]
    for merchant, future in futures.items():
        [row] = future.result()
        assert (row.transaction.merchant, row.source) == (merchant, merchant)
        assert transactions.get(row.id) == row
    assert [{row.transaction.merchant for row in rows} for rows in matched] == transactions.writes


def test_all_whose_transactions_may_not_be_stored_are_told(kept_at_once, transactions, matched):
    transactions.error = Unavailable("The database did not answer.")
    futures = kept_at_once()
    assert len(futures.pop("blue door").result()) == 1
    assert [future.exception() for future in futures.values()] == [transactions.error] * 3
    assert len(matched) == 1


def test_after_a_failure_the_next_one_is_written(transactions):
    transactions.may_go_on.set()
    keeping = Keeping(transactions, lambda _: None)
    keeping.keep([new("blue door")], source="api", at=NOW)
    transactions.error = Unavailable("The database did not answer.")
    with pytest.raises(Unavailable):
        keeping.keep([new("metro line")], source="api", at=NOW)
    transactions.error = None
    [row] = keeping.keep([new("pizza corner")], source="api", at=NOW)
    assert transactions.get(row.id) == row
