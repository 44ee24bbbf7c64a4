"""camt.052, .053 and .054 of ISO 20022, the statements of European banks, in any version.

No entity is expanded and nothing is fetched.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError  # the class that defusedxml raises; nothing is parsed with it

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from src.components.importing.entry import Rejected
from src.components.importing.limits import Limits
from src.components.importing.plan import Field
from src.components.importing.record import Line
from src.errors import InvalidInput

COLUMNS = (
    Field.DATE,
    Field.AMOUNT,
    Field.CURRENCY,
    Field.PARTY,
    Field.DESCRIPTION,
    Field.MODE,
    Field.STATUS,
    Field.ID,
)
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{0,6})?")
_MODES = {
    "RCDT": "bank transfer",
    "ICDT": "bank transfer",
    "RRCT": "bank transfer",
    "IRCT": "bank transfer",
    "RDDT": "direct debit",
    "IDDT": "direct debit",
    "CCRD": "card",
    "MCRD": "card",
    "CNTR": "cash",
}


def records(content: bytes, limits: Limits) -> list[Line]:
    """One for each entry, or for each payment of a collected one. Raises InvalidInput."""
    lines: list[Line] = []
    try:
        for entry in _entries(content, limits):
            for line in _lines(entry, len(lines) + 1):
                limits.check_row(len(lines) + 1)
                lines.append(line)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise InvalidInput(
            "This XML file is damaged, or holds what no statement holds.", field="file"
        ) from None
    return lines


def _entries(content: bytes, limits: Limits) -> Iterator[Any]:
    """The Ntry elements; what is read is let go again."""
    open_elements: list[Any] = []
    within, parts = 0, 0
    for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            if len(open_elements) >= limits.depth:
                raise InvalidInput("This XML file is nested too deeply.", field="file")
            open_elements.append(element)
            within += _name(element) == "Ntry"
            parts = parts + 1 if within else 0
            if parts > limits.parts:
                raise InvalidInput("A transaction of this file has too many parts.", field="file")
            continue
        open_elements.pop()
        if _name(element) == "Ntry":
            within -= 1
            yield element
        if not within:
            element.clear()
            if open_elements:
                open_elements[-1].remove(element)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _find(element: Any, path: str) -> Any:
    """The first element at `path`, whatever its namespace; None where there is none."""
    for name in path.split("/"):
        element = next((each for each in element if _name(each) == name), None)
        if element is None:
            return None
    return element


def _text(element: Any, *paths: str) -> str:
    """Of the first path that has a text."""
    for path in paths:
        found = _find(element, path)
        if found is not None and found.text and found.text.strip():
            return str(found.text).strip()
    return ""


def _lines(entry: Any, row: int) -> Iterator[Line]:
    payments = [
        part for each in entry if _name(each) == "NtryDtls" for part in each if _name(part) == "TxDtls"
    ]
    amounts = [_amount(part) for part in payments]
    whole = _money(entry, "Amt")
    ways = {_text(part, "CdtDbtInd") or _text(entry, "CdtDbtInd") for part in payments}
    alike = ways == {_text(entry, "CdtDbtInd")}
    split = len(payments) > 1 and alike and None not in amounts and _adds_up(amounts, whole)
    if split:
        for place, (part, amount) in enumerate(zip(payments, amounts, strict=True)):
            yield _line(row + place, entry, part, amount)
    else:
        yield _line(row, entry, payments[0] if payments else entry, whole)


def _adds_up(amounts: list[Any], whole: tuple[Decimal, str] | None) -> bool:
    total = sum(each[0] for each in amounts)
    return whole is not None and total == whole[0] and {each[1] for each in amounts} == {whole[1]}


def _amount(part: Any) -> tuple[Decimal, str] | None:
    return _money(part, "Amt") or _money(part, "AmtDtls/TxAmt/Amt")


def _money(element: Any, path: str) -> tuple[Decimal, str] | None:
    found = _find(element, path)
    text = (found.text or "").strip() if found is not None else ""
    return (Decimal(text), found.get("Ccy", "")) if _AMOUNT.fullmatch(text) else None


def _line(row: int, entry: Any, part: Any, money: tuple[Decimal, str] | None) -> Line:
    day = _text(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")[:10]
    if money is None:
        return Rejected(row, "Its amount is missing or cannot be read.")
    way = _text(entry, "CdtDbtInd")
    if way not in ("CRDT", "DBIT") or not day:
        return Rejected(row, "Its date is missing, or which way the money went.")
    came = way == "CRDT"
    is_reversal = _text(entry, "RvslInd") == "true"  # of which the parties are those of what is taken back
    other = "Dbtr" if came != is_reversal else "Cdtr"
    party = _text(part, f"RltdPties/{other}/Nm", f"RltdPties/{other}/Pty/Nm", f"RltdPties/Ultmt{other}/Nm")
    told = _purpose(part) or _text(part, "AddtlTxInf") or _text(entry, "AddtlNtryInf")
    status = _text(entry, "Sts/Cd", "Sts")
    return row, [
        day,
        money[0] if came else -money[0],
        money[1],
        party,
        told,
        _MODES.get(_text(entry, "BkTxCd/Domn/Fmly/Cd"), ""),
        "pending" if status in ("PDNG", "INFO", "FUTR") else "",
        _text(part, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef", "NtryRef"),
    ]


def _purpose(part: Any) -> str:
    remittance = _find(part, "RmtInf")
    if remittance is None:
        return ""
    return " ".join((each.text or "").strip() for each in remittance if _name(each) == "Ustrd")
