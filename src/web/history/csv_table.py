"""The history as a table: one row for each transaction, its life in the last columns. CSV is written here."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any

from src.web.history.exports_schemas import ExportedBody

_OF_WHAT_WAS_GIVEN = (
    *("date", "description", "merchant", "subcategory"),
    *("amount", "currency", "direction", "mode"),
)
COLUMNS = (
    "id",
    *_OF_WHAT_WAS_GIVEN,
    *("category", "status", "predicted", "confidence", "band", "decided_by", "created_at"),
    *("model_version", "source", "audit", "fingerprint", "key"),
    *("doubt", "feedback", "predictions", "own_categories"),
)
# A spreadsheet reads a cell that begins so as a formula.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def cells(body: ExportedBody) -> dict[str, Any]:
    """By the names of COLUMNS, as JSON has them."""
    table = {**body, **body["transaction"], "model_version": body["model"]["version"]}
    return {name: table[name] for name in COLUMNS}


def heading() -> str:
    return lines([COLUMNS])


def csv_line(body: ExportedBody) -> str:
    row = cells(body) | {"confidence": f"{body['confidence']:.4f}"}
    return lines([map(_text, row.values())])


def lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _text(value: Any) -> str:
    if isinstance(value, (dict, list, bool)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return harmless(value)


def harmless(text: str | None) -> str:
    """With an apostrophe before it where a spreadsheet would take it for a formula.

    One that begins with apostrophes and then like a formula gets one more, so that the way back is certain.
    """
    return f"'{text}" if text and _FORMULA.match(text) else text or ""
