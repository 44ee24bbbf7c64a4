"""Long files, which are read apart from the request that uploads them."""

import pytest

from src import commands
from src.domain.imports import ImportStatus
from src.errors import Conflict, InvalidInput, NotFound
from src.pipeline.imports import reading
from tests.pipeline.imports.test_run import ANSWERS, BANK, container, rows_of, run_next_import

__all__ = ["container"]


@pytest.fixture(autouse=True)
def all_files_are_long(monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE", 10)


@pytest.fixture
def waiting(container):
    """What is to be read, in the order of the uploads."""
    works = []
    object.__setattr__(container.import_reading, "apart", works.append)
    return works


def start(container, text=BANK, changes=ANSWERS, **options):
    return container.import_reading.start(text.encode(), name="bank.csv", changes=changes, **options)


def killed(container, added):
    """The process that reads it is gone, and its lease has expired."""
    assert container.imports.release(added.id, holder=container.holder, attempt=1)


def read_by_a_scheduler(container):
    claimed = container.imports.claim(holder="scheduler")
    commands.run_import(container, claimed, holder="scheduler")
    return container.imports.get(claimed.id)


def test_a_long_file_is_stored_at_once_and_its_preview_comes_later(container, waiting):
    added = container.import_reading.upload(BANK.encode(), name="bank.csv", changes=ANSWERS)
    assert (added.status, added.has_file) == (ImportStatus.READING, True)
    assert container.imports.claim(holder="scheduler") is None  # this process reads it
    waiting.pop()()
    assert container.imports.get(added.id).status is ImportStatus.PREVIEW
    assert container.import_preview.preview(added.id).entry_count == 4
    assert rows_of(container) == ()
    container.import_preview.start(added.id)
    assert run_next_import(container).status is ImportStatus.DONE
    assert len(rows_of(container)) == 4


def test_one_that_starts_by_itself_is_imported_and_its_layout_remembered(container, waiting):
    added = start(container, changes={**ANSWERS, "account": "Giro"}, imports=True)
    waiting.pop()()
    queued = container.imports.get(added.id)
    assert (queued.status, queued.rows) == (ImportStatus.QUEUED, 5)
    assert [profile.layout for profile in container.import_profiles.all()] == [queued.layout]
    done = run_next_import(container)
    assert (done.status, done.counts.added) == (ImportStatus.DONE, 4)
    assert {row.transaction.account for row in rows_of(container)} == {"Giro"}


def test_killed_while_it_is_read_it_is_read_by_a_scheduler_with_the_same_answers(container, waiting):
    added = start(container, imports=True)
    with pytest.raises(NotFound):
        container.imports.get("another")
    killed(container, added)
    assert read_by_a_scheduler(container).status is ImportStatus.QUEUED
    waiting.pop()()  # the first reader was only slow: it changes nothing any more
    assert container.imports.get(added.id).status is ImportStatus.QUEUED
    assert run_next_import(container).counts.added == 4


def test_what_cannot_be_read_fails_with_its_reason_and_the_file_is_deleted(container, waiting):
    added = start(container, "%PDF-1.4 and so on")
    waiting.pop()()
    failed = container.imports.get(added.id)
    assert (failed.status, failed.has_file, failed.retry_until) == (ImportStatus.FAILED, False, None)
    assert "PDF" in failed.error


def test_one_that_starts_by_itself_fails_if_it_raises_a_question(container, waiting):
    added = start(container, changes={}, imports=True)
    waiting.pop()()
    failed = container.imports.get(added.id)
    assert failed.status is ImportStatus.FAILED
    assert "default_currency" in failed.error


def test_a_preview_with_a_question_waits_for_the_person(container, waiting):
    added = start(container, changes={})
    waiting.pop()()
    assert container.imports.get(added.id).status is ImportStatus.PREVIEW
    with pytest.raises(InvalidInput):
        container.import_preview.start(added.id)


def test_cancelled_while_it_is_read_it_is_gone(container, waiting):
    added = start(container)
    container.imports.discard(added.id)
    waiting.pop()()
    with pytest.raises(NotFound):
        container.imports.get(added.id)


def test_an_unknown_category_is_refused_before_anything_is_stored(container, waiting):
    with pytest.raises(InvalidInput):
        start(container, changes={**ANSWERS, "categories": {"Food": "no such category"}})
    assert container.imports.newest() == []


def test_what_could_never_be_read_can_be_tried_again(container, waiting):
    added = start(container)
    for _ in range(10):
        container.imports.release(added.id, holder="me", attempt=container.imports.get(added.id).attempt)
        killed_with = container.imports.get(added.id)
        container.imports.release(added.id, holder=container.holder, attempt=killed_with.attempt)
        container.imports.claim(holder="me")
    failed = container.imports.get(added.id)
    assert (failed.status, failed.has_file) == (ImportStatus.FAILED, True)
    with pytest.raises(Conflict):
        container.imports.queue(added.id)
    assert container.imports.retry(added.id).status is ImportStatus.READING
    assert read_by_a_scheduler(container).status is ImportStatus.PREVIEW


def test_how_far_it_is_read_is_stored(container, waiting):
    added = start(container)
    lease = (added.id, container.holder, 1)
    container.imports.record_reading(*lease, 0.25)
    shown = container.imports.get(added.id)
    assert shown.progress == 0.25
