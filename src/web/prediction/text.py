"""The words of the form and of its messages."""

from __future__ import annotations

from collections.abc import Sequence

from src.web.shared import format

MISSING_TEXT = "Enter the statement text, or a note below."


def two_amounts(amounts: Sequence[str], currency: str) -> str:
    """`This can be read in two ways. €1,150.00 or €1.15?`"""
    readings = " or ".join(format.money(amount, currency) for amount in amounts)
    return f"This can be read in two ways. {readings}?"
