"""A transaction in the formats of exports: JSON and CSV, which can be imported again, beancount, hledger."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from typing_extensions import TypedDict

from src.domain.categories import Category
from src.domain.spreadsheet_cells import escape_formula
from src.domain.transactions import Direction, MistakeMark, StoredTransaction, Transaction
from src.web.categories.schemas import CategoryBody, category_body
from src.web.history.schemas import HistoryItemBody, PastPredictionBody, history_item, past_prediction
from src.web.shared.fields import money, utc_text

COLUMNS = (
    "id date description merchant subcategory amount currency direction mode "
    "account counterparty notes mcc tags "
    "category status predicted confidence band decided_by created_at model_version source audit fingerprint "
    "key transfer refund_of doubt splits feedback predictions own_categories"
).split()
"""Of the CSV and of Parquet: one row per transaction, its answers and predictions at the end."""

BEANCOUNT_HEAD = 'plugin "beancount.plugins.auto_accounts"\n'
"""Accounts need no `open` directive."""

_ROOTS = {Direction.EXPENSE: "Expenses", Direction.INCOME: "Income", Direction.TRANSFER: "Assets:Transfers"}
_NOT_PLAIN = re.compile(r"[\W_]+")
_ENDS_A_TAG = re.compile(r"[,;\s]+")


class DoubtBody(TypedDict):
    category: str
    others: str
    wholesale: bool
    label_at: str
    found_at: str
    vouched_at: str | None


class ExportedBody(HistoryItemBody):
    """`components/bank_files/own_export/record.py` reads it."""

    source: str
    audit: bool
    fingerprint: str
    key: str | None
    doubt: DoubtBody | None
    predictions: list[PastPredictionBody]
    own_categories: list[CategoryBody]


def exported(rows: Iterable[StoredTransaction], own: Sequence[Category]) -> Iterator[ExportedBody]:
    """own: the person's own categories. The first row has all of them, so that none is lost, and each other
    row those it names, so that it can be imported alone."""
    for position, row in enumerate(rows):
        yield {
            **history_item(row),
            "source": row.source,
            "audit": row.audit,
            "fingerprint": row.fingerprint,
            "key": row.key,
            "doubt": _mark(row.mistake) if row.mistake else None,
            "predictions": [past_prediction(prediction) for prediction in row.predictions],
            "own_categories": [
                category_body(category) for category in (own if position == 0 else _named(row, own))
            ],
        }


def json_line(body: ExportedBody) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"


def _named(row: StoredTransaction, own: Sequence[Category]) -> list[Category]:
    if not own:
        return []
    slugs = {
        *(event.category for event in row.feedback),
        *(split.category for split in row.splits),
        *(prediction.category for prediction in row.predictions),
        *(other.category for prediction in row.predictions for other in prediction.alternatives),
    }
    return [category for category in own if category.slug in slugs]


def _mark(mark: MistakeMark) -> DoubtBody:
    return {
        "category": mark.category,
        "others": mark.others,
        "wholesale": mark.wholesale,
        "label_at": utc_text(mark.label_at),
        "found_at": utc_text(mark.found_at),
        "vouched_at": utc_text(mark.vouched_at) if mark.vouched_at else None,
    }


def cells(body: ExportedBody) -> dict[str, Any]:
    """By the names of COLUMNS, with the values of the JSON."""
    table = {**body, **body["transaction"], "model_version": body["model"]["version"]}
    return {name: table[name] for name in COLUMNS}


def heading() -> str:
    return _line(COLUMNS)


def csv_line(body: ExportedBody) -> str:
    row = cells(body) | {"confidence": f"{body['confidence']:.4f}"}
    return _line(map(_cell, row.values()))


def _line(row: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(row)
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, (dict, list, bool)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return escape_formula(value or "")


def beancount(row: StoredTransaction) -> str:
    """A balanced transaction with metadata."""
    transaction, newest = row.transaction, row.prediction
    facts = {"ledgerloop": row.id, "status": row.status.value, "decided-by": newest.decided_by.value}
    facts |= _details(transaction)
    lines = [
        f"{transaction.date.isoformat()} * {_quoted(_text(row))}",
        *(f"  {name}: {_quoted(value)}" for name, value in facts.items()),
        f"  confidence: {newest.confidence:.4f}",
        *(f"  {account}  {amount}" for account, amount in _postings(row)),
        f"  Assets:{_part(_own_account(transaction))}",
    ]
    return "\n".join(lines) + "\n\n"


def hledger(row: StoredTransaction) -> str:
    """A balanced transaction with tags."""
    transaction, newest = row.transaction, row.prediction
    text = re.sub(r"[;|\s]+", " ", _text(row)).strip()
    tags = f"ledgerloop:{row.id}, status:{row.status.value}, decided-by:{newest.decided_by.value}"
    details = "".join(
        f", {name}:{_ENDS_A_TAG.sub(' ', value).strip()}" for name, value in _details(transaction).items()
    )
    lines = [
        f"{transaction.date.isoformat()} * {text}  ; {tags}, confidence:{newest.confidence:.4f}{details}",
        *(f"    {account.lower()}  {amount}" for account, amount in _postings(row)),
        f"    assets:{_part(_own_account(transaction)).lower()}",
    ]
    return "\n".join(lines) + "\n\n"


def _own_account(transaction: Transaction) -> str:
    return transaction.account or transaction.mode or "unknown"


def _details(transaction: Transaction) -> dict[str, str]:
    """Those that are set, by their names in a journal."""
    details = {
        "counterparty": transaction.counterparty,
        "notes": transaction.notes,
        "mcc": transaction.mcc,
        "tags": " ".join(transaction.tags),
    }
    return {name: value for name, value in details.items() if value}


def _text(row: StoredTransaction) -> str:
    return row.transaction.description or row.transaction.subcategory or "(no text)"


def _postings(row: StoredTransaction) -> list[tuple[str, str]]:
    """(account, amount) of the whole transaction, or of its parts."""
    transaction = row.transaction
    whole = (row.category or "unsorted", transaction.amount)
    parts = [(split.category, split.amount) for split in row.splits] or [whole]
    root, sign = _ROOTS[transaction.direction], "-" if transaction.direction is Direction.INCOME else ""
    return [
        (
            f"{root}:{_part(category)}",
            f"{sign}{money(amount, transaction.currency)} {transaction.currency}",
        )
        for category, amount in parts
    ]


def _part(name: str) -> str:
    """A part of an account name: letters and digits, with dashes between them, first letter capital."""
    name = _NOT_PLAIN.sub("-", unicodedata.normalize("NFKC", name)).strip("-") or "other"
    name = name[0].upper() + name[1:]
    return name if name[0].isupper() or name[0].isdecimal() else f"X-{name}"  # a script without capitals


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
