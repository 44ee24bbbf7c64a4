"""camt.052, .053 and .054 of ISO 20022, the statements of European banks, in any version.

No entity is expanded and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import TreeBuilder

from src.components.bank_files.entry import Rejected
from src.components.bank_files.formats.xml_reader import CHUNK, Malformed, Markup
from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import Field
from src.components.bank_files.record import Line
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
    collector = _Collector(limits)
    markup = Markup(collector, limits)
    try:
        for start in range(0, len(content), CHUNK):
            markup.feed(content[start : start + CHUNK])
        markup.close()
    except Malformed:
        raise InvalidInput(
            "This XML file is damaged, or holds what no statement holds.", field="file"
        ) from None
    return collector.lines


class _Collector:
    """Takes the entries out of the stream of elements, and keeps nothing else of the document."""

    def __init__(self, limits: Limits) -> None:
        self.lines: list[Line] = []
        self._limits = limits
        self._builder: TreeBuilder | None = None
        """Of the entry that is open."""
        self._within = self._parts = self._letters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Ntry":
            self._within += 1
        if not self._within:
            return
        if self._builder is None:
            self._builder = TreeBuilder()
            self._parts = self._letters = 0
        self._parts += 1
        if self._parts > self._limits.parts:
            raise InvalidInput("A transaction of this file has too many parts.", field="file")
        self._builder.start(name, attributes)

    def data(self, text: str) -> None:
        if self._builder is None:
            return
        self._letters += len(text)
        if self._letters > self._limits.line:
            raise InvalidInput(f"A transaction has more than {self._limits.line:,} letters.", field="file")
        self._builder.data(text)

    def end(self, name: str) -> None:
        if self._builder is None:
            return
        element = self._builder.end(name)
        if name != "Ntry":
            return
        self._within -= 1
        for line in _lines(element, len(self.lines) + 1):
            self._limits.check_row(len(self.lines) + 1)
            self.lines.append(line)
        if not self._within:
            self._builder = None


def _name(element: Any) -> str:
    return str(element.tag)


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
