"""Detects the format of a file by its content, and cuts the file into records."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from src.components.bank_files.entry import Line, Rejected, as_text
from src.components.bank_files.formats import (
    camt,
    delimited,
    json_objects,
    labelled,
    mt940,
    ofx,
    qif,
)
from src.components.bank_files.formats.days import with_whole_days
from src.components.bank_files.formats.encodings import decode, detect_encoding
from src.components.bank_files.formats.workbooks import binary, excel, markup
from src.components.bank_files.limits import Limits, bad_file
from src.components.bank_files.messages import reader
from src.components.bank_files.own_export.reader import OwnExport, open_export
from src.components.bank_files.plan import Field, Format, Plan, Sign

_REFUSED = (
    (b"%PDF", "This is a PDF. Download CSV, OFX or another format for programs from your bank."),
    (b"\x1f\x8b", "This file is compressed (gzip). Unpack it first."),
    (b"\x89PNG", "This is an image, not a list of transactions."),
    (b"\xff\xd8\xff", "This is an image, not a list of transactions."),
    (b"Rar!", "This file is compressed (rar). Unpack it first."),
    (b"7z\xbc\xaf", "This file is compressed (7z). Unpack it first."),
)
_ZIP = b"PK\x03\x04"
_MAX_PARTS = 1_000
_OF_OFFICE = ("[Content_Types].xml", "mimetype", "xl/workbook.xml")
"""Parts of an office document, which is not unpacked."""
_SIGNED_ISO = {"date_order": "ymd", "decimal_mark": ".", "sign": Sign.NEGATIVE_IS_EXPENSE}
_CAMT = re.compile(r"BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)\b|camt\.05[234]")
_OFX = re.compile(
    r"^\s*(?:OFXHEADER\s*:|<OFX>)|^\s*<\?xml[^>]*>\s*<(?:\?OFX|OFX>)", re.IGNORECASE | re.MULTILINE
)
_PASSES = 2
"""Over all records: one to detect how they are read, one to read them."""
_START = 4_000
"""Characters from which a format is recognized."""


@dataclass(frozen=True)
class Source:
    format: Format
    records: Callable[[], Iterator[Line]]
    """Starts again at each call."""
    columns: tuple[Field, ...] | None = None
    """Known for formats other than tables."""
    plan_fields: dict[str, Any] = field(default_factory=dict)
    """Fields of the plan that the format or the bytes decide."""
    names: tuple[str, ...] | None = None
    """Of the columns, if no record holds them."""
    forms: Callable[[], tuple[str, ...]] = tuple
    """Of messages: see `reader.forms`."""


def open_source(content: bytes, plan: Plan, limits: Limits) -> Source:
    """content: unpacked. Follows the format, encoding and delimiter of the plan. Raises InvalidInput."""
    for start, reason in _REFUSED:
        if content.startswith(start):
            raise bad_file(reason)
    if workbook := _workbook(content, limits):
        return workbook
    encoding = plan.encoding or detect_encoding(content)
    text = decode(content, encoding)
    if not text.strip():
        raise bad_file("The file is empty.")
    limits.check_lines(text)
    text = delimited.normalized(text)
    file_format = plan.format or _format_of(text)
    if file_format in (Format.JSON, Format.LABELLED):
        names, rows = (json_objects if file_format is Format.JSON else labelled).table(text, limits)
        records = with_whole_days(lambda: iter(rows), names)
        return Source(file_format, records, names=names, plan_fields={"encoding": encoding})
    if file_format is Format.MARKUP:
        rows_of_tables = markup.records(text, limits)
        records = with_whole_days(lambda: iter(rows_of_tables))
        return Source(file_format, records, plan_fields={"encoding": encoding})
    if file_format is Format.CAMT:
        entries = _without_placeholders(camt.records(content, limits), camt.COLUMNS)
        return Source(file_format, lambda: iter(entries), camt.COLUMNS, dict(_SIGNED_ISO))
    if file_format is Format.MESSAGES:
        messages = reader.read_messages(text, limits)
        lines = _without_placeholders(reader.lines_of(messages), reader.COLUMNS)
        return Source(
            file_format,
            lambda: iter(lines),
            reader.COLUMNS,
            {"encoding": encoding},
            forms=lambda: reader.forms(messages),
        )
    if file_format in _READERS:
        read_records, columns, plan_fields = _READERS[file_format]
        lines = _without_placeholders(read_records(text, limits), columns)
        return Source(file_format, lambda: iter(lines), columns, {**plan_fields, "encoding": encoding})
    delimiter = plan.delimiter or delimited.detect_delimiter(text) or ","
    plan_fields = {"encoding": encoding, "delimiter": delimiter}
    records = with_whole_days(lambda: delimited.records(text, delimiter, limits))
    return Source(Format.CSV, records, plan_fields=plan_fields)


def _workbook(content: bytes, limits: Limits) -> Source | None:
    """None if the file is none. Raises InvalidInput."""
    if content.startswith(binary.OLD_EXCEL) or binary.is_open_document(content):
        file_format, rows = Format.WORKBOOK, binary.records(content, limits)
    elif content.startswith(_ZIP):
        file_format, rows = Format.XLSX, excel.records(content, limits)
    else:
        return None
    return Source(file_format, with_whole_days(lambda: iter(rows)))


def _without_placeholders(lines: list[Line], columns: tuple[Field, ...]) -> list[Line]:
    """Without ids if all transactions have the same."""
    position = columns.index(Field.ID)
    ids = [as_text(line[1][position]) for line in lines if not isinstance(line, Rejected)]
    if len(ids) < 2 or len(set(ids)) > 1:
        return lines
    return [
        line if isinstance(line, Rejected) else (line[0], [*line[1][:position], "", *line[1][position + 1 :]])
        for line in lines
    ]


def _format_of(text: str) -> Format:
    start = text[:_START].lstrip()
    if qif.is_qif(start):
        return Format.QIF
    if _OFX.search(start):
        return Format.OFX
    if start.startswith("<"):
        return Format.CAMT if _CAMT.search(start) else Format.MARKUP
    if mt940.is_mt940(text):
        return Format.MT940
    if json_objects.is_json(start):
        return Format.JSON
    if labelled.is_labelled(text) and not reader.are_headed(text):
        return Format.LABELLED
    return Format.CSV if delimited.detect_delimiter(text) else Format.MESSAGES


def _unpacked(content: bytes, limits: Limits) -> bytes:
    """The one file in an archive, or `content` if it is no archive. Raises InvalidInput."""
    if not content.startswith(_ZIP):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if any(part.filename in _OF_OFFICE for part in parts):
                return content
            files = [
                part for part in parts[:_MAX_PARTS] if not part.is_dir() and not _is_hidden(part.filename)
            ]
            if len(files) != 1 or len(parts) > _MAX_PARTS:
                count = "several files" if files else "no file"
                raise bad_file(f"This archive contains {count}. Unpack it and import the files one by one.")
            with archive.open(files[0]) as file:
                content = file.read(limits.size + 1)  # no more, whatever size the archive states
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, IndexError, EOFError):
        raise bad_file("This file is a damaged archive.") from None
    except RuntimeError:  # zipfile raises it if a password is needed
        raise bad_file("This archive has a password. Unpack it first.") from None
    limits.check_size(content)
    return content


def _is_hidden(name: str) -> bool:
    """Whether the operating system added it."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


class BankFile:
    """The bytes of a file, opened once for each format, encoding and delimiter."""

    def __init__(
        self, content: bytes, limits: Limits, report: Callable[[float], object] | None = None
    ) -> None:
        """report: called with the share of `_PASSES` passes that is done, at most a hundred times.

        Raises InvalidInput if the file is empty, too large, or an archive that cannot be unpacked.
        """
        limits.check_size(content)
        self._content, self.limits = _unpacked(content, limits), limits
        self.opened = 0
        """How often the bytes were decoded and cut into records."""
        self._report, self._percent, self._passed = report, 0, 0
        self._lines = max(self._content.count(b"\n"), 1)
        self._sources: dict[tuple[Format | None, str | None, str | None], Source] = {}
        """By the plan's format, encoding and delimiter."""
        self._exports: dict[Format | None, OwnExport | None] = {}

    def source(self, plan: Plan) -> Source:
        """See `open_source`."""
        key = (plan.format, plan.encoding, plan.delimiter)
        if key not in self._sources:
            self.opened += 1
            source = open_source(self._content, plan, self.limits)
            if self._report:
                source = replace(source, records=partial(self._reported, source.records))
            read_by = (
                source.plan_fields.get(name, getattr(plan, name)) for name in ("encoding", "delimiter")
            )
            self._sources[key] = self._sources[source.format, *read_by] = source
        return self._sources[key]

    def _reported(self, records: Callable[[], Iterator[Line]]) -> Iterator[Line]:
        for line in records():
            self._passed += 1
            percent = min(100 * self._passed // (_PASSES * self._lines), 99)
            if self._report and percent > self._percent:
                self._percent = percent
                self._report(percent / 100)
            yield line

    def export(self, plan: Plan) -> OwnExport | None:
        """See `open_export`."""
        if plan.format not in self._exports:
            self._exports[plan.format] = open_export(self._content, plan, self.limits)
        return self._exports[plan.format]


_READERS: dict[Format, tuple[Callable[[str, Limits], list[Line]], tuple[Field, ...], dict[str, Any]]] = {
    Format.OFX: (ofx.records, ofx.COLUMNS, _SIGNED_ISO),
    Format.QIF: (qif.records, qif.COLUMNS, {"sign": Sign.NEGATIVE_IS_EXPENSE}),
    Format.MT940: (mt940.records, mt940.COLUMNS, _SIGNED_ISO),
}
