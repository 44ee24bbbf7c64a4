"""The history as files for other programs, streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from src.domain.transactions import StoredTransaction
from src.web import journals
from src.web.operations import Answer, Operations
from src.web.schemas.history import HistoryFilterQuery
from src.web.streams import streamed

api = Operations("exports", __name__, url_prefix="/api/v1")


def _each(written: Callable[[StoredTransaction], str]) -> Callable[[Iterable[StoredTransaction]], str]:
    return lambda rows: "".join(map(written, rows))


@api.operation(
    "GET",
    "/history.jsonl",
    summary="The history as JSON lines",
    query=HistoryFilterQuery,
    returns={200: "application/jsonl"},
)
def history_jsonl(query: HistoryFilterQuery) -> Answer:
    """Each line is an item of `/history`."""
    return streamed(query, _each(journals.json_line), "application/jsonl", "history.jsonl")


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
    return streamed(query, _each(journals.beancount), "text/plain", "history.beancount", head=head)


@api.operation(
    "GET",
    "/history.journal",
    summary="The history as an hledger journal",
    query=HistoryFilterQuery,
    returns={200: "text/plain"},
)
def history_journal(query: HistoryFilterQuery) -> Answer:
    """Categories become accounts, the mode of payment the other one; the rest is tags."""
    return streamed(query, _each(journals.hledger), "text/plain", "history.journal")
