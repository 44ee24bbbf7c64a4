"""What every format is cut into before a plan tells what the cells mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from src.components.bank_files.entry import Rejected

Cell = str | date | Decimal
"""Text, or what the file itself says is a day or a number."""
Record = tuple[int, Sequence[Cell]]
"""The row as its owner counts, and the cells from the left."""
Line = Record | Rejected
"""A record, or why its format cannot make one."""


def as_text(cell: Cell) -> str:
    return (
        cell
        if isinstance(cell, str)
        else format(cell, "f")
        if isinstance(cell, Decimal)
        else cell.isoformat()
    )


class Unreadable(ValueError):
    """Its text is a sentence a user reads; never text of the record."""
