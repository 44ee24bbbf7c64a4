"""A row that a person deleted does not come back with the next import, until the deletion is undone."""

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest

from src.errors import Conflict, LedgerloopError, NotFound
from src.services.mongo.client import Database
from tests.pipeline.imports.test_run import container, import_text, rows_of, undo

__all__ = ["container"]
NOW = datetime(2026, 3, 9, tzinfo=UTC)


def counts_of(done):
    counts = done.counts
    whole = counts.added + counts.known + counts.deleted + counts.rejected + counts.left_out
    assert whole == counts.read == done.rows
    return counts.added, counts.known, counts.deleted


def delete(container, position):
    """The act, and the row as it was."""
    row = rows_of(container)[position]
    return container.transaction_editor.delete(row.id, at=NOW), row


def test_a_deleted_row_stays_deleted_when_its_file_comes_again(container):
    import_text(container)
    delete(container, 1)
    assert counts_of(import_text(container)) == (0, 3, 1)
    assert len(rows_of(container)) == 3


def test_a_deletion_is_undone_once_and_the_row_is_back_with_its_whole_life(container):
    import_text(container)
    container.feedback.record(rows_of(container)[1].id, "travel", at=NOW)
    act, row = delete(container, 1)
    import_text(container)
    undone = container.act_undo.undo(act, at=NOW)
    assert (undone.rows, undone.kept) == (1, 0)
    assert rows_of(container)[1] == row
    assert counts_of(import_text(container)) == (0, 4, 0)
    with pytest.raises(Conflict):
        container.act_undo.undo(act, at=NOW)


def test_a_deletion_outlives_its_import_and_is_undone_into_the_next_one(container):
    first = import_text(container)
    act, _ = delete(container, 1)
    assert undo(container, first.id) == (3, 0)
    later = import_text(container)
    assert counts_of(later) == (3, 0, 1)
    container.act_undo.undo(act, at=NOW)
    assert container.imported_transactions.count(later.id) == 4
    assert undo(container, later.id) == (4, 0)
    assert rows_of(container) == ()


def test_a_row_that_two_imports_have_is_restored_to_the_one_that_is_left(container):
    first, later = import_text(container), import_text(container)
    act, _ = delete(container, 1)
    undo(container, first.id)
    container.act_undo.undo(act, at=NOW)
    assert (
        container.imported_transactions.count(first.id),
        container.imported_transactions.count(later.id),
    ) == (
        0,
        4,
    )


def test_undoing_an_import_is_no_deletion_by_hand(container):
    undo(container, import_text(container).id)
    assert counts_of(import_text(container)) == (4, 0, 0)


def test_a_deletion_that_was_killed_half_way_has_deleted_nothing(container, monkeypatch):
    done = import_text(container)

    class Killed:
        def __init__(self, rows):
            self._rows = rows

        def __getattr__(self, name):
            return getattr(self._rows, name)

        def bulk_write(self, *_, **__):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        killed = Killed(container.database.collection("transactions"))
        patched.setattr(Database, "transactions", property(lambda _: killed))
        with pytest.raises(KeyboardInterrupt):
            delete(container, 1)
    assert counts_of(import_text(container)) == (0, 4, 0)
    [act] = container.act_log.page().items
    assert act.rows is None
    for import_id in (done.id, container.imports.newest()[0].id):
        undo(container, import_id)
    assert counts_of(import_text(container)) == (4, 0, 0)


def test_two_who_delete_a_row_at_once_delete_it_once_and_it_can_be_restored(container):
    import_text(container)
    row, together, outcomes = rows_of(container)[1].id, Barrier(4), []

    def one():
        together.wait()
        try:
            outcomes.append(container.transaction_editor.delete(row, at=NOW))
        except LedgerloopError as error:
            outcomes.append(type(error))

    people = [Thread(target=one) for _ in range(4)]
    [thread.start() for thread in people]
    [thread.join() for thread in people]
    acts = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(acts) == 1
    assert outcomes.count(NotFound) == 3
    assert [act.id for act in container.act_log.page().items] == acts
    assert container.act_undo.undo(acts[0], at=NOW).rows == 1
    assert len(rows_of(container)) == 4
