"""The way back of an import that is too large to go while a person waits."""

from datetime import UTC, datetime

import pytest

from src import children
from src.domain.history import HistoryFilter
from src.domain.imports import ImportStatus
from src.domain.transactions import Status
from src.errors import Conflict
from src.pipeline import undoing
from src.services import imported_rows
from tests.pipeline.test_importing import brought, house, rows_of, work_off

__all__ = ["house"]
ROWS = 25
LONG = "Date,Details,Amount\n" + "".join(
    f"2026-03-04,SHOP {each},-{each}.50\n" for each in range(1, ROWS + 1)
)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    monkeypatch.setattr(undoing, "AT_ONCE", 20)
    monkeypatch.setattr(imported_rows, "_AT_ONCE", 10)


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
    children.work_off(house, claimed, holder="clock")
    return house.imports.get(claimed.id)
