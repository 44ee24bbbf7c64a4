"""The way back of an import that is too large to go while a person waits."""

from datetime import UTC, datetime

import pytest

from src import commands
from src.domain.imports import ImportStatus
from src.domain.transactions import HistoryFilter, Status
from src.errors import Conflict
from src.pipeline.imports import undo
from src.services.transactions import imported
from tests.pipeline.imports.test_run import container, import_text, rows_of, run_next_import

__all__ = ["container"]
ROWS = 25
LONG = "Date,Details,Amount\n" + "".join(
    f"2026-03-04,SHOP {number},-{number}.50\n" for number in range(1, ROWS + 1)
)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    monkeypatch.setattr(undo, "AT_ONCE", 20)
    monkeypatch.setattr(imported, "_BATCH", 10)


def test_many_rows_are_undone_outside_the_request_and_the_import_shows_it_meanwhile(container):
    done = import_text(container, LONG)
    assert container.import_undo.start(done.id, holder="web") is None
    begun = container.imports.get(done.id)
    assert (begun.status, begun.progress) == (ImportStatus.UNDOING, 0)
    assert len(rows_of(container)) == ROWS
    for act in (
        lambda: container.imports.stop(done.id),
        lambda: container.import_undo.start(done.id, holder="web"),
    ):
        with pytest.raises(Conflict):
            act()
    undone = run_next_undo(container)
    assert (undone.status, undone.rows_undone, undone.progress) == (ImportStatus.UNDONE, ROWS, 1)
    assert rows_of(container) == ()


def test_killed_in_the_middle_it_goes_on_with_what_is_left(container, monkeypatch):
    done = import_text(container, LONG)
    for row in rows_of(container):
        container.feedback.record(row.id, "travel", at=datetime.now(UTC))
    container.import_undo.start(done.id, holder="web")
    claimed, progress = container.imports.claim(holder="dies"), []

    def dying(*args, undone):
        progress.append(undone)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(container.imports, "record_undone", dying)
        with pytest.raises(KeyboardInterrupt):
            container.import_undo.run(claimed, holder="dies")
    assert progress == [10]
    assert len(rows_of(container)) == ROWS - 10
    container.imports.release(claimed.id, holder="dies", attempt=claimed.attempt)
    undone = run_next_undo(container)
    assert (undone.rows_undone, undone.kept_aside) == (ROWS, ROWS)
    assert import_text(container, LONG).counts.added == ROWS
    returned = container.transactions.history(HistoryFilter(), limit=100).items
    assert {(row.status, row.category) for row in returned} == {(Status.CORRECTED, "travel")}


def test_other_imports_wait_their_turn_and_keep_their_rows(container):
    first = import_text(container, LONG)
    container.import_undo.start(first.id, holder="web")
    other = container.import_preview.upload(
        LONG.replace("SHOP", "STALL").encode(), name="other.csv", changes={"default_currency": "USD"}
    )
    container.import_preview.start(other.id)
    assert run_next_undo(container).id == first.id
    assert run_next_import(container).counts.added == ROWS
    assert {row.transaction.merchant.split()[0] for row in rows_of(container)} == {"stall"}


def run_next_undo(container):
    claimed = container.imports.claim(holder="clock")
    commands.run_import(container, claimed, holder="clock")
    return container.imports.get(claimed.id)


def numbers(undone):
    return undone.status, undone.rows_undone, undone.rows_stay


LONGER = LONG + "2026-03-05,BUS PASS,-30.00\n"
FEW = "".join(LONG.splitlines(keepends=True)[:6])


def test_rows_that_a_later_import_also_has_stay_with_it(container):
    first, later = import_text(container, LONG), import_text(container, FEW)
    container.feedback.record(rows_of(container)[-1].id, "travel", at=datetime.now(UTC))
    assert container.imported_transactions.count_shared(first.id) == 5
    container.import_undo.start(first.id, holder="web")
    assert numbers(run_next_undo(container)) == (ImportStatus.UNDONE, ROWS - 5, 5)
    assert (len(rows_of(container)), container.imported_transactions.count(later.id)) == (5, 5)
    assert container.import_undo.start(later.id, holder="web") == (5, 0)
    assert rows_of(container) == ()


def test_a_later_import_that_is_undone_first_holds_nothing_any_more(container):
    first, later = import_text(container, LONG), import_text(container, LONGER)
    assert container.import_undo.start(later.id, holder="web") == (1, 0)
    assert len(rows_of(container)) == ROWS
    container.import_undo.start(first.id, holder="web")
    assert numbers(run_next_undo(container)) == (ImportStatus.UNDONE, ROWS, 0)


def test_rows_pass_from_import_to_import_as_long_as_one_has_them(container):
    imports = [import_text(container, FEW).id for _ in range(3)]
    for import_id in imports[:2]:
        assert container.import_undo.start(import_id, holder="web") == (0, 0)
        assert numbers(container.imports.get(import_id)) == (ImportStatus.UNDONE, 0, 5)
        assert container.import_undo.start(import_id, holder="web") == (0, 0)
        assert numbers(container.imports.get(import_id)) == (ImportStatus.UNDONE, 0, 0)
    assert container.import_undo.start(imports[2], holder="web") == (5, 0)


def test_killed_after_rows_have_passed_on_it_counts_them_once(container, monkeypatch):
    first, later = import_text(container, LONG), import_text(container, FEW)
    container.import_undo.start(first.id, holder="web")

    def dying(*args, **kwargs):
        raise KeyboardInterrupt

    for step in ("record_shared", "record_undone", "finish_undo"):
        claimed = container.imports.claim(holder="dies")
        with monkeypatch.context() as patched:
            patched.setattr(container.imports, step, dying)
            with pytest.raises(KeyboardInterrupt):
                container.import_undo.run(claimed, holder="dies")
        container.imports.release(claimed.id, holder="dies", attempt=claimed.attempt)
    assert numbers(run_next_undo(container)) == (ImportStatus.UNDONE, ROWS - 5, 5)
    assert container.imported_transactions.count(later.id) == 5


def test_an_import_that_runs_while_another_is_undone_ends_with_all_its_rows(container, monkeypatch):
    first = import_text(container, FEW)
    share, undone = container.imported_transactions.share, []

    def undone_in_between(keys, *, import_id):
        held = share(keys, import_id=import_id)
        if not undone:
            undone.append(container.import_undo.start(first.id, holder="web"))
        return held

    with monkeypatch.context() as patched:
        patched.setattr(
            type(container.imported_transactions),
            "share",
            lambda _, *args, **kw: undone_in_between(*args, **kw),
        )
        later = import_text(container, LONG)
    assert undone == [(0, 0)]
    assert container.imported_transactions.count(later.id) == ROWS == len(rows_of(container))


def test_a_row_that_two_imports_contain_at_once_belongs_to_both(container, monkeypatch):
    alike, earlier = container.imported_transactions.alike, []

    def another_was_quicker(contents, *, import_id):
        stored = alike(contents, import_id=import_id)
        if not earlier:
            earlier.append("")
            other = container.import_preview.upload(
                FEW.encode(), name="few.csv", changes={"default_currency": "USD"}
            )
            container.import_preview.start(other.id)
            earlier[0] = run_next_import(container).id
        return stored

    with monkeypatch.context() as patched:
        patched.setattr(
            type(container.imported_transactions),
            "alike",
            lambda _, *args, **kw: another_was_quicker(*args, **kw),
        )
        later = import_text(container, LONG)
    assert (later.counts.added, later.counts.known) == (ROWS - 5, 5)
    assert container.import_undo.start(earlier[0], holder="web") == (0, 0)
    assert container.imported_transactions.count(later.id) == ROWS


def test_rows_from_before_imports_were_noted_on_them_go_with_their_own(container):
    first = import_text(container, FEW)
    container.database.collection("transactions").update_many(
        {}, {"$unset": {"also_in": "", "passed_on_by": ""}}
    )
    assert container.import_undo.start(first.id, holder="web") == (5, 0)
