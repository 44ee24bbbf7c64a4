"""The way back of an import that is too large to go while a person waits."""

from datetime import UTC, datetime

import pytest

from src import commands
from src.domain.imports import ImportStatus
from src.domain.transactions import HistoryFilter, Status
from src.errors import Conflict
from src.pipeline.imports import undo
from src.services.transactions import imported
from tests.pipeline.imports.test_run import brought, house, rows_of, work_off

__all__ = ["house"]
ROWS = 25
LONG = "Date,Details,Amount\n" + "".join(
    f"2026-03-04,SHOP {each},-{each}.50\n" for each in range(1, ROWS + 1)
)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    monkeypatch.setattr(undo, "AT_ONCE", 20)
    monkeypatch.setattr(imported, "_BATCH", 10)


def test_many_rows_go_apart_from_the_request_and_the_import_says_so_meanwhile(house):
    done = brought(house, LONG)
    assert house.undoing.begin(done.id, holder="web") is None
    begun = house.imports.get(done.id)
    assert (begun.status, begun.progress) == (ImportStatus.UNDOING, 0)
    assert len(rows_of(house)) == ROWS
    for act in (lambda: house.imports.stop(done.id), lambda: house.undoing.begin(done.id, holder="web")):
        with pytest.raises(Conflict):
            act()
    undone = take_back(house)
    assert (undone.status, undone.rows_undone, undone.progress) == (ImportStatus.UNDONE, ROWS, 1)
    assert rows_of(house) == ()


def test_killed_in_the_middle_it_goes_on_with_what_is_left(house, monkeypatch):
    done = brought(house, LONG)
    for row in rows_of(house):
        house.feedback.record(row.id, "travel", at=datetime.now(UTC))
    house.undoing.begin(done.id, holder="web")
    claimed, told = house.imports.claim(holder="dies"), []

    def dying(*args, undone):
        told.append(undone)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(house.imports, "took_back", dying)
        with pytest.raises(KeyboardInterrupt):
            house.undoing.run(claimed, holder="dies")
    assert told == [10]
    assert len(rows_of(house)) == ROWS - 10
    house.imports.release(claimed.id, holder="dies", attempt=claimed.attempt)
    undone = take_back(house)
    assert (undone.rows_undone, undone.kept_aside) == (ROWS, ROWS)
    assert brought(house, LONG).counts.added == ROWS
    returned = house.transactions.history(HistoryFilter(), limit=100).items
    assert {(row.status, row.category) for row in returned} == {(Status.CORRECTED, "travel")}


def test_other_imports_wait_their_turn_and_keep_their_rows(house):
    first = brought(house, LONG)
    house.undoing.begin(first.id, holder="web")
    other = house.intake.receive(
        LONG.replace("SHOP", "STALL").encode(), name="other.csv", changes={"default_currency": "USD"}
    )
    house.intake.begin(other.id)
    assert take_back(house).id == first.id
    assert work_off(house).counts.added == ROWS
    assert {row.transaction.merchant.split()[0] for row in rows_of(house)} == {"stall"}


def take_back(house):
    claimed = house.imports.claim(holder="clock")
    commands.work_off(house, claimed, holder="clock")
    return house.imports.get(claimed.id)


def numbers(undone):
    return undone.status, undone.rows_undone, undone.rows_stay


LONGER = LONG + "2026-03-05,BUS PASS,-30.00\n"
FEW = "".join(LONG.splitlines(keepends=True)[:6])


def test_rows_that_a_later_import_also_has_stay_with_it(house):
    first, later = brought(house, LONG), brought(house, FEW)
    house.feedback.record(rows_of(house)[-1].id, "travel", at=datetime.now(UTC))
    assert house.imported_rows.count_shared(first.id) == 5
    house.undoing.begin(first.id, holder="web")
    assert numbers(take_back(house)) == (ImportStatus.UNDONE, ROWS - 5, 5)
    assert (len(rows_of(house)), house.imported_rows.count(later.id)) == (5, 5)
    assert house.undoing.begin(later.id, holder="web") == (5, 0)
    assert rows_of(house) == ()


def test_a_later_import_that_is_undone_first_holds_nothing_any_more(house):
    first, later = brought(house, LONG), brought(house, LONGER)
    assert house.undoing.begin(later.id, holder="web") == (1, 0)
    assert len(rows_of(house)) == ROWS
    house.undoing.begin(first.id, holder="web")
    assert numbers(take_back(house)) == (ImportStatus.UNDONE, ROWS, 0)


def test_rows_pass_from_import_to_import_as_long_as_one_has_them(house):
    imports = [brought(house, FEW).id for _ in range(3)]
    for import_id in imports[:2]:
        assert house.undoing.begin(import_id, holder="web") == (0, 0)
        assert numbers(house.imports.get(import_id)) == (ImportStatus.UNDONE, 0, 5)
        assert house.undoing.begin(import_id, holder="web") == (0, 0)
        assert numbers(house.imports.get(import_id)) == (ImportStatus.UNDONE, 0, 0)
    assert house.undoing.begin(imports[2], holder="web") == (5, 0)


def test_killed_after_rows_have_passed_on_it_counts_them_once(house, monkeypatch):
    first, later = brought(house, LONG), brought(house, FEW)
    house.undoing.begin(first.id, holder="web")

    def dying(*args, **kwargs):
        raise KeyboardInterrupt

    for step in ("passed_on", "took_back", "undone"):
        claimed = house.imports.claim(holder="dies")
        with monkeypatch.context() as patched:
            patched.setattr(house.imports, step, dying)
            with pytest.raises(KeyboardInterrupt):
                house.undoing.run(claimed, holder="dies")
        house.imports.release(claimed.id, holder="dies", attempt=claimed.attempt)
    assert numbers(take_back(house)) == (ImportStatus.UNDONE, ROWS - 5, 5)
    assert house.imported_rows.count(later.id) == 5


def test_an_import_that_runs_while_another_is_undone_ends_with_all_its_rows(house, monkeypatch):
    first = brought(house, FEW)
    hold, undone = house.imported_rows.hold, []

    def undone_in_between(keys, *, import_id):
        held = hold(keys, import_id=import_id)
        if not undone:
            undone.append(house.undoing.begin(first.id, holder="web"))
        return held

    with monkeypatch.context() as patched:
        patched.setattr(
            type(house.imported_rows), "hold", lambda _, *args, **kw: undone_in_between(*args, **kw)
        )
        later = brought(house, LONG)
    assert undone == [(0, 0)]
    assert house.imported_rows.count(later.id) == ROWS == len(rows_of(house))


def test_a_row_that_two_imports_bring_at_once_is_held_by_both(house, monkeypatch):
    known, earlier = house.imported_rows.hold, []

    def another_was_quicker(keys, *, import_id):
        held = known(keys, import_id=import_id)
        if not earlier:
            earlier.append("")
            other = house.intake.receive(FEW.encode(), name="few.csv", changes={"default_currency": "USD"})
            house.intake.begin(other.id)
            earlier[0] = work_off(house).id
        return held

    with monkeypatch.context() as patched:
        patched.setattr(
            type(house.imported_rows), "hold", lambda _, *args, **kw: another_was_quicker(*args, **kw)
        )
        later = brought(house, LONG)
    assert (later.counts.added, later.counts.known) == (ROWS - 5, 5)
    assert house.undoing.begin(earlier[0], holder="web") == (0, 0)
    assert house.imported_rows.count(later.id) == ROWS


def test_rows_from_before_imports_were_noted_on_them_go_with_their_own(house):
    first = brought(house, FEW)
    house.database.collection("transactions").update_many({}, {"$unset": {"also_in": "", "passed_on_by": ""}})
    assert house.undoing.begin(first.id, holder="web") == (5, 0)
