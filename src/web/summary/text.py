"""The words of summaries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from src.pipeline.imports.read_preview import WHOLE
from src.web.shared import format

PASTED = "Pasted text"
COUNTED_AS = {"spent": "Spending", "earned": "Income", "saved": "Moved to savings", "transferred": "Transfer"}
"""By the `kind` of a sum."""
TOTALS = (
    ("Spent", "expense"),
    ("Income", "income"),
    ("Saved", "net"),
    ("Moved to savings", "saved"),
    ("Transfers", "transfer"),
)


def limits(most_mb: int) -> str:
    return f"at most {most_mb} MB and {format.number(WHOLE)} rows"


def period(row: Mapping[str, Any]) -> str:
    """`Mar 2026`, or the first day of a week."""
    return format.month(row["month"]) if "month" in row else format.day(date.fromisoformat(row["week"]))
