"""No write that predictions depend on can forget to say so."""

import re
from pathlib import Path

import pytest

from src.services.mongo.basis_changes import NotedCollection
from src.services.mongo.marking import MarkedTransactions

SRC = Path(__file__).parents[3] / "src"
GUARDED = ("accounts", "categories", "merchants", "rules", "settings", "transactions")
BY_THEIR_NAME = {("src/services/totals/stale.py", "transactions")}
"""Clears the marks of the month totals, and nothing else."""


def test_the_collections_that_predictions_depend_on_note_each_write(database):
    for name in GUARDED:
        assert isinstance(getattr(database, name), NotedCollection | MarkedTransactions)


def test_nobody_goes_round_them():
    by_their_name = {
        (path.relative_to(SRC.parent).as_posix(), name)
        for path in SRC.rglob("*.py")
        for name in re.findall(r"""\.(?:get_)?collection\(["'](\w+)["']""", path.read_text(encoding="utf-8"))
        if name in GUARDED
    }
    assert by_their_name == BY_THEIR_NAME


@pytest.mark.parametrize("name", ["drop", "rename", "find_one_and_delete", "with_options", "database"])
def test_what_is_not_noted_is_refused(database, name):
    with pytest.raises(AttributeError):
        getattr(database.merchants, name)


def test_each_write_of_a_decision_has_a_number(database):
    merchants, changes = database.merchants, database.basis_changes
    merchants.insert_one({"key": "a"})
    merchants.update_one({"key": "a"}, {"$set": {"learn": False}})
    merchants.delete_one({"key": "a"})
    progress = changes.progress(0)
    assert (progress.number, progress.is_open) == (3, False)
    assert [change.decisions for change in progress.since(1)] == [True, True]
    assert progress.since(3) == []
    assert progress.since(4) is None
    assert changes.progress(3).since(1) is None


def test_a_note_that_expired_before_its_end_leaves_a_gap(database):
    changes = database.basis_changes
    with changes.noted(["a"]):
        changes._notes.update_one({}, [{"$set": {"open": []}}])
    assert changes.progress(0).since(0) is None


def test_a_write_that_mongodb_refuses_is_over(database):
    merchants = database.merchants
    merchants.insert_one({"owner": "me", "key": "a"})
    with pytest.raises(Exception, match="duplicate key"):
        merchants.insert_one({"owner": "me", "key": "a"})
    assert not database.basis_changes.progress(0).is_open
