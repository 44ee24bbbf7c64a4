from datetime import UTC, datetime, timedelta

import pytest

from src.errors import NotFound
from src.services.imports.encrypted_uploads import Uploads

STATEMENT = b"2026-03-04,ACME PAYROLL 4111111111111111,-12.50\n" * 20_000


@pytest.fixture
def uploads(database):
    return Uploads(database, lambda: "a secret")


def test_a_file_comes_back_as_it_was(uploads):
    assert uploads.read(uploads.keep("one", STATEMENT), "one") == STATEMENT


def test_nothing_of_a_file_can_be_read_in_the_database(uploads, database):
    uploads.keep("one", STATEMENT)
    kept = b"".join(chunk["data"] for chunk in database.collection("uploads.chunks").find())
    assert len(kept) > len(STATEMENT)
    assert b"4111" not in kept
    assert b"ACME" not in kept


def test_a_host_with_another_key_asks_for_the_file_again(uploads, database):
    kept = uploads.keep("one", STATEMENT)
    with pytest.raises(NotFound, match="another SECRET_KEY; upload it again"):
        Uploads(database, lambda: "another secret").read(kept, "one")


def test_a_file_opens_only_under_its_own_name(uploads):
    with pytest.raises(NotFound):
        uploads.read(uploads.keep("one", STATEMENT), "two")


def test_a_deleted_file_is_gone_and_may_be_deleted_again(uploads):
    kept = uploads.keep("one", STATEMENT)
    uploads.delete(kept)
    uploads.delete(kept)
    with pytest.raises(NotFound, match="deleted"):
        uploads.read(kept, "one")


def test_a_file_that_belongs_to_nothing_is_deleted_after_a_day(uploads, database):
    stray, known, young = (uploads.keep(name, STATEMENT) for name in ("stray", "known", "young"))
    long_ago = {"$set": {"uploadDate": datetime.now(UTC) - timedelta(days=2)}}
    database.collection("uploads.files").update_many({"_id": {"$in": [stray, known]}}, long_ago)
    uploads.delete_strays([known])
    assert {file["_id"] for file in database.collection("uploads.files").find()} == {known, young}
