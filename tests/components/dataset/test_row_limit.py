from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from src.components.dataset.row_limit import RowLimit, newest
from src.errors import NotEnoughMemory
from tests.components.labelled_rows import labelled

LIMIT = RowLimit(fixed_bytes=1_000_000, row_bytes=1_000, least_labels=500)


def choose(labels, lexicon, rows):
    """rows: for which there is memory."""
    return LIMIT.choose(labels, lexicon, 1_000_000 + 1_000 * rows)


def test_without_a_limit_everything_trains():
    assert RowLimit().choose(10**9, 10**6, None) == (1.0, 10**9)


def test_what_fits_is_kept_whole():
    assert choose(6_000, 4_000, rows=10_000) == (1.0, 6_000)


@pytest.mark.parametrize(("rows", "share"), [(9_999, 0.5), (7_999, 0.25), (6_500, 0.125)])
def test_the_lexicon_is_sampled_before_any_label_goes(rows, share):
    assert choose(6_000, 4_000, rows) == (share, 6_000)


def test_then_as_many_labels_stay_as_fit():
    assert choose(6_000, 4_000, rows=2_500) == (0.125, 2_000)


@pytest.mark.parametrize("labels", [0, 6_000])
def test_what_would_leave_next_to_nothing_is_refused_with_what_it_needs(labels):
    with pytest.raises(
        NotEnoughMemory, match=r"needs about [12] MB more of memory and may take 1 MB more; free"
    ):
        choose(labels, 4_000, rows=400)


def test_a_limit_that_is_used_up_already_is_refused_too():
    with pytest.raises(NotEnoughMemory, match="may take 0 MB more"):
        RowLimit().choose(10, 10, -5_000_000)


def test_the_newest_labels_stay_in_their_order():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    days = {"a": 3, "b": 1, "c": 2, "d": 4}
    labels = [
        replace(labelled(name, "SHOP", "dining"), labelled_at=start + timedelta(days=day))
        for name, day in days.items()
    ]
    assert [label.id for label in newest(labels, 2)] == ["a", "d"]
