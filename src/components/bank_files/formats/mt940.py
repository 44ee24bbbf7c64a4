"""MT940, the statement of SWIFT: one tag per line, the amount in :61:, the details in :86:."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import chain, repeat
from typing import Any

import mt940.models
import mt940.tags

from src.components.bank_files.entry import Line, Reason, Rejected
from src.components.bank_files.formats.mt940_details import parse_details
from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import Field

COLUMNS = (Field.DATE, Field.AMOUNT, Field.CURRENCY, Field.PARTY, Field.DESCRIPTION, Field.MODE, Field.ID)
_TAG = re.compile(r"^:([0-9]{2}[A-Z]?):", re.MULTILINE)
_BALANCE = re.compile(r"[CD][0-9]{6}([A-Z]{3})")
_STATEMENT = mt940.tags.Statement()
_END = re.compile(r"^-\}?\s*$", re.MULTILINE)


def is_mt940(text: str) -> bool:
    tags = {match[1] for match in _TAG.finditer(text[:20_000])}
    return "20" in tags and bool(tags & {"25", "28C", "28"}) and bool(tags & {"60F", "60M", "61"})


def records(text: str, limits: Limits) -> list[Line]:
    """One line per :61:, read with its own :86: only, so that a damaged one does not affect the others."""
    lines: list[Line] = []
    currency, details = "", ""
    statement: str | None = None

    def finish() -> None:
        if statement is not None:
            limits.check_row(len(lines) + 1)
            limits.check_cells(len(lines) + 1, [statement, details])
            lines.append(_line(len(lines) + 1, currency, statement, details))

    for tag, value in _tags(text):
        if tag == "61":
            finish()
            statement, details = value, ""
        elif tag == "86":
            details = details or value
        else:
            finish()
            statement, details = None, ""
            if tag.startswith("60") and (balance := _BALANCE.match(value)):
                currency = balance[1]
    finish()
    return lines


def _tags(text: str) -> Iterator[tuple[str, str]]:
    starts, nexts = _TAG.finditer(text), _TAG.finditer(text)
    next(nexts, None)
    ends = chain((tag.start() for tag in nexts), repeat(len(text)))
    return (
        (tag[1], _END.sub("", text[tag.end() : end]).strip()) for tag, end in zip(starts, ends, strict=False)
    )


def _line(row: int, currency: str, statement: str, details: str) -> Line:
    lines = (line.rstrip() for line in statement.splitlines())
    match = _STATEMENT.re.match("\n".join(line for line in lines if line.strip() not in ("", "-")))
    try:
        if match:
            return row, _cells(match.groupdict(), currency, details)
    except (ValueError, ArithmeticError, TypeError):
        pass
    return Rejected(row, Reason.DAMAGED)


def _cells(data: dict[str, Any], currency: str, details: str) -> list[Any]:
    day: date = mt940.models.Date(**data)
    party, purpose, booked = parse_details(details)
    if not (party or purpose):
        purpose = " ".join(str(data.get("extra_details") or "").split())
    references = (data.get("bank_reference"), data.get("customer_reference"))
    return [
        date(day.year, day.month, day.day),
        _amount(data),
        currency,
        party,
        purpose or booked,
        booked,
        next((reference for reference in references if reference and reference != "NONREF"), ""),
    ]


def _amount(data: dict[str, Any]) -> Decimal:
    """Negative if it left the account, as a reversed credit (RC) does."""
    amount = Decimal(data["amount"].replace(",", "."))
    return -amount if data["status"].upper() in ("D", "RC") else amount
