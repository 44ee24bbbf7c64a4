"""Months between two, and months that are covered whole."""

from datetime import date

import pytest

from src.domain.months import Coverage, last_day, months_between

TODAY = date(2026, 6, 15)


def test_every_month_between_the_first_and_the_last_is_named():
    assert months_between({"2026-02", "2025-11"}) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert len(months_between({"1970-01", "2036-12"})) == 67 * 12
    assert months_between({"1900-01", "2199-01"}) == ["1900-01", "2199-01"]
    assert months_between([]) == []


def test_the_last_day_of_a_month_follows_the_calendar():
    assert [last_day(month).day for month in ("2026-01", "2026-02", "2028-02", "2026-12")] == [31, 28, 29, 31]


@pytest.mark.parametrize(
    ("month", "partial"),
    [
        ("2026-01", True),  # begins on the 20th
        ("2026-02", False),
        ("2026-05", False),
        ("2026-06", True),  # is not over
    ],
)
def test_the_first_and_the_present_month_are_partial(month, partial):
    assert Coverage(date(2026, 1, 20), date(2026, 6, 14), TODAY).is_partial(month) is partial


def test_a_month_whose_end_is_not_imported_yet_is_partial():
    assert Coverage(date(2025, 1, 1), date(2026, 4, 12), TODAY).is_partial("2026-04")
    assert not Coverage(date(2025, 1, 1), date(2026, 4, 28), TODAY).is_partial("2026-04")


def test_a_history_that_begins_within_a_week_of_the_first_covers_the_month():
    assert not Coverage(date(2026, 1, 7), date(2026, 6, 14), TODAY).is_partial("2026-01")
    assert Coverage(date(2026, 1, 8), date(2026, 6, 14), TODAY).is_partial("2026-01")


def test_a_month_that_the_period_cuts_is_partial():
    coverage = Coverage(date(2020, 1, 1), TODAY, TODAY, since=date(2026, 2, 2), until=date(2026, 4, 29))
    months = ("2026-02", "2026-03", "2026-04")
    assert [coverage.is_partial(month) for month in months] == [True, False, True]
