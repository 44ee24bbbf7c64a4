"""What kind of file it is, told by its content, and its records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from src.components.bank_files.formats import camt, delimited, excel, json_objects, mt940, ofx, qif
from src.components.bank_files.formats.archives import MARK, unpacked
from src.components.bank_files.formats.encodings import decode, detect_encoding, in_words
from src.components.bank_files.limits import Limits
from src.components.bank_files.messages import reader
from src.components.bank_files.own_export.reader import OwnExport, open_own
from src.components.bank_files.plan import Field, Format, Plan, Sign
from src.components.bank_files.record import Line
from src.errors import InvalidInput

_REFUSED = (
    (b"%PDF", "This is a PDF. Ask the bank for CSV, OFX or another format made for programs."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel file (.xls). Save it as .xlsx or CSV and try again."),
    (b"\x1f\x8b", "This file is packed (gzip). Unpack it first."),
    (b"\x89PNG", "This is a picture, not a list of transactions."),
    (b"\xff\xd8\xff", "This is a picture, not a list of transactions."),
    (b"Rar!", "This file is packed (rar). Unpack it first."),
    (b"7z\xbc\xaf", "This file is packed (7z). Unpack it first."),
)
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_BY_AMOUNT = {"date_order": "ymd", "decimal_mark": ".", "sign": Sign.NEGATIVE_IS_EXPENSE}
_CAMT = re.compile(r"BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)\b|camt\.05[234]")
_OFX = re.compile(r"OFXHEADER|<OFX>", re.IGNORECASE)
_START = 4_000
"""Letters in which a format makes itself known."""
_Way = tuple[Format | None, str | None, str | None]
"""What a plan says of format, encoding and delimiter."""


@dataclass(frozen=True)
class Source:
    format: Format
    detected: str
    """In words."""
    records: Callable[[], Iterator[Line]]
    """From the start, each time it is called."""
    columns: tuple[Field, ...] | None = None
    """Where the format itself says what they hold."""
    settled: dict[str, Any] = field(default_factory=dict)
    """Parts of the plan that the format or the bytes settle."""
    names: tuple[str, ...] | None = None
    """Of the columns, where no record has them."""


def open_source(content: bytes, plan: Plan, limits: Limits) -> Source:
    """plan: what it says of format, encoding and delimiter is followed. Raises InvalidInput."""
    limits.check_size(content)
    content = unpacked(content, limits)
    for start, reason in _REFUSED:
        if content.startswith(start):
            raise InvalidInput(reason, field="file")
    if content.startswith(MARK):
        found = excel.records(content, limits)
        return Source(Format.XLSX, "Excel workbook", lambda: iter(found))
    encoding = plan.encoding or detect_encoding(content)
    text = decode(content, encoding)
    if not text.strip():
        raise InvalidInput("The file is empty.", field="file")
    limits.check_lines(text)
    text = delimited.plain(text)
    of_format = plan.format or _format_of(text)
    if of_format is Format.JSON:
        names, rows = json_objects.table(text, limits)
        return Source(of_format, "JSON", lambda: iter(rows), names=names, settled={"encoding": encoding})
    if of_format is Format.CAMT:
        return _fixed(of_format, "camt statement (ISO 20022)", camt.records(content, limits), camt.COLUMNS)
    read = _READERS.get(of_format)
    if read is None:
        return _delimited(text, encoding, plan, limits)
    in_word, records, columns, settled = read
    source = _fixed(of_format, in_word, records(text, limits), columns)
    return Source(of_format, in_word, source.records, columns, {**settled, "encoding": encoding})


def _format_of(text: str) -> Format:
    start = text[:_START].lstrip()
    if qif.is_qif(start):
        return Format.QIF
    if _OFX.search(start):
        return Format.OFX
    if start.startswith("<"):
        if _CAMT.search(start):
            return Format.CAMT
        raise InvalidInput(
            "This is a web page or an XML file of another kind, not a statement.", field="file"
        )
    if mt940.is_mt940(text):
        return Format.MT940
    if json_objects.is_json(start):
        return Format.JSON
    return Format.CSV if delimited.detect_delimiter(text) else Format.MESSAGES


def _fixed(of_format: Format, detected: str, found: list[Line], columns: tuple[Field, ...]) -> Source:
    return Source(of_format, detected, lambda: iter(found), columns, dict(_BY_AMOUNT))


def _delimited(text: str, encoding: str, plan: Plan, limits: Limits) -> Source:
    delimiter = plan.delimiter or delimited.detect_delimiter(text) or ","
    return Source(
        Format.CSV,
        f"text in columns parted by {_DELIMITERS[delimiter]}, {in_words(encoding)}",
        lambda: delimited.records(text, delimiter, limits),
        settled={"encoding": encoding, "delimiter": delimiter},
    )


class BankFile:
    """The bytes of a file, opened once for each way in which it is read."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        self.content, self.limits = content, limits
        self.opened = 0
        """How often its bytes were cut into records, or told into text."""
        self._sources: dict[_Way, Source] = {}
        self._own: dict[Format | None, OwnExport | None] = {}

    def source(self, plan: Plan) -> Source:
        """See `open_source`."""
        way = (plan.format, plan.encoding, plan.delimiter)
        if way not in self._sources:
            self.opened += 1
            source = open_source(self.content, plan, self.limits)
            settled = (source.settled.get(name, getattr(plan, name)) for name in ("encoding", "delimiter"))
            self._sources[way] = self._sources[source.format, *settled] = source
        return self._sources[way]

    def own(self, plan: Plan) -> OwnExport | None:
        """See `open_own`."""
        if plan.format not in self._own:
            self._own[plan.format] = open_own(self.content, plan, self.limits)
        return self._own[plan.format]


_READERS: dict[Format, tuple[str, Callable[[str, Limits], list[Line]], tuple[Field, ...], dict[str, Any]]] = {
    Format.OFX: ("OFX statement", ofx.records, ofx.COLUMNS, _BY_AMOUNT),
    Format.QIF: ("QIF file", qif.records, qif.COLUMNS, {"sign": Sign.NEGATIVE_IS_EXPENSE}),
    Format.MT940: ("MT940 statement", mt940.records, mt940.COLUMNS, _BY_AMOUNT),
    Format.MESSAGES: ("messages, one by one", reader.records, reader.COLUMNS, {}),
}
