"""QIF, the Quicken Interchange Format: a letter starts each field, a caret ends each transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from src.components.bank_files.entry import Line, Reason, Rejected
from src.components.bank_files.formats.encodings import lines as lines_of
from src.components.bank_files.inference.amounts import marks_that_fit, parse_amount
from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import Field

COLUMNS = (
    Field.DATE,
    Field.AMOUNT,
    Field.PARTY,
    Field.DESCRIPTION,
    Field.CATEGORY,
    Field.ID,
    Field.NOTES,
    Field.ACCOUNT,
)
_STATEMENT = re.compile(r"!type:\s*(bank|ccard|cash|oth a|oth l)\s*", re.IGNORECASE)
_SEVERAL_PARTS = "SS"
"""Marks the fields of a split transaction."""
_PARTS = "$$"
"""The amounts of these parts."""
_SHORT_YEAR = re.compile(r"' ?([0-9])$")
_ACCOUNT = re.compile(r"!account\s*", re.IGNORECASE)
_HEADING = re.compile(r"!(?:type|account|option|clear)\b", re.IGNORECASE)


def is_qif(text: str) -> bool:
    return bool(_HEADING.match(text.lstrip()))


def records(text: str, limits: Limits) -> list[Line]:
    """One line per transaction of a bank, card or cash account; lists of categories etc. are skipped."""
    lines: list[Line] = []
    fields: dict[str, str] = {}
    of_statement = names_account = False
    account = ""

    def finish() -> None:
        nonlocal account
        if names_account:
            account = fields.get("N", account)
            limits.check_account(account)
        elif fields and (of_statement or {"D", "T"} <= fields.keys()):
            row = len(lines) + 1
            limits.check_row(row)
            limits.check_cells(row, list(fields.values()))
            other = Rejected(row, Reason.OTHER_ACCOUNT, left_out=True)
            lines.append(_line(row, fields, account) if of_statement else other)
        fields.clear()

    for line in (raw.rstrip("\r\n") for raw in lines_of(text)):
        letter = line[:1].upper()
        if letter in ("!", "^") or (letter in ("D", "T") and letter in fields):
            finish()  # a second date, because the caret is missing
        if _HEADING.match(line):
            of_statement = bool(_STATEMENT.fullmatch(line))
            names_account = bool(_ACCOUNT.fullmatch(line))
        elif line.strip() and letter not in ("!", "^"):
            if letter == "S" and "S" in fields:
                fields[_SEVERAL_PARTS] = ""  # the category of the first is not that of the whole
            if letter == "$":
                fields[_PARTS] = f"{fields.get(_PARTS, '')} {line[1:].replace(' ', '')}"
            fields.setdefault(letter, line[1:].strip())
    finish()
    return lines


def _line(row: int, fields: dict[str, str], account: str) -> Line:
    amount = fields.get("T") or fields.get("U") or _sum(fields.get(_PARTS, "").split())
    if not (fields.get("D") or amount):
        return Rejected(row, Reason.DATE_AND_AMOUNT_MISSING)
    label = "" if _SEVERAL_PARTS in fields else fields.get("L", "")
    return row, [
        _SHORT_YEAR.sub(r"'0\1", fields.get("D", "")),
        amount,
        fields.get("P", ""),
        fields.get("M", "") or _other_text(fields, label),
        "" if label.startswith("[") else label,
        fields.get("N", "") if any(character.isdigit() for character in fields.get("N", "")) else "",
        fields.get("M", ""),
        account,
    ]


def _sum(amounts: Sequence[str]) -> str:
    """Of the parts of a transaction that has no total; "" if a part is no amount."""
    if not amounts:
        return ""
    mark = marks_that_fit(amounts)[0]
    read = [amount.value for text in amounts if (amount := parse_amount(text, mark))]
    return f"{sum(read, Decimal()):f}".replace(".", mark) if len(read) == len(amounts) else ""


def _other_text(fields: dict[str, str], label: str) -> str:
    """Of a transaction without a payee and a memo: such as ATM, or the account on the other side."""
    if fields.get("P"):
        return ""
    number = fields.get("N", "")
    return number if any(map(str.isalpha, number)) else fields.get("E", "") or label.strip("[]")
