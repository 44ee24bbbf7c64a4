"""Files made to cost much: each is refused in a sentence, or read, before it costs more than an ordinary one.

A tenth of each, against a tenth of the limits; tests/launch/test_hostile_files.py reads them whole.
"""

import io
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

import openpyxl
import pytest

from benchmarks.hostile_files import ORDINARY, SHAPES, camt_ordinary, ofx_ordinary, workbook
from src.components.bank_files.entry import as_text
from src.components.bank_files.formats.workbooks import excel
from src.components.bank_files.inference.amounts import exact
from src.components.bank_files.limits import DEFAULT
from src.components.bank_files.plan import Plan
from src.components.bank_files.read import preview
from src.components.bank_files.source import BankFile
from src.errors import InvalidInput

SHARE = 10
TENTH = replace(
    DEFAULT,
    rows=DEFAULT.rows // SHARE,
    line=DEFAULT.line // SHARE,
    messages=DEFAULT.messages // SHARE,
    message_count=DEFAULT.message_count // SHARE,
    texts=DEFAULT.texts // SHARE,
    cells=DEFAULT.cells // SHARE,
    values=DEFAULT.values // SHARE,
    lines=DEFAULT.lines // SHARE,
    elements=DEFAULT.elements // SHARE,
)
REFUSED = {
    "xlsx: shared strings": "too many texts",
    "xlsx: filled strings": "too many texts",
    "xlsx: nested rich text": "nested too deeply",
    "xlsx: styles": "more than 400,000 elements",
    "xlsx: rows within rows": "nested too deeply",
    "xlsx: one wide row": "more columns than a sheet",
    "xlsx: blank rows": "too many empty rows",
    "xlsx: far cells": "more than 200 columns",
    "camt: wide attribute": "A tag .* more than 100,000 characters",
    "camt: wide comment": "A tag .* more than 100,000 characters",
    "camt: attributes": "A tag .* more than 100,000 characters",
    "camt: siblings": "more than 400,000 elements",
    "camt: empty entries": "more than 20,000 rows",
    "OFX: tags": "nested too deeply",
    "MT940: other tags": "more than 300,000 lines",
    "MT940: empty entries": "more than 300,000 lines",
    "messages: short": "more than 3,000 messages",
    "messages: tiny": "more than .* (characters|messages)",
    "messages: long": "more than .* characters",
    "JSON: keys": "more than 150,000 values",
    "JSON: numbers": "more than 150,000 values",
    "JSON: empty objects": "more than 150,000 values",
    "JSON: other keys in each": "more than (200 keys|150,000 values)",
    "JSON: lines": "more than (20,000 rows|300,000 lines)",
    "QIF: lines": "more than (20,000 rows|300,000 lines)",
    "CSV: short rows": "more than (20,000 rows|300,000 lines)",
    "CSV: quotation marks": "more than 100,000 characters",
}
"""What is said of each; the others can be read, or hold no transaction."""


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_made_to_cost_much_is_refused_early_or_read(shape):
    make, size = SHAPES[shape]
    content = make(size // SHARE)
    if shape in REFUSED:
        with pytest.raises(InvalidInput, match=REFUSED[shape]):
            preview(content, limits=TENTH)
        return
    with suppress(InvalidInput):
        assert preview(content, limits=TENTH).detected


@pytest.mark.parametrize("form", ORDINARY)
def test_an_ordinary_file_is_within_the_limits(form):
    make, size = ORDINARY[form]
    shown = preview(make(size // SHARE), limits=TENTH)
    assert shown.entry_count + shown.rejected_count > 1_000


_ACCOUNT_ONCE = {
    "MT940": ":20:X\n:25:{}\n:60F:C260301EUR1,\n:61:260301D1,NMSCNONREF\n:86:KIOSK\n",
    "QIF": "!Account\nN{}\n^\n!Type:Bank\nD03/04/2026\nT-1.00\nPKIOSK\n^\n",
    "OFX": "OFXHEADER:100\n<OFX><BANKACCTFROM><ACCTID>{}</BANKACCTFROM><STMTTRN><DTPOSTED>20260304"
    "<TRNAMT>-1.00<NAME>KIOSK</STMTTRN></OFX>",
    "camt": "<Document><BkToCstmrStmt><Stmt><Acct><Id><Othr><Id>{}</Id></Othr></Id></Acct></Stmt>"
    "</BkToCstmrStmt></Document>",
}


@pytest.mark.parametrize("form", _ACCOUNT_ONCE)
def test_the_account_that_each_row_repeats_is_short(form):
    with pytest.raises(InvalidInput, match="an account has more than 500 characters"):
        preview(_ACCOUNT_ONCE[form].format("9" * 501).encode())


def test_a_statement_of_many_entries_in_a_row_is_read_whole():
    content = camt_ordinary(2_000_000)
    assert preview(content).entry_count == content.count(b"<Ntry>") > DEFAULT.parts / 10


def test_ofx_without_ends_is_read_whole():
    content = ofx_ordinary(200_000)
    assert preview(content).rejected_count == content.count(b"<STMTTRN>")


def test_a_file_is_opened_once_for_all_that_is_asked_of_it():
    text = b"Date,Text,Amount\n04/05/2026,Kiosk,-12.50\n05/06/2026,Bar,-8.00\n"
    file = BankFile(text, DEFAULT)
    shown = preview(file, Plan())
    for question, value in (("date_order", "dmy"), ("default_currency", "EUR")):
        shown = preview(file, shown.plan.answered(question, value))
    assert shown.questions == ()
    assert file.opened == 1


def test_a_document_type_is_refused_in_a_workbook():
    sheet = '<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>'
    with pytest.raises(InvalidInput, match="damaged"):
        preview(workbook(sheet=sheet))


def test_cells_are_read_as_the_common_library_reads_them():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Date", "Text", "Amount", "More"],
        [date(2026, 3, 4), "Kiosk & <Bar>", -1.5, True],
        [datetime.fromisoformat("2026-03-05T13:45:30"), "  two  spaces ", 1234567.891, False],
        [],
        [date(1900, 1, 15), "A_x0041", 1e-7, 12],
        [date(1900, 3, 15), "=1+1", 10**14, None],
        [None, "\u00e9\U0001f600", 0.1 + 0.2, "3"],
        ["2026-03-06", "x" * 300, -0.5, "'quoted"],
    ):
        sheet.append(row)
    sheet["C2"].number_format = '#,##0.00 "EUR"'
    sheet["C3"].number_format = "[Red]0.00"
    sheet["E9"] = 45_000.5
    sheet["E9"].number_format = "dd/mm/yyyy hh:mm"
    sheet["F9"] = 45_000
    sheet["F9"].number_format = "[$-409]d. mmmm yyyy;@"
    content = io.BytesIO()
    book.save(content)
    ours = dict(excel.records(content.getvalue(), DEFAULT))
    theirs = openpyxl.load_workbook(content, read_only=True, data_only=True).active
    for row, values in enumerate(theirs.iter_rows(values_only=True), start=1):
        cells = [*ours.get(row, []), *[""] * len(values)][: len(values)]
        assert list(map(as_text, cells)) == list(map(_text_of, values)), row
    assert len(ours) == 8


def _text_of(value):
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return as_text(exact(float(value)))
    return "" if value is None else as_text(value)
