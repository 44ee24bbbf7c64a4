"""camt.052, .053 and .054 of ISO 20022, the statements of European banks, in any version.

No entity is expanded and nothing is fetched.
"""

from __future__ import annotations

import io
import re
from decimal import Decimal
from xml.etree.ElementTree import Element, TreeBuilder

from src.components.bank_files.entry import Line, Reason, Rejected
from src.components.bank_files.formats.xml_reader import Handler, Malformed, feed
from src.components.bank_files.limits import Limits, bad_file
from src.components.bank_files.plan import Field

COLUMNS = (
    Field.DATE,
    Field.AMOUNT,
    Field.CURRENCY,
    Field.PARTY,
    Field.DESCRIPTION,
    Field.MODE,
    Field.STATUS,
    Field.ID,
    Field.ACCOUNT_NUMBER,
)
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{0,6})?")
_WORD = re.compile(r"[^\W\d_]{3}")
_NO_REFERENCE = ("NOTPROVIDED", "NOT PROVIDED", "NONREF", "NONE")
_MODES = {
    **dict.fromkeys(("RCDT", "ICDT", "RRCT", "IRCT"), "bank transfer"),
    **dict.fromkeys(("RDDT", "IDDT"), "direct debit"),
    **dict.fromkeys(("CCRD", "MCRD"), "card"),
    "CNTR": "cash",
}
_TYPES = {
    "CHRG": "charges",
    "COMM": "commission",
    "COME": "commission",
    "CWDL": "cash withdrawal",
    "FEES": "fees",
    "INTR": "interest",
    "LBCA": "credit adjustment",
    "DBTI": "interest",
    "CDPT": "cash deposit",
    "TAXE": "taxes",
    "DVCA": "dividend",
    "ADJT": "adjustment",
}
"""The text of an entry that has no other, by its subfamily."""

_Money = tuple[Decimal, str]
"""(amount, currency)"""


def records(content: bytes, limits: Limits) -> list[Line]:
    """One line per entry, or per payment of a batch entry. Raises InvalidInput."""
    collector = _Collector(limits)
    try:
        for _ in feed(io.BytesIO(content), collector, limits):
            pass
    except Malformed:
        raise bad_file("This XML file is damaged, or it is not a statement.") from None
    return collector.lines


class _Collector(Handler):
    """Collects the entries from the stream of elements, without building the whole tree."""

    def __init__(self, limits: Limits) -> None:
        self.lines: list[Line] = []
        self._limits = limits
        self._builder: TreeBuilder | None = None
        """Of the open entry."""
        self._depth = self._parts = self._letters = 0
        self._path: list[str] = []
        """The open elements outside of entries."""
        self._account = ""
        """The account number of the open statement."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._depth:
            self._path.append(name)
            if name == "Acct":
                self._account = ""
        if name == "Ntry":
            self._depth += 1
        if not self._depth:
            return
        if self._builder is None:
            self._builder = TreeBuilder()
            self._parts = self._letters = 0
        self._parts += 1
        if self._parts > self._limits.parts:
            raise bad_file("A transaction of this file has too many parts.")
        self._builder.start(name, attributes)

    def data(self, text: str) -> None:
        if self._builder is None:
            if self._path[-3:] == ["Acct", "Id", "IBAN"] or self._path[-4:] == ["Acct", "Id", "Othr", "Id"]:
                self._account += text
                self._limits.check_account(self._account)
            return
        self._letters += len(text)
        if self._letters > self._limits.line:
            raise bad_file(f"A transaction has more than {self._limits.line:,} characters.")
        self._builder.data(text)

    def end(self, name: str) -> None:
        if self._builder is None:
            self._path.pop()
            return
        element = self._builder.end(name)
        if name != "Ntry":
            return
        self._depth -= 1
        account = self._account.strip()
        for line in _lines(element, len(self.lines) + 1):
            self._limits.check_row(len(self.lines) + 1)
            self.lines.append(line if isinstance(line, Rejected) else (line[0], [*line[1], account]))
        if not self._depth:
            self._builder = None
            self._path.pop()


def _text(element: Element, *paths: str) -> str:
    """The text at the first of `paths` that has one."""
    texts = (element.findtext(path, "").strip() for path in paths)
    return next(filter(None, texts), "")


def _lines(entry: Element, row: int) -> list[Line]:
    """A line per payment if the payments add up to the entry, else one for the entry."""
    payments = entry.findall("NtryDtls/TxDtls")
    total, direction = _money(entry, "Amt"), _text(entry, "CdtDbtInd")
    amounts = [_money(part, "Amt") or _money(part, "AmtDtls/TxAmt/Amt") for part in payments]
    directions = [_text(part, "CdtDbtInd") or direction for part in payments]
    signed = [
        (-amount[0] if own != direction else amount[0], amount[1])
        for amount, own in zip(amounts, directions, strict=True)
        if amount
    ]
    if len(payments) < 2 or len(signed) < len(payments) or not _adds_up(signed, total):
        part = payments[0] if len(payments) == 1 else entry
        return [_line(row, entry, part, total, direction)]
    parts = zip(payments, amounts, directions, strict=True)
    return [_line(row + position, entry, *part) for position, part in enumerate(parts)]


def _adds_up(amounts: list[_Money], total: _Money | None) -> bool:
    """amounts: negative if they go the other way than the total."""
    is_sum = total is not None and sum(value for value, _ in amounts) == total[0]
    return total is not None and is_sum and {unit for _, unit in amounts} == {total[1]}


def _money(element: Element, path: str) -> _Money | None:
    child = element.find(path)
    text = (child.text or "").strip() if child is not None else ""
    return (Decimal(text), child.get("Ccy", "")) if child is not None and _AMOUNT.fullmatch(text) else None


def _line(row: int, entry: Element, part: Element, money: _Money | None, direction: str) -> Line:
    day = _text(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")[:10]
    if money is None:
        return Rejected(row, Reason.AMOUNT_MISSING)
    if direction not in ("CRDT", "DBIT") or not day:
        return Rejected(row, Reason.DATE_OR_TYPE_MISSING)
    is_income = direction == "CRDT"
    is_reversal = _text(entry, "RvslInd") == "true"  # its parties are those of the reversed entry
    other = "Dbtr" if is_income != is_reversal else "Cdtr"
    names = (f"RltdPties/{other}/Nm", f"RltdPties/{other}/Pty/Nm", f"RltdPties/Ultmt{other}/Nm")
    party = _text(part, *names)
    remittance = (*part.findall("RmtInf/Ustrd"), *part.findall("RmtInf/Strd/AddtlRmtInf"))
    purpose = " ".join(dict.fromkeys((child.text or "").strip() for child in remittance)).strip()
    text = purpose or _text(part, "AddtlTxInf") or _text(entry, "AddtlNtryInf")
    mode = _MODES.get(_text(entry, "BkTxCd/Domn/Fmly/Cd"), "")
    if not (party or text or mode):
        of_batch = [_text(payment, *names) for payment in entry.findall("NtryDtls/TxDtls")]
        text = ", ".join(dict.fromkeys(filter(None, of_batch)))
        text = text or _text_of_codes(part) or _text_of_codes(entry)
        text = text or _text(entry, "NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId")
        text = text or _reference(part)
    status = _text(entry, "Sts/Cd", "Sts")
    return row, [
        day,
        money[0] if is_income else -money[0],
        money[1],
        party,
        text,
        mode,
        "pending" if status in ("PDNG", "INFO", "FUTR") else "",
        _text(part, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef", "NtryRef"),
    ]


def _reference(part: Element) -> str:
    """What the payer wrote as reference, if it has words."""
    text = _text(part, "Refs/EndToEndId", "Refs/InstrId")
    return text if _WORD.search(text) and text.upper() not in _NO_REFERENCE else ""


def _text_of_codes(element: Element) -> str:
    """What the bank's own code or the one of ISO 20022 says, for an entry without any text."""
    code = _text(element, "BkTxCd/Domn/Fmly/SubFmlyCd")
    return _TYPES.get(code) or _text(element, "BkTxCd/Prtry/Cd", "RmtInf/Strd/CdtrRefInf/Ref") or code
