"""MT940, the statement of SWIFT: one tag per line, the amount in :61:, the details in :86:."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import chain, pairwise
from typing import Any

import mt940.models
import mt940.tags

from src.components.bank_files.entry import Line, Reason, Rejected
from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import Field

COLUMNS = (
    Field.DATE,
    Field.AMOUNT,
    Field.CURRENCY,
    Field.PARTY,
    Field.DESCRIPTION,
    Field.MODE,
    Field.ID,
    Field.ACCOUNT_NUMBER,
)
_TAG = re.compile(r"^:([0-9]{2}[A-Z]?):", re.MULTILINE)
_BALANCE = re.compile(r"[CD][0-9]{6}([A-Z]{3})")
_STATEMENT = mt940.tags.Statement()
_HEAD = r"^([0-9]{6}(?:[0-9]{4})?R?[DC][A-Z]?"
_EXPECTED = re.compile(r"[0-9]{6}(?:[0-9]{4})?E[CD]")
"""Of MT942: not booked yet."""
_THOUSANDS = re.compile(rf"{_HEAD})([0-9]{{1,3}}(?:\.[0-9]{{3}})+)(?=,)")
_LONG_REFERENCE = re.compile(rf"{_HEAD}[0-9,]{{1,15}}[A-Z][A-Z0-9 ]{{3}}[^/\n]{{16}})[^/\n]+")
"""Longer than the 16 characters of the standard, at the end of the line or before the bank's reference."""
_ACCOUNT_CURRENCY = re.compile(r"(?<=[0-9])\s?[A-Z]{3}$")
_END = re.compile(r"^-\}?\s*$", re.MULTILINE)
_CODE = re.compile(r"(?:[0-9]{3}([^\w\s])|([?~]))(?=[0-9]{2})")
_WORD = re.compile(r"[^\W\d_]{2}")
_SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP)\+")
_PART = re.compile(
    r"/(TRTP|TRCD|IBAN|BIC|NAME|REMI|EREF|KREF|PREF|CNTP|MARF|CSID|ORDP|BENM|ISDT|ADDR|ID|PURP|SVCL|RTRN|"
    r"ULTB|ULTD)/"
)
_TYPES = {
    "BOE": "bill of exchange",
    "BRF": "brokerage fee",
    "CHG": "charges",
    "CHK": "check",
    "CMI": "cash management transfer",
    "COL": "collection",
    "COM": "commission",
    "DDT": "direct debit",
    "DIV": "dividend",
    "FEX": "foreign exchange",
    "INT": "interest",
    "LDP": "loan deposit",
    "MSC": "miscellaneous",
    "RTI": "returned item",
    "SEC": "securities",
    "STO": "standing order",
    "TCK": "travellers checks",
    "TRF": "transfer",
}
"""The text of a transaction that has no other: types of SWIFT."""
_PURPOSE_PARTS = (*map(str, range(20, 30)), *map(str, range(60, 64)))
_NAME_PARTS = ("32", "33")


def is_mt940(text: str) -> bool:
    tags = {match[1] for match in _TAG.finditer(text[:20_000])}
    return "20" in tags and bool(tags & {"25", "28C", "28"}) and bool(tags & {"60F", "60M", "61"})


def records(text: str, limits: Limits) -> list[Line]:
    """One line per :61:, read with its own :86: only, so that a damaged one does not affect the others."""
    lines: list[Line] = []
    currency, details, account = "", "", ""
    statement: str | None = None

    def finish() -> None:
        if statement is not None:
            limits.check_row(len(lines) + 1)
            limits.check_cells(len(lines) + 1, [statement, details])
            lines.append(_line(len(lines) + 1, currency, account, statement, details))

    for tag, value in _tags(text):
        if tag == "61":
            finish()
            statement, details = value, ""
        elif tag == "86":
            details = details if _WORD.search(details) else value
        else:
            finish()
            statement, details = None, ""
            if tag.startswith("60") and (balance := _BALANCE.match(value)):
                currency = balance[1]
            elif tag.startswith("25"):
                account = value.partition("\n")[0].strip()
                limits.check_account(account)
                account = _ACCOUNT_CURRENCY.sub("", account)
    finish()
    return lines


def _tags(text: str) -> Iterator[tuple[str, str]]:
    for tag, following in pairwise(chain(_TAG.finditer(text), (None,))):
        end = following.start() if following else len(text)
        yield tag[1], _END.sub("", text[tag.end() : end]).strip()  # type: ignore[index,union-attr]


def _line(row: int, currency: str, account: str, statement: str, details: str) -> Line:
    lines = (line.rstrip() for line in statement.splitlines())
    standard = "\n".join(line for line in lines if line.strip() not in ("", "-"))
    standard = _THOUSANDS.sub(lambda match: match[1] + match[2].replace(".", ""), standard)
    if _EXPECTED.match(standard):
        return Rejected(row, Reason.UNSETTLED, left_out=True)
    match = _STATEMENT.re.match(_LONG_REFERENCE.sub(r"\1", standard))
    with suppress(ValueError, ArithmeticError, TypeError):
        if match:
            return row, [*_cells(match.groupdict(), currency, details), account]
    return Rejected(row, Reason.DAMAGED)


def _cells(data: dict[str, Any], currency: str, details: str) -> list[Any]:
    day: date = mt940.models.Date(**data)
    party, purpose, booked = _details(details)
    if not (party or purpose):
        purpose = " ".join(str(data.get("extra_details") or "").split())
    references = (data.get("bank_reference"), data.get("customer_reference"))
    if not (party or purpose or booked) and re.search(r"[^\W\d_]{3}", references[1] or ""):
        purpose = "" if references[1] == "NONREF" else str(references[1]).strip()
    if not (party or purpose or booked):
        booked = _TYPES.get(str(data.get("id") or "")[1:4], "")
    amount = Decimal(data["amount"].replace(",", "."))
    left_account = data["status"].upper() in ("D", "RC")  # RC is a reversed credit
    return [
        date(day.year, day.month, day.day),
        -amount if left_account else amount,
        currency,
        party,
        purpose or booked,
        booked,
        next((reference for reference in references if reference and reference != "NONREF"), ""),
    ]


def _details(details: str) -> tuple[str, str, str]:
    """Of :86:, which has parts with numbers (`?32`) or names (`/NAME/`), or only text.

    Returns (other party, purpose, booking text), each "" if it is missing.
    """
    joined = "".join(details.splitlines())
    if code := _CODE.match(joined):
        return _numbered_parts(joined, code[1] or code[2])
    if _PART.match(joined):
        return _named_parts(joined)
    return "", re.sub(r"\s*\n\s*", " ", details), ""


def _numbered_parts(joined: str, mark: str) -> tuple[str, str, str]:
    parts: dict[str, str] = {}
    for part in joined.split(mark)[1:]:
        parts.setdefault(part[:2], part[2:])
    between = "" if mark == "?" else " "  # in Germany a part may end within a word
    name = between.join(parts[number] for number in _NAME_PARTS if parts.get(number))
    purpose = _without_references(
        between.join(parts[number] for number in _PURPOSE_PARTS if parts.get(number))
    )
    return name.strip(), purpose, parts.get("00", "").strip()


def _without_references(purpose: str) -> str:
    """The payer's text, without the references that banks add."""
    split = _SEPA.split(purpose)
    parts = dict(zip(split[1::2], split[2::2], strict=True))
    return (parts.get("SVWZ", "") if parts else purpose).strip() or split[0].strip()


def _named_parts(joined: str) -> tuple[str, str, str]:
    split = _PART.split(joined)
    parts = dict(zip(split[1::2], split[2::2], strict=True))
    counterparty = parts.get("CNTP", "").split("/")
    name = parts.get("NAME", "") or (counterparty[2] if len(counterparty) > 2 else "")
    purpose = re.sub(r"^(?:USTD|STRD)/+(?:CUR/+)?", "", parts.get("REMI", ""))
    return name.strip(" /"), purpose.strip(" /"), parts.get("TRTP", "").strip(" /")
