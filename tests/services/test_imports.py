"""The documents of imports, and what becomes of their files."""

from datetime import UTC, datetime, timedelta

import pytest

from src.domain.imports import ImportCounts, ImportStatus
from src.errors import LeaseLost, NotFound
from src.services.imports import Imports
from src.services.uploads import Uploads

NOW = datetime.now(UTC)
COUNTS = ImportCounts(read=10, added=10)


@pytest.fixture
def imports(database):
    return Imports(database, Uploads(database, lambda: "a secret"), lease_s=5)


def opened(imports, *, at=NOW, plan=None):
    return imports.open(b"a,b", name="a.csv", layout="l", plan=plan or {}, form="CSV", rows=10, at=at)


def files_of(database):
    return database.collection("uploads.files").count_documents({})


def test_a_file_that_nobody_says_how_to_read_is_deleted_after_a_day(imports, database):
    young, old = opened(imports), opened(imports, at=NOW - timedelta(days=2))
    assert imports.forget_unread() == 1
    assert [each.id for each in imports.newest()] == [young.id]
    assert files_of(database) == 1
    with pytest.raises(NotFound):
        imports.get(old.id)


def test_one_that_waits_its_turn_keeps_its_file_however_long(imports):
    old = opened(imports, at=NOW - timedelta(days=2))
    imports.begin(old.id)
    assert imports.forget_unread() == 0
    assert imports.content(old.id) == b"a,b"


def test_the_file_goes_with_the_end_of_its_import(imports, database):
    kept = opened(imports)
    imports.begin(kept.id)
    claimed = imports.claim(holder="me")
    imports.end(kept.id, "me", claimed.attempt, ImportStatus.DONE, counts=COUNTS, at=NOW)
    assert files_of(database) == 0


def test_where_the_end_was_cut_short_the_file_goes_with_the_next_look(imports, database):
    kept = opened(imports)
    database.collection("imports").update_one({"_id": kept.id}, {"$set": {"status": "done"}})
    assert imports.forget_unread() == 1
    assert files_of(database) == 0


def test_whoever_lost_the_lease_ends_nothing(imports):
    kept = opened(imports)
    imports.begin(kept.id)
    first = imports.claim(holder="a")
    imports.release(kept.id, holder="a", attempt=first.attempt)
    second = imports.claim(holder="b")
    assert (second.status, second.attempt) == (ImportStatus.RUNNING, 2)
    with pytest.raises(LeaseLost):
        imports.end(kept.id, "a", first.attempt, ImportStatus.DONE, counts=COUNTS, at=NOW)
    with pytest.raises(LeaseLost):
        imports.went_on(kept.id, "a", first.attempt, COUNTS)
    assert imports.went_on(kept.id, "b", second.attempt, COUNTS)
    assert imports.get(kept.id).progress == 1


def test_what_a_person_says_of_a_file_is_text_to_mongodb(imports):
    kept = opened(imports, plan={"mode": "$holder"})
    assert imports.plan(kept.id, {"mode": "$name"}, form="CSV", rows=10).plan == {"mode": "$name"}
    assert imports.begin(kept.id).plan == {"mode": "$name"}
    assert imports.claim(holder="me").plan == {"mode": "$name"}
