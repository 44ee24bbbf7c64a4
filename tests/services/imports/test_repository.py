"""The documents of imports, and what becomes of their files."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from src.domain.imports import ImportCounts, ImportStatus
from src.errors import Conflict, LeaseLost, NotFound
from src.services.imports.encrypted_uploads import Uploads
from src.services.imports.repository import Imports

NOW = datetime.now(UTC)
COUNTS = ImportCounts(read=10, added=10)


@pytest.fixture
def imports(database):
    return Imports(database, Uploads(database, lambda: "a secret"), lease_s=5)


def opened(imports, *, at=NOW, plan=None):
    return imports.add(
        b"a,b", name="a.csv", layout="l", plan=plan or {}, form="CSV", rows=10, preview=b"seen", at=at
    )


def files_of(database):
    return database.collection("uploads.files").count_documents({})


def test_a_file_with_open_questions_is_deleted_after_a_day(imports, database):
    young, old = opened(imports), opened(imports, at=NOW - timedelta(days=2))
    assert imports.delete_old_files() == 1
    assert [record.id for record in imports.newest()] == [young.id]
    assert files_of(database) == 1
    with pytest.raises(NotFound):
        imports.get(old.id)


def test_what_a_file_shows_is_kept_encrypted_and_goes_with_the_file(imports, database):
    kept = opened(imports)
    assert imports.preview(kept.id) == b"seen"
    assert b"seen" not in database.collection("imports").find_one({"_id": kept.id})["preview"]
    imports.set_plan(kept.id, {}, form="CSV", rows=10, preview=b"seen otherwise")
    assert imports.preview(kept.id) == b"seen otherwise"
    imports.queue(kept.id)
    claimed = imports.claim(holder="me")
    imports.finish(kept.id, "me", claimed.attempt, ImportStatus.DONE, counts=COUNTS, at=NOW)
    assert imports.preview(kept.id) is None


def test_one_that_waits_its_turn_keeps_its_file_however_long(imports):
    old = opened(imports, at=NOW - timedelta(days=2))
    imports.queue(old.id)
    assert imports.delete_old_files() == 0
    assert imports.content(old.id) == b"a,b"


def test_the_file_goes_with_the_end_of_its_import(imports, database):
    kept = opened(imports)
    imports.queue(kept.id)
    claimed = imports.claim(holder="me")
    imports.finish(kept.id, "me", claimed.attempt, ImportStatus.DONE, counts=COUNTS, at=NOW)
    assert files_of(database) == 0


def test_where_the_end_was_cut_short_the_file_goes_with_the_next_look(imports, database):
    kept = opened(imports)
    database.collection("imports").update_one({"_id": kept.id}, {"$set": {"status": "done"}})
    assert imports.delete_old_files() == 1
    assert files_of(database) == 0


def test_whoever_lost_the_lease_ends_nothing(imports):
    kept = opened(imports)
    imports.queue(kept.id)
    first = imports.claim(holder="a")
    imports.release(kept.id, holder="a", attempt=first.attempt)
    second = imports.claim(holder="b")
    assert (second.status, second.attempt) == (ImportStatus.RUNNING, 2)
    with pytest.raises(LeaseLost):
        imports.finish(kept.id, "a", first.attempt, ImportStatus.DONE, counts=COUNTS, at=NOW)
    with pytest.raises(LeaseLost):
        imports.record_progress(kept.id, "a", first.attempt, COUNTS)
    assert imports.record_progress(kept.id, "b", second.attempt, COUNTS)
    assert imports.get(kept.id).progress == 1


def test_a_persons_answers_about_a_file_are_text_to_mongodb(imports):
    kept = opened(imports, plan={"mode": "$holder"})
    assert imports.set_plan(kept.id, {"mode": "$name"}, form="CSV", rows=10, preview=b"").plan == {
        "mode": "$name"
    }
    assert imports.queue(kept.id).plan == {"mode": "$name"}
    assert imports.claim(holder="me").plan == {"mode": "$name"}


def ended(imports, status, *, at=NOW):
    kept = opened(imports)
    imports.queue(kept.id)
    claimed = imports.claim(holder="me")
    imports.finish(kept.id, "me", claimed.attempt, status, counts=COUNTS, at=at, error="It failed.")
    return imports.get(kept.id)


def test_no_id_begins_with_a_sign_that_a_command_would_take_for_an_option(imports, monkeypatch):
    # Written as base64 for addresses, these bytes begin with "-".
    monkeypatch.setattr(secrets, "token_bytes", lambda number: b"\xf8" * number)
    assert opened(imports).id[0].isalnum()


@pytest.mark.parametrize("status", [ImportStatus.STOPPED, ImportStatus.FAILED])
def test_one_that_was_stopped_or_failed_keeps_its_file_for_a_day_and_can_be_tried_again(imports, status):
    first = ended(imports, status)
    assert imports.delete_old_files() == 0
    assert first.retry_until == first.finished_at + timedelta(days=1)
    again = imports.retry(first.id)
    assert (again.status, again.error, again.finished_at) == (ImportStatus.QUEUED, None, None)
    claimed = imports.claim(holder="me")
    assert (claimed.id, claimed.attempt, imports.content(first.id)) == (first.id, 2, b"a,b")
    assert imports.record_progress(first.id, "me", claimed.attempt, COUNTS)  # it is not stopped at once


@pytest.mark.parametrize("status", [ImportStatus.STOPPED, ImportStatus.FAILED])
def test_after_a_day_its_file_is_gone_and_it_must_be_uploaded_again(imports, database, status):
    late = ended(imports, status, at=NOW - timedelta(days=1, seconds=5))
    assert imports.delete_old_files() == 1
    assert files_of(database) == 0
    assert imports.get(late.id).retry_until is None
    with pytest.raises(Conflict, match="upload it again"):
        imports.retry(late.id)


def test_only_what_was_stopped_or_failed_is_tried_again(imports):
    waiting, done = opened(imports), ended(imports, ImportStatus.DONE)
    for record in (waiting, done):
        with pytest.raises(Conflict, match=record.status.value):
            imports.retry(record.id)
    with pytest.raises(NotFound):
        imports.retry("none")


def test_one_that_failed_after_its_last_attempt_gets_as_many_new_attempts(imports):
    kept = opened(imports)
    imports.queue(kept.id)
    for _ in range(2):
        for _ in range(10):
            claimed = imports.claim(holder="dies")
            imports.release(kept.id, holder="dies", attempt=claimed.attempt)
        assert imports.claim(holder="dies") is None
        assert imports.get(kept.id).status is ImportStatus.FAILED
        imports.retry(kept.id)
    assert imports.claim(holder="me").attempt == 21


def test_a_process_of_an_earlier_try_can_write_nothing_once_it_is_tried_again(imports):
    first = ended(imports, ImportStatus.STOPPED)
    imports.retry(first.id)
    imports.claim(holder="me")
    with pytest.raises(LeaseLost):
        imports.record_progress(first.id, "me", first.attempt, COUNTS)


def test_a_process_that_read_the_file_can_write_nothing_once_it_is_undone(imports):
    first = ended(imports, ImportStatus.DONE)
    imports.start_undo(first.id, holder="me", rows=10)
    with pytest.raises(LeaseLost):
        imports.record_undone(first.id, "me", first.attempt, undone=1)
