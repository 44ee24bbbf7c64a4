"""Old workbooks, those of LibreOffice, and tables of web pages that banks name `.xls`."""

import io
import pickle

import pytest
import xlwt

from benchmarks.statement_files import content_of
from src.components.bank_files.read import preview
from src.errors import InvalidInput
from src.pipeline.imports.read_preview import ReadRequest
from src.services.imports.file_reader import FileReader
from tests.components.bank_files.reading import DOLLARS, brief, read

SHEETS = [
    [["About this file"]],
    [
        ["Account", "1234"],
        [],
        ["", "Date", "Text", "Debit"],
        ["", {"day": "2026-03-04"}, "ROSE BAKERY", 12.4],
        ["", {"day": "2026-03-05"}, "KIOSK", 3],
    ],
]
WANTED = [
    (4, "ROSE BAKERY", "-12.4", "USD", "2026-03-04"),
    (5, "KIOSK", "-3", "USD", "2026-03-05"),
]


@pytest.mark.parametrize("form", ["xls", "ods"])
def test_the_sheet_with_transactions_is_read_with_the_numbers_of_its_rows(form):
    assert brief(read(content_of({"workbook": form, "sheets": SHEETS}), DOLLARS)) == WANTED


def test_a_damaged_old_workbook_is_refused():
    content = content_of({"workbook": "xls", "sheets": SHEETS})
    for damaged in (content[:600], content[:8] + b"\xff" * 3000, content[:2000] + content[2500:]):
        with pytest.raises(InvalidInput):
            preview(damaged)


@pytest.mark.slow
def test_an_old_workbook_that_takes_gigabytes_ends_its_process_only():
    book = xlwt.Workbook()
    sheet = book.add_sheet("far")
    sheet.write(0, 0, "Date")
    sheet.write(65535, 255, 1.0)
    content = io.BytesIO()
    book.save(content)
    with pytest.raises(InvalidInput, match="too much memory or time"):
        FileReader(memory=300_000_000).read(pickle.dumps(ReadRequest()), content.getvalue())


PAGE = """<html><head><style>td{color:red}</style>
<body><table><tr><td>Account<td><table><tr><td>nested<td>1234</table></table>
<script>"<td>01/01/2026</td>"</script>
<table><tr><th>Date</th><th colspan=2>Text</th><th>Debit</th></tr>
<tr><td>2026-03-04</td><td colspan=2>ROSE&nbsp;BAKERY<br>Leeds</td><td>12.40</td></tr>
<tr><td>2026-03-05<td>KIOSK &amp; CO<td><td>3.00
</table></html>"""


def test_tables_of_a_web_page_are_read_also_if_tags_are_not_closed():
    assert [row[1:3] for row in brief(read(PAGE, DOLLARS))] == [
        ("ROSE BAKERY Leeds", "-12.40"),
        ("KIOSK & CO", "-3.00"),
    ]


XML_2003 = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><ss:Worksheet><ss:Table>
<ss:Row><ss:Cell><ss:Data ss:Type="String">Date</ss:Data></ss:Cell><ss:Cell ss:Index="3"><ss:Data
 ss:Type="String">Text</ss:Data></ss:Cell>
<ss:Cell><ss:Data ss:Type="String">Debit</ss:Data></ss:Cell></ss:Row>
<ss:Row><ss:Cell><ss:Data ss:Type="DateTime">2026-03-04T00:00:00.000</ss:Data></ss:Cell><ss:Cell
 ss:Index="3"><ss:Data ss:Type="String">ROSE</ss:Data></ss:Cell><ss:Cell><ss:Data
 ss:Type="Number">1234.5</ss:Data></ss:Cell></ss:Row></ss:Table></ss:Worksheet></ss:Workbook>"""


def test_xml_of_excel_2003_is_read():
    assert brief(read(XML_2003, DOLLARS)) == [(2, "ROSE", "-1234.5", "USD", "2026-03-04")]


def test_a_page_of_many_tables_within_each_other_is_refused():
    with pytest.raises(InvalidInput, match="nested too deeply"):
        preview(b"<html>" + b"<table><tr><td>" * 1000)
