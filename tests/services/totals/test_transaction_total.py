"""The number of all transactions, of a small and of a large collection."""

import pytest

from src.services.totals import transaction_total
from src.services.totals.transaction_total import TransactionTotal


@pytest.fixture(params=[0, 10_000], ids=["large", "small"])
def counted(request, monkeypatch, database):
    """Collections count as large from this number of documents on."""
    monkeypatch.setattr(transaction_total, "_COUNTED_EACH_TIME", request.param)
    return TransactionTotal(database)


def test_every_transaction_counts_as_soon_as_it_is_added_and_until_it_is_deleted(counted, database):
    rows = [{"owner": "local"} for _ in range(3)]
    assert counted.count() == 0
    database.transactions.insert_many(rows)
    assert counted.count() == 3
    database.transactions.delete_many({"_id": rows[0]["_id"]})
    assert counted.count() == 2


def test_an_estimate_that_is_wrong_is_corrected(counted, database, monkeypatch):
    database.transactions.insert_many([{"owner": "local"} for _ in range(3)])
    roughly = counted._roughly
    monkeypatch.setattr(counted, "_roughly", lambda: roughly() + 2)
    assert counted.count() == 3
    database.transactions.insert_many([{"owner": "local"}])
    assert counted.count() == 4


def test_the_server_process_is_known(database):
    database.ping()
    assert database.server_process() is not None
