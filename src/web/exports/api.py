"""The history as files for other programs, streamed a thousand transactions at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response, url_for

from src.web.exports import backup_formats, journals
from src.web.exports.backup import Backup, BackupRow
from src.web.exports.parquet import parquet
from src.web.exports.spreadsheet import XLSX, Dialect, Line, Lines, csv_pieces, xlsx_pieces
from src.web.history.schemas import HistoryFilterQuery
from src.web.openapi.operations import Operations, ResponseValue
from src.web.shared.blueprint import bp, merchant_names
from src.web.shared.forms import with_query

if TYPE_CHECKING:
    from src.domain.categories import Category
    from src.domain.transactions import StoredTransaction
    from src.pipeline.settings.setup_backup import SetupBackup
    from src.services.categories.repository import Categories
    from src.services.transactions.repository import Transactions
    from src.services.transfers.links import Links

T = TypeVar("T")
_BATCH = 200

api = Operations("exports", __name__, url_prefix="/api/v1")


@dataclass(frozen=True)
class Export:
    extension: str
    title: str
    media_type: str
    description: str
    write: Callable[[Iterator[Any]], Iterator[str] | Iterator[bytes]]
    """The pieces of the file, from no more transactions at a time than a piece needs."""
    complete: bool = True
    """`write` gets batches of BackupRow, and the file can be imported again; else StoredTransactions."""

    @property
    def endpoint(self) -> str:
        return f"history_{self.extension}"


def _backup(
    lines_of: Callable[[Sequence[BackupRow]], str], head: str = ""
) -> Callable[[Iterator[Sequence[BackupRow]]], Iterator[str]]:
    return lambda batches: itertools.chain((head,), map(lines_of, batches))


def _journal(
    entry_of: Callable[[StoredTransaction], str], head: str = ""
) -> Callable[[Iterator[StoredTransaction]], Iterator[str]]:
    def write(rows: Iterator[StoredTransaction]) -> Iterator[str]:
        yield head
        while batch := list(itertools.islice(rows, _BATCH)):
            yield "".join(map(entry_of, batch))

    return write


EXPORTS = (
    Export(
        "csv",
        "Backup (all details)",
        "text/csv",
        "UTF-8. A text that a spreadsheet would take for a formula begins with an apostrophe. The last "
        "columns have all answers, predictions, edits and links, and the named own categories, as JSON; the "
        "first row also has `setup`: accounts, filters, rules, settings and more. An import of the file "
        "restores everything.",
        _backup(backup_formats.csv_lines, backup_formats.heading()),
    ),
    Export(
        "jsonl",
        "JSON lines",
        "application/jsonl",
        "Each line is an item of `/history` with `source`, `audit`, `fingerprint`, `key`, all "
        "`predictions`, `edits` and `links`, and the `own_categories` it names; the first also with `setup`: "
        "accounts, filters, rules, settings and more. An import of the file, or of single lines, restores "
        "everything.",
        _backup(backup_formats.json_lines),
    ),
    Export(
        "parquet",
        "Parquet",
        "application/vnd.apache.parquet",
        "The columns of the CSV with types, compressed. It can be imported like the CSV.",
        parquet,
    ),
    Export(
        "beancount",
        "beancount",
        "text/plain",
        "Categories become accounts; the other account is the own account, else the payment method; the rest "
        "is metadata.",
        _journal(journals.beancount, journals.BEANCOUNT_HEAD),
        complete=False,
    ),
    Export(
        "journal",
        "hledger",
        "text/plain",
        "Categories become accounts; the other account is the own account, else the payment method; the rest "
        "is tags.",
        _journal(journals.hledger),
        complete=False,
    ),
)


_DOWNLOADS = (
    ("Spreadsheet (CSV)", "exports.spreadsheet_csv"),
    ("Excel (XLSX)", "exports.spreadsheet_xlsx"),
    *((export.title, f"exports.{export.endpoint}") for export in EXPORTS),
)


@bp.app_template_global()
def downloads(filters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Titles and addresses of all exports of the transactions that match."""
    return [(title, with_query(url_for(endpoint), filters)) for title, endpoint in _DOWNLOADS]


def _rows(query: HistoryFilterQuery, transactions: Transactions) -> Iterator[StoredTransaction]:
    return _started(transactions.stream(query.to_domain(), sort=query.sort))


def _started(items: Iterator[T]) -> Iterator[T]:
    first = list(itertools.islice(items, 1))  # an error here still has its status
    return itertools.chain(first, items)


def _download(pieces: Iterator[Any], media_type: str, name: str) -> Response:
    response = Response(pieces, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _view(export: Export) -> Callable[..., ResponseValue]:
    def journal(query: HistoryFilterQuery, *, transactions: Transactions) -> ResponseValue:
        return download(_rows(query, transactions))

    def backup(
        query: HistoryFilterQuery,
        *,
        transactions: Transactions,
        categories: Categories,
        setup_backup: SetupBackup,
        links: Links,
    ) -> ResponseValue:
        content = Backup(categories.own(), setup_backup.current(), links.of_any)
        return download(content.rows(_started(transactions.stream_plain(query.to_domain(), sort=query.sort))))

    def download(rows: Iterator[Any]) -> ResponseValue:
        return _download(export.write(rows), export.media_type, f"history.{export.extension}")

    view: Callable[..., ResponseValue] = backup if export.complete else journal

    view.__name__ = export.endpoint
    view.__doc__ = export.description
    return view


for _export in EXPORTS:
    api.operation(
        "GET",
        f"/history.{_export.extension}",
        summary=f"Export the history: {_export.title}",
        query=HistoryFilterQuery,
        returns={200: _export.media_type},
    )(_view(_export))


@api.operation(
    "GET",
    "/history/spreadsheet.csv",
    summary="Export for a spreadsheet as CSV",
    query=HistoryFilterQuery,
    returns={200: "text/csv"},
)
def spreadsheet_csv(
    query: HistoryFilterQuery, *, transactions: Transactions, categories: Categories
) -> ResponseValue:
    """Date, text, merchant, category, type, amount (below zero for what left an account), currency, account
    and notes, in UTF-8; a line for each part of a split transaction. The type is how Analytics counts the
    amount: Expense, Refund (lowers the spending of its category), Income, Saving or Transfer. Separator,
    decimal mark and dates are those of the `Accept-Language`. A text that a spreadsheet would take for a
    formula begins with an apostrophe."""
    lines = _lines_of(query, transactions, categories)
    return _download(csv_pieces(lines, Dialect.of_visitor()), "text/csv", "transactions.csv")


@api.operation(
    "GET",
    "/history/spreadsheet.xlsx",
    summary="Export for a spreadsheet as XLSX",
    query=HistoryFilterQuery,
    returns={200: XLSX},
)
def spreadsheet_xlsx(
    query: HistoryFilterQuery, *, transactions: Transactions, categories: Categories
) -> ResponseValue:
    """The columns of `spreadsheet.csv`, with real dates and numbers."""
    lines = _lines_of(query, transactions, categories)
    return _download(xlsx_pieces(lines), XLSX, "transactions.xlsx")


def _lines_of(
    query: HistoryFilterQuery, transactions: Transactions, categories: Categories
) -> Iterator[Line]:
    """Categories and names are read now: the file is written after the request."""
    by_slug: dict[str | None, Category] = {category.slug: category for category in categories.all()}
    counted = query.to_domain().counted
    lines = Lines(by_slug, transactions.purchases_of, merchant_names(), counted)
    return lines.of(_rows(query, transactions))
