"""Periods: their kinds, their neighbours, and the same days of other months."""

from datetime import date

import pytest

from src.domain.periods import Period, PeriodKind


def days(first, last, starts=1):
    return Period(date.fromisoformat(first), date.fromisoformat(last), starts)


@pytest.mark.parametrize(
    ("period", "kind"),
    [
        (days("2026-02-01", "2026-02-28"), PeriodKind.MONTH),
        (days("2026-02-15", "2026-03-14", 15), PeriodKind.MONTH),
        (days("2026-02-01", "2026-02-27"), PeriodKind.DAYS),
        (days("2026-01-01", "2026-12-31"), PeriodKind.YEAR),
        (days("2025-12-01", "2026-11-30"), PeriodKind.TWELVE_MONTHS),
        (days("2026-01-01", "2026-06-30"), PeriodKind.DAYS),
        (Period(date(2026, 2, 1), date(2026, 2, 28), everything=True), PeriodKind.EVERYTHING),
    ],
)
def test_a_period_knows_what_it_is(period, kind):
    assert period.kind is kind


def test_neighbours_are_of_the_same_kind():
    assert days("2026-03-01", "2026-03-31").neighbour(-1) == days("2026-02-01", "2026-02-28")
    assert days("2026-02-15", "2026-03-14", 15).neighbour(1) == days("2026-03-15", "2026-04-14", 15)
    assert days("2026-01-01", "2026-12-31").neighbour(1) == days("2027-01-01", "2027-12-31")
    assert days("2026-03-04", "2026-03-13").neighbour(-1) == days("2026-02-22", "2026-03-03")


def test_the_same_days_of_a_shorter_month_end_with_it():
    assert days("2026-03-01", "2026-03-14").moved(-1) == days("2026-02-01", "2026-02-14")
    assert days("2026-03-01", "2026-03-30").moved(-1) == days("2026-02-01", "2026-02-28")
    assert days("2026-02-01", "2026-02-28").moved(1) == days("2026-03-01", "2026-03-31")
    assert days("2026-03-15", "2026-03-20", 15).moved(-12) == days("2025-03-15", "2025-03-20", 15)


def test_months_are_those_it_touches():
    assert days("2025-12-31", "2026-02-01").months == ["2025-12", "2026-01", "2026-02"]
    assert days("2026-01-10", "2026-01-20", 15).months == ["2025-12", "2026-01"]
