"""Periods of days: the query of the analytics and quality pages, links to common ones, and their words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from src.domain.months import first_day, month_of
from src.web.shared import format
from src.web.shared.fields import IsoDate, QueryModel
from src.web.shared.forms import with_query


class PeriodQuery(QueryModel):
    """The days of the transactions."""

    since: Annotated[IsoDate | None, Field(alias="from", description="First day, inclusive.")] = None
    until: Annotated[IsoDate | None, Field(alias="to", description="Last day, inclusive.")] = None


def quick_periods(
    address: str, today: date, *, month_starts: int = 1, **more: str | None
) -> list[tuple[str, str]]:
    """(name, link) of each; month_starts: the day that months begin with; more: values kept in the links."""
    month = first_day(month_of(today, month_starts), month_starts)
    last_day = month - timedelta(days=1)
    last_month = first_day(month_of(last_day, month_starts), month_starts)
    spans = {
        "This month": (month, None),
        "Last month": (last_month, last_day),
        "This year": (date(today.year, 1, 1), None),
        "Twelve months": (date(month.year - 1, month.month, month_starts), None),
        "Everything": (None, None),
    }
    return [
        (name, with_query(address, {"from": str(since or ""), "to": str(until or ""), **more}))
        for name, (since, until) in spans.items()
    ]


def period(since: date | None, until: date | None) -> str:
    """`from 1 Mar 2026 to 31 Mar 2026`, `since …`, `until …`; "" for all days."""
    if since and until:
        return f"from {format.day(since)} to {format.day(until)}"
    if since:
        return f"since {format.day(since)}"
    return f"until {format.day(until)}" if until else ""
