"""Periods a person asks for most, as links to a page that filters by `from` and `to`."""

from __future__ import annotations

from datetime import date, timedelta

from src.web.shared.forms import with_query


def quick_periods(address: str, today: date, **others: str | None) -> list[tuple[str, str]]:
    """(name, link) each; `others` are kept in the links."""
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    year_ago = date(month.year - 1, month.month, 1)
    spans = {
        "This month": (month, None),
        "Last month": (before, month - timedelta(days=1)),
        "This year": (date(today.year, 1, 1), None),
        "Twelve months": (year_ago, None),
        "Everything": (None, None),
    }
    return [
        (name, with_query(address, {"from": str(since or ""), "to": str(until or ""), **others}))
        for name, (since, until) in spans.items()
    ]
