"""QIF, the Quicken Interchange Format: a letter for each field, a caret behind each transaction."""

from __future__ import annotations

import re

from src.components.bank_files.entry import Rejected
from src.components.bank_files.formats.encodings import lines as lines_of
from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import Field
from src.components.bank_files.record import Line

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

    def finish() -> None:
        if found and (of_statement or {"D", "T"} <= found.keys()):
            limits.check_row(len(lines) + 1)
            limits.check_cells(len(lines) + 1, list(found.values()))
            lines.append(_line(len(lines) + 1, found) if of_statement else _of_another(len(lines) + 1))
        found.clear()

    for line in (each.rstrip("\r\n") for each in lines_of(text)):
        letter = line[:1].upper()
        if letter in ("!", "^") or (letter in ("D", "T") and letter in found):
            finish()  # a second day, where a caret is missing
        if _HEADING.match(line):
            of_statement = bool(_STATEMENT.fullmatch(line))
        elif line.strip() and letter not in ("!", "^"):
            found.setdefault(letter, line[1:].strip())
    finish()
    return lines


def _of_another(row: int) -> Line:
    return Rejected(row, "It is of no bank, card or cash account.", left_out=True)


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
