from datetime import timedelta

import pytest

from src.domain.acts import ActKind, ActSummary
from src.errors import InvalidInput
from src.services.transactions.acts import ActLog
from tests.services.rows import NOW


@pytest.fixture
def log(database):
    return ActLog(database)


def begin(log, *, at=NOW):
    return log.begin(ActKind.FEEDBACK, ActSummary("answered", {"category": "dining"}), at=at)


def test_an_act_is_listed_before_it_is_finished_and_has_its_rows_afterwards(log):
    act_id = begin(log)
    assert log.find(act_id).rows is None
    log.finish(act_id, rows=3)
    [act] = log.page().items
    assert (act.id, act.kind, act.rows, act.undone_at) == (act_id, ActKind.FEEDBACK, 3, None)
    assert act.what == ActSummary("answered", {"category": "dining"})


def test_an_act_that_changed_nothing_is_not_kept(log):
    log.finish(begin(log), rows=0)
    assert log.page().items == ()


def test_pages_follow_one_another_without_a_gap_also_within_one_moment(log):
    acts = [begin(log, at=NOW + timedelta(milliseconds=number // 3)) for number in range(7)]
    seen, cursor = [], None
    while True:
        page = log.page(limit=2, cursor=cursor)
        seen += [act.id for act in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert sorted(seen) == sorted(acts)
    assert seen[0] == acts[-1]
    assert set(seen[-3:]) == set(acts[:3])


@pytest.mark.parametrize(
    "cursor",
    ["x", "W10", "é", "WzFlOTk5LCAiYSJd", "W251bGwsIDFd", "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwgIngiXQ"],
)
def test_a_cursor_that_no_page_gave_is_refused(log, cursor):
    with pytest.raises(InvalidInput):
        log.page(cursor=cursor)


def test_only_the_first_of_two_marks_an_act_undone(log):
    act_id = begin(log)
    assert log.mark_undone(act_id, at=NOW)
    assert not log.mark_undone(act_id, at=NOW + timedelta(1))
    assert log.find(act_id).undone_at == NOW
