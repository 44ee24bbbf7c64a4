"""The history as a table and as CSV: one row per transaction, answers and predictions at its end."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from src.domain.spreadsheets import escape_formula
from src.web.history.export_formats import ExportedBody

_INPUT_FIELDS = (
    *("date", "description", "merchant", "subcategory"),
    *("amount", "currency", "direction", "mode"),
)
COLUMNS = (
    "id",
    *_INPUT_FIELDS,
    *("category", "status", "predicted", "confidence", "band", "decided_by", "created_at"),
    *("model_version", "source", "audit", "fingerprint", "key"),
    *("doubt", "feedback", "predictions", "own_categories"),
)


def cells(body: ExportedBody) -> dict[str, Any]:
    """By the names of COLUMNS, with the values of the JSON."""
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
    return escape_formula(value or "")
