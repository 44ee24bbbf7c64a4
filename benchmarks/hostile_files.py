"""Hostile files, small but expensive to read, and ordinary ones to compare them with.

Each is a function of its size in bytes; the tests use smaller sizes than the benchmark.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_SHEET = f"<worksheet {_MAIN}><sheetData>{{}}</sheetData></worksheet>"
_RELS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
    '<Override PartName="/xl/styles.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships {_RELS}><Relationship Id="rId1" Type="{_TYPE}officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_TYPE[:-1]}"><sheets>'
    '<sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f"<Relationships {_RELS}>"
    f'<Relationship Id="rId1" Type="{_TYPE}worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_TYPE}sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="rId3" Type="{_TYPE}styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f"<styleSheet {_MAIN}/>",
    "xl/sharedStrings.xml": f"<sst {_MAIN}/>",
    "xl/worksheets/sheet1.xml": _SHEET.format(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Date</t></is></c><c r="B1" t="inlineStr"><is><t>Amount</t>'
        '</is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>2026-03-04</t></is></c>'
        '<c r="B2"><v>-1.5</v></c></row>'
    ),
}


def workbook(**parts: str) -> bytes:
    """A workbook whose parts are replaced by `parts`: strings, styles or sheet."""
    names = {"strings": "sharedStrings", "styles": "styles", "sheet": "worksheets/sheet1"}
    contents = {**_PARTS, **{f"xl/{names[name]}.xml": text for name, text in parts.items()}}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return content.getvalue()


def _noise(size: int) -> str:
    """Text that is hard to compress, so that the file is not refused for its compression ratio."""
    draw = random.Random(1)
    return "".join(f"<!--{draw.randbytes(20_000).hex()}-->" for _ in range(size // 40_000 + 1))


def shared_strings(size: int) -> bytes:
    """size: bytes unpacked, as in all workbooks here."""
    return workbook(strings=f"<sst {_MAIN}>{_noise(size // 40)}{'<si/>' * (size // 5)}</sst>")


def filled_strings(size: int) -> bytes:
    strings = "".join(f"<si><t>{number}</t></si>" for number in range(size // 24))
    return workbook(strings=f"<sst {_MAIN}>{strings}</sst>")


def nested_rich_text(size: int) -> bytes:
    half = size // 7
    return workbook(strings=f"<sst {_MAIN}><si>{_noise(size // 40)}{'<r>' * half}{'</r>' * half}</si></sst>")


def wide_rich_text(size: int) -> bytes:
    runs = "<r><t>a</t></r>" * (size // 15)
    return workbook(strings=f"<sst {_MAIN}><si>{_noise(size // 40)}{runs}</si></sst>")


def styles(size: int) -> bytes:
    return workbook(
        styles=f"<styleSheet {_MAIN}>{_noise(size // 40)}<cellXfs>{'<xf/>' * (size // 5)}</cellXfs>"
        "</styleSheet>"
    )


def rows_within_rows(size: int) -> bytes:
    half = size // 11
    return workbook(sheet=_SHEET.format(_noise(size // 40) + "<row>" * half + "</row>" * half))


def one_wide_row(size: int) -> bytes:
    return workbook(sheet=_SHEET.format(f"<row>{_noise(size // 40)}{'<c/>' * (size // 4)}</row>"))


def many_blank_rows(size: int) -> bytes:
    return workbook(sheet=_SHEET.format(f"{_noise(size // 40)}{'<row/>' * (size // 6)}"))


def far_cells(size: int) -> bytes:
    rows = "".join(
        f'<row r="{number}"><c r="XFD{number}"><v>1</v></c></row>' for number in range(1, size // 50)
    )
    return workbook(sheet=_SHEET.format(rows))


_CAMT = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>{}</Stmt>'
    "</BkToCstmrStmt></Document>"
)


def camt_wide_attribute(size: int) -> bytes:
    return _CAMT.format(f'<Bal a="{"x" * size}"/>').encode()


def camt_wide_text(size: int) -> bytes:
    return _CAMT.format(f"<Bal>{'x' * size}</Bal>").encode()


def camt_wide_comment(size: int) -> bytes:
    return _CAMT.format(f"<!--{'<x>' * (size // 3)}-->").encode()


def camt_siblings(size: int) -> bytes:
    return _CAMT.format("<a/>" * (size // 4)).encode()


def camt_attributes(size: int) -> bytes:
    attributes = " ".join(f'a{number}=""' for number in range(size // 12))
    return _CAMT.format(f"<Bal {attributes}/>").encode()


def camt_lines(size: int) -> bytes:
    return _CAMT.format("<Ntry/>" * (size // 7)).encode()


def ofx_tags(size: int) -> bytes:
    return ("OFXHEADER:100\n\n<OFX>" + "<A>" * (size // 3)).encode()


def ofx_closed_tags(size: int) -> bytes:
    return ("OFXHEADER:100\n\n<OFX>" + "<A>1</A>" * (size // 8)).encode()


def ofx_brackets(size: int) -> bytes:
    return ("OFXHEADER:100\n\n<OFX>" + "<" * size).encode()


def ofx_cdata(size: int) -> bytes:
    return ("OFXHEADER:100\n\n<OFX>" + "<![CDATA[" * (size // 9)).encode()


def mt940_entries(size: int) -> bytes:
    entry = ":61:2603040304D{},50NMSCNONREF\n:86:a\n"
    return _mt940("".join(entry.format(number % 100_000) for number in range(size // 38)))


def mt940_empty_entries(size: int) -> bytes:
    return _mt940(":61:\n" * (size // 5))


def mt940_tags(size: int) -> bytes:
    return _mt940(":99:\n" * (size // 5))


def mt940_ends(size: int) -> bytes:
    return _mt940(":61:2603040304D2,50NMSCNONREF\n:86:" + "-\n" * (size // 2))


def _mt940(body: str) -> bytes:
    return f":20:A\n:25:1/1\n:28C:1/1\n:60F:C260301EUR1000,00\n{body}".encode()


def messages_long(size: int) -> bytes:
    return b"\n".join([b"Rs 5 " + b"paid to a " * 900] * (size // 9_006))


def messages_short(size: int) -> bytes:
    return b"\n".join([b"Rs 5 paid"] * (size // 10))


def messages_tiny(size: int) -> bytes:
    return b"12 a\n" + b"a\n" * (size // 2)


def json_keys(size: int) -> bytes:
    keys = ",".join(f'"{number:x}":1' for number in range(size // 10))
    return ('[{"date":"2026-03-04","amount":1,' + keys + "}]").encode()


def json_numbers(size: int) -> bytes:
    return ('[{"date":"2026-03-04","amount":1,"a":[' + "1," * (size // 2) + "1]}]").encode()


def json_objects(size: int) -> bytes:
    return ('[{"date":"2026-03-04","amount":1}' + ",{}" * (size // 3) + "]").encode()


def json_different_keys(size: int) -> bytes:
    rows = ",".join(f'{{"{number:x}":1}}' for number in range(size // 13))
    return ('[{"date":"2026-03-04","amount":1},' + rows + "]").encode()


def json_lines(size: int) -> bytes:
    return b'{"date":"2026-03-04","amount":1}\n' + b"{}\n" * (size // 3)


def qif_lines(size: int) -> bytes:
    return b"!Type:Bank\n" + b"D\nT\n" * (size // 4)


def csv_cells(size: int) -> bytes:
    return b"Date,Amount\n" + (b"2026-03-04,-1.5" + b"," * 190 + b"\n") * (size // 206)


def csv_short_rows(size: int) -> bytes:
    return b"Date,Amount\n" + b"1,\n" * (size // 3)


def csv_quoted_lines(size: int) -> bytes:
    return b"Date,Text,Amount\n" + b'2026-03-04,"a\nb",-1.50\n' * (size // 23)


def csv_quotes(size: int) -> bytes:
    return b"Date,Text,Amount\n2026-03-04,a,-1.50\n" + b'"' * size


def csv_distinct(size: int) -> bytes:
    """Every cell of a column that is looked through is another text."""
    rows = "".join(f"{number},{number}.11,{number}.22,{number}.33,a\n" for number in range(size // 34))
    return ("Date,Amount,Balance,Fee,Text\n" + rows).encode()


def csv_ordinary(size: int) -> bytes:
    return ("Date,Description,Amount,Currency\n" + "".join(_rows(size, "{},{} {},{},EUR\n"))).encode()


def _rows(size: int, form: str) -> Iterator[str]:
    draw, taken = random.Random(7), 0
    while taken < size:
        day = f"2026-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
        row = form.format(day, draw.choice(_NAMES), draw.randrange(10_000), -draw.randrange(1, 99_999) / 100)
        taken += len(row)
        yield row


_NAMES = ("GRAND MAPLE CAFE", "CORNER SHOP", "CITY TRANSPORT", "ONLINE BOOKS LTD", "WATER AND POWER")


def xlsx_ordinary(size: int) -> bytes:
    strings = "".join(f"<si><t>{name}</t></si>" for name in _NAMES)
    draw = random.Random(7)
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{46_000 + row % 300}</v></c><c r="B{row}" t="s">'
        f"<v>{draw.randrange(5)}</v></c>"
        f'<c r="C{row}"><v>{-draw.randrange(9_999) / 100}</v></c></row>'
        for row in range(2, size // 110)
    )
    head = "".join(
        f'<c r="{column}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for column, name in (("A", "Date"), ("B", "Description"), ("C", "Amount"))
    )
    return workbook(
        strings=f"<sst {_MAIN}>{strings}</sst>", sheet=_SHEET.format(f'<row r="1">{head}</row>{rows}')
    )


def json_ordinary(size: int) -> bytes:
    form = '{{"date": "{}", "creditorName": "{}", "transactionId": "{}", "transactionAmount": '
    form += '{{"amount": "{}", "currency": "EUR"}}}}'
    return ("[" + ",".join(_rows(size, form)) + "]").encode()


def mt940_ordinary(size: int) -> bytes:
    form = ":61:260304{1:.0}0304DR12,50NMSCNONREF//B{2}\n"
    form += ":86:177?00LASTSCHRIFT?109310?20EREF+{2}?21SVWZ+Kino?32{1}\n"
    return _mt940("".join(_rows(size, form)))


def camt_ordinary(size: int) -> bytes:
    form = (
        '<Ntry><Amt Ccy="EUR">{2}.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        "<BookgDt><Dt>{0}</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><Cdtr><Pty><Nm>{1}</Nm></Pty></Cdtr></RltdPties>"
        "<RmtInf><Ustrd>Invoice {2}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )
    return _CAMT.format("".join(_rows(size, form))).encode()


def ofx_ordinary(size: int) -> bytes:
    form = "<STMTTRN><TRNTYPE>POS<DTPOSTED>{0}<TRNAMT>{3}<FITID>F-{2}<NAME>{1}<MEMO>Card {2}</STMTTRN>\n"
    rows = "".join(_rows(size, form)).replace("2026-", "2026")
    body = f"<OFX><STMTRS><CURDEF>EUR<BANKTRANLIST>{rows}</BANKTRANLIST></STMTRS></OFX>"
    return f"OFXHEADER:100\n\n{body}".encode()


def messages_ordinary(size: int) -> bytes:
    return "".join(
        _rows(size, "Rs.{3} debited from A/c XX1234 on {0} to {1} UPI Ref {2}99 Avl bal Rs 900\n")
    ).encode()


MB = 1_000_000
SHAPES: dict[str, tuple[Callable[[int], bytes], int]] = {
    "xlsx: shared strings": (shared_strings, 50 * MB),
    "xlsx: filled strings": (filled_strings, 140 * MB),
    "xlsx: nested rich text": (nested_rich_text, 40 * MB),
    "xlsx: wide rich text": (wide_rich_text, 50 * MB),
    "xlsx: styles": (styles, 30 * MB),
    "xlsx: rows within rows": (rows_within_rows, 40 * MB),
    "xlsx: one wide row": (one_wide_row, 40 * MB),
    "xlsx: blank rows": (many_blank_rows, 60 * MB),
    "xlsx: far cells": (far_cells, 10 * MB),
    "camt: wide attribute": (camt_wide_attribute, 24 * MB),
    "camt: wide text": (camt_wide_text, 24 * MB),
    "camt: wide comment": (camt_wide_comment, 24 * MB),
    "camt: siblings": (camt_siblings, 24 * MB),
    "camt: attributes": (camt_attributes, 24 * MB),
    "camt: empty entries": (camt_lines, 24 * MB),
    "OFX: tags": (ofx_tags, 24 * MB),
    "OFX: closed tags": (ofx_closed_tags, 24 * MB),
    "OFX: brackets": (ofx_brackets, 24 * MB),
    "OFX: CDATA": (ofx_cdata, 24 * MB),
    "MT940: entries": (mt940_entries, 8 * MB),
    "MT940: empty entries": (mt940_empty_entries, 24 * MB),
    "MT940: other tags": (mt940_tags, 24 * MB),
    "MT940: ends": (mt940_ends, 24 * MB),
    "messages: long": (messages_long, 5 * MB),
    "messages: short": (messages_short, 2 * MB),
    "messages: tiny": (messages_tiny, 5 * MB),
    "JSON: keys": (json_keys, 24 * MB),
    "JSON: numbers": (json_numbers, 24 * MB),
    "JSON: empty objects": (json_objects, 24 * MB),
    "JSON: other keys in each": (json_different_keys, 24 * MB),
    "JSON: lines": (json_lines, 24 * MB),
    "QIF: lines": (qif_lines, 24 * MB),
    "CSV: cells": (csv_cells, 24 * MB),
    "CSV: short rows": (csv_short_rows, 24 * MB),
    "CSV: quoted lines": (csv_quoted_lines, 4 * MB),
    "CSV: quotation marks": (csv_quotes, 24 * MB),
    "CSV: distinct cells": (csv_distinct, 7 * MB),
}
"""The function that makes each, and the size at which it costs most."""
ORDINARY: dict[str, tuple[Callable[[int], bytes], int]] = {
    "CSV": (csv_ordinary, 8_000_000),
    "xlsx": (xlsx_ordinary, 20 * MB),
    "JSON": (json_ordinary, 24 * MB),
    "MT940": (mt940_ordinary, 8 * MB),
    "camt": (camt_ordinary, 24 * MB),
    "OFX": (ofx_ordinary, 20 * MB),
    "messages": (messages_ordinary, 2_900_000),
}
