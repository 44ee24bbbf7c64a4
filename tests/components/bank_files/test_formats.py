"""Formats made for programs: OFX, QIF, MT940, camt, Excel (all names invented)."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest

from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import Format, Plan
from src.components.bank_files.read import preview
from src.domain.transactions import Direction
from src.errors import InvalidInput
from tests.components.bank_files.files import CAMT, MT940, OFX_SGML, OFX_XML, QIF, packed, workbook
from tests.components.bank_files.reading import DOLLARS, brief, entries, left_out, read, refused, seen


def test_ofx_of_the_sgml_kind_with_tags_left_open():
    results = read(OFX_SGML, encoding="cp1252")
    assert brief(results) == [
        (1, "Maple & Oak Café", "-12.50", "CAD", "2026-03-04"),
        (2, "Wages March", "2000.00", "CAD", "2026-03-05"),
    ]
    assert (results[0].mode, results[0].bank_id) == ("card", "F-1")
    assert refused(results) == [(3, "amount-missing")]


def test_ofx_of_the_xml_kind():
    results = read(OFX_XML)
    assert brief(results) == [(1, "Books & <Tea>", "-3.99", "USD", "2026-03-04")]
    assert (results[0].subcategory, results[0].bank_id) == ("5942", "7")
    assert seen(OFX_XML).plan.format is Format.OFX


def test_qif_asks_for_what_it_lacks_and_skips_lists():
    shown = seen(QIF)
    assert shown.plan.open == ("default_currency",)
    results = read(QIF, Plan(take_categories=True), default_currency="USD")
    assert brief(results) == [
        (1, "Corner Shop Weekly", "-1204.50", "USD", "2026-03-14"),
        (2, "Wages", "2000.00", "USD", "2026-03-15"),
        (3, "To savings", "-100.00", "USD", "2026-03-16"),
    ]
    assert [result.category for result in results] == ["Food:Groceries", None, None]
    assert results[0].bank_id == "1042"


def test_qif_whose_days_fit_both_orders_asks():
    assert "date_order" in seen("!Type:Bank\nD01/05/2026\nT-1.00\nPx\n^\n", DOLLARS).plan.open


def test_mt940_with_a_structured_purpose_a_reversal_and_a_damaged_line():
    results = read(MT940)
    assert [entry[2:] for entry in brief(results)] == [
        ("-12.50", "EUR", "2026-03-04"),
        ("100", "EUR", "2026-03-05"),
        ("5.00", "EUR", "2026-03-06"),
    ]
    assert "Lichtspiele Nord" in results[0].description
    assert "Kinoabend" in results[0].description
    assert [result.bank_id for result in results if not hasattr(result, "reason")] == [
        "B123",
        "REF55",
        "REF57",
    ]
    assert refused(results) == [(3, "damaged")]


def test_what_a_library_cannot_read_is_not_logged(caplog):
    read(MT940)
    assert "beschaedigt" not in caplog.text
    assert "REF56" not in caplog.text


def test_camt_with_a_collected_booking_and_a_pending_one():
    results = read(CAMT)
    assert brief(results) == [
        (1, "Stadtwerke Lärche Abschlag März", "-12.50", "EUR", "2026-03-04"),
        (2, "Anna Birke", "10.00", "EUR", "2026-03-05"),
        (3, "Otto Eiche", "20.00", "EUR", "2026-03-05"),
    ]
    assert (results[0].mode, results[0].bank_id) == ("direct debit", "R1")
    assert [row for row, _ in left_out(results)] == [4]


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]>',
    ],
)
def test_camt_with_entities_or_anything_from_outside_is_refused(attack):
    with pytest.raises(InvalidInput):
        preview(CAMT.replace("<Document", f"{attack}<Document", 1).encode())


def test_xml_that_is_nested_too_deeply_is_refused():
    with pytest.raises(InvalidInput, match="nested"):
        preview(b"<BkToCstmrStmt>" + b"<a>" * 1000)
    with pytest.raises(InvalidInput, match="nested"):
        preview(b"<OFX>" + b"<A>" * 100_000)


def test_a_web_page_is_refused():
    with pytest.raises(InvalidInput, match="web page"):
        preview(b"<html><table><tr><td>1</td></tr></table></html>")


def test_excel_with_days_and_numbers_of_its_own():
    content = workbook(
        ["Statement of March"],
        [],
        ["Date", "Description", "Debit", "Credit", "Currency"],
        [date(2026, 3, 4), "Copper Kettle", 4.2, None, "GBP"],
        [
            datetime(2026, 3, 5, 10, 0),  # noqa: DTZ001 - Excel knows no zone
            "Wages",
            None,
            1950,
            "GBP",
        ],
        ["06/03/2026", "Kiosk", 0.1 + 0.2, None, "GBP"],
        ["Total", None, 4.5, 1950, None],
        behind_another=True,
    )
    results = read(content, date_order="dmy")
    assert brief(results) == [
        (4, "Copper Kettle", "-4.2", "GBP", "2026-03-04"),
        (5, "Wages", "1950", "GBP", "2026-03-05"),
        (6, "Kiosk", "-0.3", "GBP", "2026-03-06"),
    ]
    assert left_out(results) == [(7, "total")]


def test_a_number_of_excel_is_what_its_owner_sees():
    rows = [[date(2026, 3, 4), "x", 0.1 + 0.2], [date(2026, 3, 5), "y", 1.234]]
    results = read(workbook(["Date", "Text", "Debit"], *rows), DOLLARS)
    assert results[0].amount == Decimal("0.3")
    assert refused(results) == [(3, "too-many-decimals")]


def test_a_formula_of_excel_is_not_run():
    rows = [[date(2026, 3, 4), "x", 1], [date(2026, 3, 5), "y", "=1+1"]]
    results = read(workbook(["Date", "Text", "Debit"], *rows), DOLLARS)
    assert len(brief(results)) == 1
    assert refused(results) == [(3, "amount-missing")]


def test_a_workbook_that_swells_and_an_archive_that_is_none_are_refused():
    with pytest.raises(InvalidInput, match="unpacked"):
        preview(packed({"xl/workbook.xml": b"0" * 20_000_000}))
    with pytest.raises(InvalidInput, match="not an Excel workbook"):
        preview(packed({"mimetype": b"application/vnd.oasis.opendocument.text"}))
    with pytest.raises(InvalidInput, match="damaged"):
        preview(packed({"xl/workbook.xml": b"<oh"}))
    with pytest.raises(InvalidInput, match="damaged"):
        preview(b"PK\x03\x04 and no more")


def test_a_row_at_the_very_end_of_a_sheet_takes_no_time():
    with zipfile.ZipFile(
        io.BytesIO(workbook(["Date", "Text", "Debit"], [date(2026, 3, 4), "x", 1]))
    ) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert b'r="2"' in sheet
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'r="2"', b'r="1048576"').replace(b'2"', b'1048576"')
    with pytest.raises(InvalidInput):
        preview(packed(parts), DOLLARS)


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(size=50), "larger than"),
        (Limits(rows=2), "more than 2 rows"),
        (Limits(columns=2), "more than 2 columns"),
        (Limits(cell=10), "more than 10 characters"),
    ],
)
def test_every_limit_of_a_table_ends_in_a_sentence(limits, why):
    text = "Date,Description,Debit\n" + "2026-03-04,A longer description,1.00\n" * 5
    with pytest.raises(InvalidInput, match=why):
        preview(text.encode(), DOLLARS, limits=limits)
    sheet = workbook(["Date", "Description", "Debit"], *[[date(2026, 3, 4), "A longer description", 1]] * 5)
    with pytest.raises(InvalidInput, match=why):
        preview(sheet, DOLLARS, limits=limits)


@pytest.mark.parametrize("text", [OFX_SGML, QIF, MT940, CAMT, "Paid 3 USD\nPaid 4 USD\n"])
def test_rows_are_limited_in_every_format(text):
    with pytest.raises(InvalidInput, match="more than 1 rows"):
        preview(text.encode(), DOLLARS, limits=Limits(rows=1))


@pytest.mark.parametrize("text", [OFX_SGML, MT940, CAMT])
def test_the_direction_is_no_question_where_the_format_has_it(text):
    shown = seen(text)
    assert shown.questions == ()
    everything = list(entries(text.encode(), shown.plan))
    ways = {result.direction for result in everything if hasattr(result, "direction")}
    assert ways == {Direction.EXPENSE, Direction.INCOME}


def test_an_amount_of_ofx_is_in_the_currency_of_the_account_whatever_it_was_before():
    text = OFX_SGML.replace("<NAME>Wages", "<NAME>Wages<ORIGCURRENCY><CURRATE>1.2<CURSYM>GBP</ORIGCURRENCY>")
    assert [entry[3] for entry in brief(read(text))] == ["CAD", "CAD"]
    text = OFX_SGML.replace("<NAME>Wages", "<NAME>Wages<CURRENCY><CURRATE>1.2<CURSYM>GBP</CURRENCY>")
    assert [entry[3] for entry in brief(read(text))] == ["CAD", "GBP"]


@pytest.mark.parametrize(
    "text", [OFX_SGML.replace("</STMTTRN>", ""), OFX_SGML.partition("</BANKTRANLIST>")[0]]
)
def test_a_transaction_of_ofx_that_is_not_closed_is_not_lost(text):
    assert len(read(text)) == 3


def test_a_transaction_of_qif_without_its_caret_is_not_lost():
    assert len(brief(read(QIF.replace("^\nD3/15", "D3/15"), DOLLARS))) == 3


def test_a_reversed_payment_names_its_payee():
    text = CAMT.replace(
        "<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK",
        "<CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><Sts><Cd>BOOK",
    )
    assert brief(read(text))[0][1:3] == ("Stadtwerke Lärche Abschlag März", "12.50")


def test_payments_that_do_not_add_up_to_their_entry_stay_one():
    text = CAMT.replace(
        '<TxDtls><Amt Ccy="EUR">20.00</Amt>', '<TxDtls><Amt Ccy="EUR">20.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
    )
    assert [entry[2] for entry in brief(read(text))] == ["-12.50", "30.00"]


@pytest.mark.parametrize(
    ("details", "text", "mode"),
    [
        (
            "105?00FOLGELASTSCHRIFT?20EREF+4711?21CRED+DE98ZZZ\n09?22SVWZ+Beitrag 03/2026 Vertr?23ag 7"
            "?31DE\n0010?32Turnhalle Nord",
            "Turnhalle Nord Beitrag 03/2026 Vertrag 7",
            "FOLGELASTSCHRIFT",
        ),
        ("073~00VE02~20TYTUL: ZAKUP~21KIOSK 1~32KIOSK~33LAS~60~61", "KIOSK LAS TYTUL: ZAKUP KIOSK 1", "VE02"),
        (
            "/EREF/SALARIS//CNTP/NL00/ABNA/Werkgever BV///REMI/\nUSTD//Salaris maart/",
            "Werkgever BV Salaris maart",
            None,
        ),
        ("/TRTP/SEPA OVERBOEKING/IBAN/NL00/NAME/Otto Eiche/REMI/Huur", "Otto Eiche Huur", "SEPA OVERBOEKING"),
        ("BEA NR:C3D4\nBAKKERIJ DE ZON", "BEA NR:C3D4 BAKKERIJ DE ZON", None),
    ],
    ids=["German", "Polish", "counterparty", "name", "plain"],
)
def test_what_a_transaction_of_mt940_was(details, text, mode):
    heading = ":20:X\n:25:1\n:28C:1\n:60F:C260301EUR1,00\n:61:260304D12,50NMSCNONREF\n"
    (entry,) = read(f"{heading}:86:{details}\n:62F:C260306EUR1,00\n")
    assert (entry.description, entry.mode) == (text, mode)
