"""The kept transactions: read them, take them away as CSV, change or delete one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from flask import Response

from src.domain.transactions import StoredTransaction
from src.errors import InvalidInput, NotFound
from src.web.operations import Answer, Operations
from src.web.schemas.fields import money, utc_text
from src.web.schemas.history import (
    HistoryBody,
    HistoryFilterQuery,
    HistoryItemBody,
    HistoryQuery,
    history_item,
)
from src.web.schemas.transactions import TransactionChanges
from src.web.streams import streamed
from src.web.wired import wiring

api = Operations("history", __name__, url_prefix="/api/v1")

CSV_COLUMNS = (
    "id",
    "date",
    "description",
    "merchant",
    "subcategory",
    "amount",
    "currency",
    "direction",
    "mode",
    "category",
    "status",
    "predicted",
    "confidence",
    "band",
    "decided_by",
    "created_at",
)
# A spreadsheet reads a cell that begins so as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@api.operation(
    "GET",
    "/history",
    summary="Search the history, page by page",
    query=HistoryQuery,
    returns={200: HistoryBody},
    errors=(404, 503),
)
def history(query: HistoryQuery) -> Answer:
    """Hand `next_cursor` back as `cursor`, with the same filters, for the page that follows."""
    try:
        page = wiring().transactions.history(
            query.to_domain(), sort=query.sort, limit=query.limit, cursor=query.cursor
        )
    except InvalidInput as error:  # the filters are checked: only a cursor can still be one we never gave
        raise NotFound(str(error)) from None
    return {
        "items": [history_item(each) for each in page.items],
        "next_cursor": page.next_cursor,
        "total": page.total,
    }


@api.operation(
    "GET",
    "/history.csv",
    summary="The history as CSV",
    query=HistoryFilterQuery,
    returns={200: "text/csv"},
)
def history_csv(query: HistoryFilterQuery) -> Answer:
    """Streamed, UTF-8. A text that a spreadsheet would take for a formula begins with an apostrophe."""
    return streamed(query, _csv, "text/csv", "history.csv", head=_lines([CSV_COLUMNS]))


def _csv(rows: Iterable[StoredTransaction]) -> str:
    return _lines(_cells(stored) for stored in rows)


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cells(stored: StoredTransaction) -> list[str]:
    given, newest = stored.transaction, stored.prediction
    return [
        stored.id,
        given.date.isoformat(),
        harmless(given.description),
        harmless(given.merchant),
        harmless(given.subcategory),
        money(given.amount, given.currency),
        given.currency,
        given.direction.value,
        harmless(given.mode),
        stored.category or "",
        stored.status.value,
        newest.category or "",
        f"{newest.confidence:.4f}",
        newest.band.value,
        newest.decided_by.value,
        utc_text(stored.created_at),
    ]


def harmless(text: str | None) -> str:
    return f"'{text}" if text and text.startswith(_FORMULA) else text or ""


@api.operation(
    "PATCH",
    "/transactions/{id}",
    summary="Change what was given of one transaction",
    body=TransactionChanges,
    returns={200: HistoryItemBody},
    errors=(404, 409, 503),
)
def edit_transaction(id: str, body: TransactionChanges) -> Answer:
    """It is predicted anew, unless a person has answered: that answer stays."""
    changes = body.changed(wiring().transactions.get(id).transaction)
    return history_item(wiring().predictor.edit(id, changes, at=datetime.now(UTC)))


@api.operation(
    "DELETE",
    "/transactions/{id}",
    summary="Delete one transaction with its feedback",
    returns={204: None},
    errors=(404, 503),
)
def delete_transaction(id: str) -> Answer:
    """For good; what was learned from its feedback goes with it."""
    wiring().transactions.delete(id)
    return Response(status=204)
