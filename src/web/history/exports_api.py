"""The history as files for other programs, streamed."""

from __future__ import annotations

from src.web.history import csv_table, ledger_exports
from src.web.history.exports_schemas import json_line
from src.web.history.parquet import parquet
from src.web.history.schemas import HistoryFilterQuery
from src.web.history.streams import streamed, streamed_whole, texts
from src.web.openapi.operations import Answer, Operations

api = Operations("exports", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/history.csv",
    summary="The history as CSV",
    query=HistoryFilterQuery,
    returns={200: "text/csv"},
)
def history_csv(query: HistoryFilterQuery) -> Answer:
    """Streamed, UTF-8. A text that a spreadsheet would take for a formula begins with an apostrophe.
    All answers, all predictions and the own categories that are named stand in the last columns as JSON:
    the file can be brought in again, and everything is as it was."""
    return streamed_whole(query, texts(csv_table.csv_line, csv_table.heading()), "text/csv", "history.csv")


@api.operation(
    "GET",
    "/history.parquet",
    summary="The history as Parquet",
    query=HistoryFilterQuery,
    returns={200: "application/vnd.apache.parquet"},
)
def history_parquet(query: HistoryFilterQuery) -> Answer:
    """The columns of the CSV with types, compressed. It can be brought in again like the CSV."""
    return streamed_whole(query, parquet, "application/vnd.apache.parquet", "history.parquet")


@api.operation(
    "GET",
    "/history.jsonl",
    summary="The history as JSON lines",
    query=HistoryFilterQuery,
    returns={200: "application/jsonl"},
)
def history_jsonl(query: HistoryFilterQuery) -> Answer:
    """Each line is an item of `/history` with `source`, `audit`, `fingerprint`, `key`, all `predictions` and
    the `own_categories` it names beside. It can be brought in again, whole or line by line."""
    return streamed_whole(query, texts(json_line), "application/jsonl", "history.jsonl")


@api.operation(
    "GET",
    "/history.beancount",
    summary="The history as a beancount journal",
    query=HistoryFilterQuery,
    returns={200: "text/plain"},
)
def history_beancount(query: HistoryFilterQuery) -> Answer:
    """Categories become accounts, the mode of payment the other one; the rest is metadata."""
    written = texts(ledger_exports.beancount, ledger_exports.BEANCOUNT_HEAD)
    return streamed(query, written, "text/plain", "history.beancount")


@api.operation(
    "GET",
    "/history.journal",
    summary="The history as an hledger journal",
    query=HistoryFilterQuery,
    returns={200: "text/plain"},
)
def history_journal(query: HistoryFilterQuery) -> Answer:
    """Categories become accounts, the mode of payment the other one; the rest is tags."""
    return streamed(query, texts(ledger_exports.hledger), "text/plain", "history.journal")
