"""OFX and QFX, as SGML (1.x) and as XML (2.x): Open Financial Exchange, of banks mostly in North America."""

from __future__ import annotations

import html
import re
from decimal import ROUND_HALF_UP, Decimal

from src.components.bank_files.entry import Line, Reason, Rejected, as_text
from src.components.bank_files.limits import Limits, bad_file
from src.components.bank_files.plan import Field
from src.domain.money import CURRENCIES, decimal_places

COLUMNS = (
    Field.DATE,
    Field.AMOUNT,
    Field.CURRENCY,
    Field.PARTY,
    Field.DESCRIPTION,
    Field.MODE,
    Field.SUBCATEGORY,
    Field.ID,
    Field.NOTES,
    Field.ACCOUNT_NUMBER,
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_TAG = re.compile(
    r"<(?:/(?P<end>[A-Z0-9./_ ]{1,80})|(?P<start>[A-Z0-9._ ][A-Z0-9./_ ]{0,79}))>(?P<text>[^<]*)"
    r"(?:(?P<closed></(?P=start)>)(?P<behind>[^<]*))?"
)
"""In OFX 1.x an element with a text needs no end tag."""
_READ = frozenset(("TRNAMT", "DTPOSTED", "CURSYM", "NAME", "MEMO", "TRNTYPE", "SIC", "FITID"))
_AMOUNT = re.compile(r"[-+]?[0-9]{1,15}(?:[.,][0-9]{0,6})?")
_GROUPS = re.compile(r"[.,](?=[0-9]{3}[.,])")
_MODES = {
    "CHECK": "check",
    "ATM": "cash",
    "CASH": "cash",
    "POS": "card",
    "DIRECTDEBIT": "direct debit",
    "REPEATPMT": "standing order",
    "XFER": "bank transfer",
    "PAYMENT": "bank transfer",
}
_TYPES = {
    "FEE": "fee",
    "SRVCHG": "service charge",
    "INT": "interest",
    "DIV": "dividend",
    "DEP": "deposit",
    "DIRECTDEP": "direct deposit",
    "DEBIT": "debit",
    "CREDIT": "credit",
    "HOLD": "hold",
}
"""The text of a transaction that has no other."""
_OUTGOING = frozenset("DEBIT CHECK FEE SRVCHG ATM POS CASH PAYMENT DIRECTDEBIT REPEATPMT".split())


def records(text: str, limits: Limits) -> list[Line]:
    """One line per STMTTRN. Raises InvalidInput."""
    start = re.search(r"<OFX>", text, re.IGNORECASE)
    if not start:
        raise bad_file("This OFX file has no statement in it.")
    body = _CDATA.sub(
        lambda match: match[1].replace("&", "&amp;").replace("<", "&lt;"), text[start.start() :]
    )
    collector = _Collector(limits)
    for count, match in enumerate(_TAG.finditer(body), start=1):
        if count > limits.elements:
            raise bad_file(f"This file has more than {limits.elements:,} tags. Split it.")
        collector.add(match)
    collector.finish()
    return collector.signed_lines()


class _Collector:
    """Collects transactions from the stream of tags, without building a tree."""

    def __init__(self, limits: Limits) -> None:
        self.lines: list[Line] = []
        self._types: list[str] = []
        """Of `lines`."""
        self._limits = limits
        self._open_tags: list[str] = []
        self._transaction: dict[str, str] | None = None
        """The fields of the open transaction."""
        self._currency = self._account = ""

    def add(self, match: re.Match[str]) -> None:
        end, start, text, closed, behind = match.groups()
        text = text.strip()
        if (behind and not behind.isspace()) or (end and text):
            raise bad_file("This OFX file is damaged and cannot be read.")
        if end:
            self._end(end)
            return
        if len(self._open_tags) >= self._limits.depth:
            raise bad_file("This OFX file is nested too deeply.")
        if start == "STMTTRN":
            self.finish()
            self._transaction = {}
        self._open_tags.append(start)
        if text:
            self._data(start, text)
        if text or closed:
            self._end(start)

    def _data(self, tag: str, text: str) -> None:
        if len(text) > self._limits.cell:
            raise bad_file(f"A value has more than {self._limits.cell:,} characters.")
        if tag == "CURDEF":
            self._currency = text
        elif tag == "ACCTID" and self._transaction is None:
            self._limits.check_account(text)
            self._account = text
        elif tag in _READ and self._transaction is not None and "ORIGCURRENCY" not in self._open_tags:
            self._transaction.setdefault(tag, html.unescape(text).strip())

    def _end(self, tag: str) -> None:
        """Close `tag` and the tags that a bank left open inside it."""
        if tag not in self._open_tags:
            return
        while self._open_tags.pop() != tag:
            pass
        if tag == "STMTTRN" or "STMTTRN" not in self._open_tags:
            self.finish()

    def finish(self) -> None:
        """Add the open transaction, even if its tag is not closed."""
        if self._transaction is not None:
            self._limits.check_row(len(self.lines) + 1)
            self.lines.append(_line(len(self.lines) + 1, self._transaction, self._currency, self._account))
            self._types.append(self._transaction.get("TRNTYPE", "").upper())
        self._transaction = None

    def signed_lines(self) -> list[Line]:
        """The lines; if no amount has a minus, the types show what is spending."""
        if any(_amount_cell(line).startswith("-") for line in self.lines):
            return self.lines
        return [
            _with_minus(line) if kind in _OUTGOING else line
            for line, kind in zip(self.lines, self._types, strict=True)
        ]


def _amount_cell(line: Line) -> str:
    return "" if isinstance(line, Rejected) else as_text(line[1][COLUMNS.index(Field.AMOUNT)])


def _with_minus(line: Line) -> Line:
    if isinstance(line, Rejected):
        return line
    cells = list(line[1])
    cells[COLUMNS.index(Field.AMOUNT)] = f"-{_amount_cell(line).lstrip('+')}"
    return line[0], cells


def _line(row: int, fields: dict[str, str], currency: str, account: str) -> Line:
    amount, day = _GROUPS.sub("", fields.get("TRNAMT", "")), fields.get("DTPOSTED", "")[:8]
    if not (amount or day):
        return Rejected(row, Reason.DATE_AND_AMOUNT_MISSING)
    currency = fields.get("CURSYM") or currency
    amount, rounded = _rounded(amount, currency)
    kind, memo = fields.get("TRNTYPE", "").upper(), fields.get("MEMO", "")
    return row, [
        day,
        amount,
        currency,
        fields.get("NAME", ""),
        memo or ("" if fields.get("NAME") or fields.get("SIC") else _TYPES.get(kind, "")),
        _MODES.get(kind, ""),
        fields.get("SIC", ""),
        fields.get("FITID", ""),
        f"{memo} {rounded}".strip(),
        account,
    ]


def _rounded(amount: str, currency: str) -> tuple[str, str]:
    """(the amount in the decimals of its currency, a note of the amount in the file if it has more)."""
    if not _AMOUNT.fullmatch(amount):
        return amount, ""
    exact, unit = Decimal(amount.replace(",", ".")), Decimal(1).scaleb(-decimal_places(currency))
    rounded = exact.quantize(unit, ROUND_HALF_UP)
    if currency not in CURRENCIES or exact == rounded:
        return amount.replace(",", "."), ""
    return f"{rounded:f}", f"Amount in the file: {exact.normalize():f}"
