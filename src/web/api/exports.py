"""The history as files for other programs, streamed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from flask import Response

from src.domain import StoredTransaction
from src.web import journals
from src.web.operations import Answer, Operations
from src.web.schemas.history import HistoryFilterQuery
from src.web.wired import wiring

api = Operations("exports", __name__, url_prefix="/api/v1")
_ROWS_AT_ONCE = 200


@api.operation(
    "GET",
    "/history.jsonl",
    summary="The history as JSON lines",
    query=HistoryFilterQuery,
    returns={200: "application/jsonl"},
)
def history_jsonl(query: HistoryFilterQuery) -> Answer:
    """Each line is an item of `/history`."""
    return _streamed(query, journals.json_line, "application/jsonl", "history.jsonl")


@api.operation(
    "GET",
    "/history.beancount",
    summary="The history as a beancount journal",
    query=HistoryFilterQuery,
    returns={200: "text/plain"},
)
def history_beancount(query: HistoryFilterQuery) -> Answer:
    """Categories become accounts, the mode of payment the other one; the rest is metadata."""
    head = journals.BEANCOUNT_HEAD
    return _streamed(query, journals.beancount, "text/plain", "history.beancount", head=head)


@api.operation(
    "GET",
    "/history.journal",
    summary="The history as an hledger journal",
    query=HistoryFilterQuery,
    returns={200: "text/plain"},
)
def history_journal(query: HistoryFilterQuery) -> Answer:
    """Categories become accounts, the mode of payment the other one; the rest is tags."""
    return _streamed(query, journals.hledger, "text/plain", "history.journal")


def _streamed(
    query: HistoryFilterQuery,
    written: Callable[[StoredTransaction], str],
    mimetype: str,
    name: str,
    *,
    head: str = "",
) -> Response:
    rows = wiring().transactions.stream(query.to_domain(), sort=query.sort)
    first = list(itertools.islice(rows, 1))  # asked for here, so that an error still has its status
    response = Response(_texts(itertools.chain(first, rows), written, head), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _texts(
    rows: Iterator[StoredTransaction], written: Callable[[StoredTransaction], str], head: str
) -> Iterator[str]:
    yield head
    while some := list(itertools.islice(rows, _ROWS_AT_ONCE)):
        yield "".join(map(written, some))
