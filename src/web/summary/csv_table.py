"""The rows of a summary as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from src.domain.spreadsheet_cells import escape_formula
from src.web.imports.text import reason
from src.web.prediction.schemas import transaction_body
from src.web.shared.blueprint import category_name

if TYPE_CHECKING:
    from src.pipeline.summary.files import SummaryRow

_OF_TRANSACTION = "date description merchant subcategory amount currency direction mode account".split()
_COLUMNS = ("row", *_OF_TRANSACTION, "category", "category_name", "confidence", "band", "decided_by", "error")


def csv_table(rows: Iterable[SummaryRow]) -> str:
    """One line for each row of the file; one that is no transaction has only its reason, in `error`."""
    table = io.StringIO()
    writer = csv.DictWriter(table, _COLUMNS, restval="")
    writer.writeheader()
    for row in rows:
        cells = {name: escape_formula(value) for name, value in _cells(row).items()}
        writer.writerow({"row": row.row, **cells})
    return table.getvalue()


def _cells(row: SummaryRow) -> dict[str, str]:
    if row.transaction is None or row.prediction is None:
        return {"error": reason(row.reason)}
    body, prediction = transaction_body(row.transaction), row.prediction
    return {
        **{name: str(body.get(name) or "") for name in _OF_TRANSACTION},
        "category": prediction.category or "",
        "category_name": category_name(prediction.category),
        "confidence": f"{prediction.confidence:.4f}",
        "band": prediction.band.value,
        "decided_by": prediction.decided_by.value,
    }
