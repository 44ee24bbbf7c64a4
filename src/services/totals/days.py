"""What the days of a period count, as they were counted last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from src.domain import LOCAL_OWNER
from src.services.mongo.client import Database, midnight
from src.services.totals.rows import Entry, entries_of_rows
from src.services.totals.tables import DAY, entries_of_day


def entries_of_days(
    database: Database, starts: int, currency: str, first: date, last: date
) -> Iterator[Entry]:
    """Of a day with too many sums for a document, from its transactions."""
    kind = {"owner": LOCAL_OWNER, "starts": starts, "kind": DAY, "currency": currency}
    period = {"$gte": first.isoformat(), "$lte": last.isoformat()}
    for document in database.month_totals.find({**kind, "period": period}):
        if document["groups"] is not None:
            yield from entries_of_day(document)
        else:
            day = midnight(date.fromisoformat(document["period"]))
            yield from entries_of_rows(database, {"currency": {"$eq": currency}, "date": day})
