"""QIF, the Quicken Interchange Format: a letter for each field, a caret behind each transaction."""

from __future__ import annotations

import io
import re
from itertools import chain

from src.components.importing.entry import Rejected
from src.components.importing.limits import Limits
from src.components.importing.plan import Field
from src.components.importing.record import Line

COLUMNS = (
    Field.DATE,
    Field.AMOUNT,
    Field.PARTY,
    Field.DESCRIPTION,
    Field.CATEGORY,
    Field.ID,
)
_STATEMENT = re.compile(r"!type:\s*(bank|ccard|cash|oth a|oth l)\s*", re.IGNORECASE)
_HEADING = re.compile(r"!(?:type|account|option|clear)\b", re.IGNORECASE)


def is_qif(text: str) -> bool:
    return bool(_HEADING.match(text.lstrip()))


def records(text: str, limits: Limits) -> list[Line]:
    """One for each transaction of a bank, card or cash account; lists of categories, say, are passed over."""
    lines: list[Line] = []
    found: dict[str, str] = {}
    of_statement = False
    for line in chain((each.rstrip("\r\n") for each in io.StringIO(text, newline=None)), "^"):
        if line.startswith("!"):
            of_statement = bool(_STATEMENT.fullmatch(line)) if _HEADING.match(line) else of_statement
        elif line.startswith("^"):
            if of_statement and found:
                limits.check_row(len(lines) + 1)
                limits.check_cells(len(lines) + 1, list(found.values()))
                lines.append(_line(len(lines) + 1, found))
            found = {}
        elif line.strip():
            found.setdefault(line[0].upper(), line[1:].strip())
    return lines


def _line(row: int, found: dict[str, str]) -> Line:
    amount = found.get("T") or found.get("U", "")
    if not (found.get("D") or amount):
        return Rejected(row, "Its date and its amount are missing.")
    label = found.get("L", "")
    return row, [
        found.get("D", ""),
        amount,
        found.get("P", ""),
        found.get("M", ""),
        "" if label.startswith("[") else label,
        found.get("N", "") if any(each.isdigit() for each in found.get("N", "")) else "",
    ]
