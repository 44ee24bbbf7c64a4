"""camt.052, .053 and .054 of ISO 20022, the statements of European banks, in any version.

No entity is expanded and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import TreeBuilder

from src.components.bank_files.entry import Line, Reason, Rejected
from src.components.bank_files.formats.xml_reader import CHUNK, Handler, Malformed, Markup
from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import Field
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
    """One line per entry, or per payment of a batch entry. Raises InvalidInput."""
    collector = _Collector(limits)
    markup = Markup(collector, limits)
    try:
        for start in range(0, len(content), CHUNK):
            markup.feed(content[start : start + CHUNK])
        markup.close()
    except Malformed:
        raise InvalidInput("This XML file is damaged, or it is not a statement.", field="file") from None
    return collector.lines


class _Collector(Handler):
    """Collects the entries from the stream of elements, without building the total_amount tree."""

    def __init__(self, limits: Limits) -> None:
        self.lines: list[Line] = []
        self._limits = limits
        self._builder: TreeBuilder | None = None
        """Of the open entry."""
        self._depth = self._parts = self._letters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Ntry":
            self._depth += 1
        if not self._depth:
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
            raise InvalidInput(f"A transaction has more than {self._limits.line:,} characters.", field="file")
        self._builder.data(text)

    def end(self, name: str) -> None:
        if self._builder is None:
            return
        element = self._builder.end(name)
        if name != "Ntry":
            return
        self._depth -= 1
        for line in _lines(element, len(self.lines) + 1):
            self._limits.check_row(len(self.lines) + 1)
            self.lines.append(line)
        if not self._depth:
            self._builder = None


def _name(element: Any) -> str:
    return str(element.tag)


def _find(element: Any, path: str) -> Any:
    """The first element at `path`, in any namespace."""
    for name in path.split("/"):
        element = next((child for child in element if _name(child) == name), None)
        if element is None:
            return None
    return element


def _text(element: Any, *paths: str) -> str:
    """The text at the first of `paths` that has one."""
    for path in paths:
        child = _find(element, path)
        if child is not None and child.text and child.text.strip():
            return str(child.text).strip()
    return ""


def _lines(entry: Any, row: int) -> Iterator[Line]:
    payments = [
        part for child in entry if _name(child) == "NtryDtls" for part in child if _name(part) == "TxDtls"
    ]
    amounts = [_amount(part) for part in payments]
    total_amount = _money(entry, "Amt")
    directions = {_text(part, "CdtDbtInd") or _text(entry, "CdtDbtInd") for part in payments}
    same_direction = directions == {_text(entry, "CdtDbtInd")}
    split = len(payments) > 1 and same_direction and None not in amounts and _adds_up(amounts, total_amount)
    if split:
        for position, (part, amount) in enumerate(zip(payments, amounts, strict=True)):
            yield _line(row + position, entry, part, amount)
    else:
        yield _line(row, entry, payments[0] if payments else entry, total_amount)


def _adds_up(amounts: list[Any], total_amount: tuple[Decimal, str] | None) -> bool:
    total = sum(amount[0] for amount in amounts)
    return (
        total_amount is not None
        and total == total_amount[0]
        and {amount[1] for amount in amounts} == {total_amount[1]}
    )


def _amount(part: Any) -> tuple[Decimal, str] | None:
    return _money(part, "Amt") or _money(part, "AmtDtls/TxAmt/Amt")


def _money(element: Any, path: str) -> tuple[Decimal, str] | None:
    child = _find(element, path)
    text = (child.text or "").strip() if child is not None else ""
    return (Decimal(text), child.get("Ccy", "")) if _AMOUNT.fullmatch(text) else None


def _line(row: int, entry: Any, part: Any, money: tuple[Decimal, str] | None) -> Line:
    day = _text(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")[:10]
    if money is None:
        return Rejected(row, Reason.AMOUNT_MISSING)
    direction = _text(entry, "CdtDbtInd")
    if direction not in ("CRDT", "DBIT") or not day:
        return Rejected(row, Reason.DATE_OR_TYPE_MISSING)
    is_income = direction == "CRDT"
    is_reversal = _text(entry, "RvslInd") == "true"  # its parties are those of the reversed entry
    other = "Dbtr" if is_income != is_reversal else "Cdtr"
    party = _text(part, f"RltdPties/{other}/Nm", f"RltdPties/{other}/Pty/Nm", f"RltdPties/Ultmt{other}/Nm")
    text = _purpose(part) or _text(part, "AddtlTxInf") or _text(entry, "AddtlNtryInf")
    status = _text(entry, "Sts/Cd", "Sts")
    return row, [
        day,
        money[0] if is_income else -money[0],
        money[1],
        party,
        text,
        _MODES.get(_text(entry, "BkTxCd/Domn/Fmly/Cd"), ""),
        "pending" if status in ("PDNG", "INFO", "FUTR") else "",
        _text(part, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef", "NtryRef"),
    ]


def _purpose(part: Any) -> str:
    remittance = _find(part, "RmtInf")
    if remittance is None:
        return ""
    return " ".join((child.text or "").strip() for child in remittance if _name(child) == "Ustrd")
