"""The words that a language has for the parts of a statement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """Words are separated by `|`, in lower case."""

    currencies: str
    """Codes of the countries where banks write in this language, the likeliest first."""
    date: str
    description: str
    amount: str
    out: str
    """Money out, as the name of a column and as a word for the type."""
    in_: str
    """Money in, likewise."""
    balance: str
    pending: str
    """Of a payment that is not booked, may change or never happened."""
    settled: str
    value_date: str = ""
    party: str = ""
    currency: str = ""
    type: str = ""
    """The column that has the words of `out` and `in_`, or marks."""
    status: str = ""
    balance_rows: str = ""
    """Whole texts of a row that is a balance or a total."""
