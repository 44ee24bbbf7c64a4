"""Links from a sum to its rows: the totals above the list they lead to are that sum."""

from __future__ import annotations

from datetime import date

from flask import url_for

from src.domain.categories import NO_CATEGORY, Flow
from src.domain.months import first_day, last_day
from src.web.shared.forms import with_query
from src.web.shared.services import container

_EMPTIABLE = ("account", "mode", "merchant")


def history_link(
    currency: str,
    flow: Flow | str | None = None,
    *,
    since: date | None = None,
    until: date | None = None,
    **cell: str | int | None,
) -> str:
    """The address of the rows that count in a sum of cells.

    cell: what its cells share, named like a `Cell`: `month`, `category` (also a parent, with its children;
    None is uncategorized), `mode`, `account`, `merchant`, `weekday`. What is missing, matches all.
    """
    days = _days(cell.pop("month", None), since, until)
    values: dict[str, str | None] = {"counts": flow and str(flow), **days, "currency": currency}
    if "category" in cell:
        values["counted_in"] = str(cell.pop("category") or NO_CATEGORY)
    empty = [name for name in _EMPTIABLE if name in cell and not cell[name]]
    values |= {name: str(value) for name, value in cell.items() if name not in empty}
    return with_query(url_for("pages.history"), {**values, "without": ",".join(empty)})


def _days(month: str | int | None, since: date | None, until: date | None) -> dict[str, str | None]:
    if month:
        starts = container().preferences.current().month_starts
        first, last = first_day(str(month), starts), last_day(str(month), starts)
        since, until = max(since or first, first), min(until or last, last)
    return {"from": str(since) if since else None, "to": str(until) if until else None}
