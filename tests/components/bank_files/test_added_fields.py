"""The account, the other party, notes, merchant codes and tags of files (all names invented)."""

from datetime import date
from decimal import Decimal

import pytest

from src.components.bank_files.own_account import is_account_number, normalized_number
from src.components.bank_files.plan import Field, Plan
from src.components.bank_files.read import fingerprint_of_header, preview
from tests.components.bank_files.files import CAMT, MT940, OFX_SGML, OFX_XML, QIF
from tests.components.bank_files.reading import DOLLARS, read
from tests.components.bank_files.test_apps import EXPORTS


def entries_of(text, plan=None):
    return [result for result in read(text, plan) if hasattr(result, "account")]


def accounts(text, plan=None):
    return {entry.account_number or entry.account for entry in entries_of(text, plan)}


def test_a_statement_of_each_format_has_the_number_of_its_account():
    camt = CAMT.replace("<Stmt>", "<Stmt><Acct><Id><IBAN>DE00 1234</IBAN></Id><Ccy>EUR</Ccy></Acct>")
    ofx = OFX_SGML.replace("<BANKTRANLIST>", "<CCACCTFROM><ACCTID>40-7</CCACCTFROM><BANKTRANLIST>")
    assert accounts(MT940) == {"100100101234567"}
    assert accounts(MT940.replace("10010010/1234567", "NL00TEST0123456789EUR")) == {"NL00TEST0123456789"}
    assert accounts(camt) == {"DE001234"}
    assert accounts(camt.replace("IBAN>", "Othr>").replace("DE00 1234", "<Id>55-1</Id>")) == {"551"}
    assert accounts(ofx) == {"407"}
    assert accounts(CAMT) == accounts(OFX_XML) == {None}


def test_each_statement_of_a_file_has_its_own_account():
    ofx = OFX_SGML.replace("<STMTTRN>", "<ACCTFROM><ACCTID>1</ACCTFROM><STMTTRN>", 1)
    ofx = ofx.replace("<STMTTRN><TRNTYPE>CREDIT", "<ACCTFROM><ACCTID>2</ACCTFROM><STMTTRN><TRNTYPE>CREDIT")
    assert [entry.account_number for entry in entries_of(ofx)] == ["1", "2"]
    qif = (
        f"!Account\nNHousehold\nTBank\nDours\n^\n{QIF}!Account\nNCard\n^\n!Type:CCard\nD3/17'26\nT-1\nPx\n^\n"
    )
    assert [entry.account for entry in entries_of(qif, DOLLARS)] == [*["Household"] * 3, "Card"]


def test_memos_and_merchant_codes_are_kept_and_the_description_stays():
    wages = entries_of(OFX_SGML)[1]
    assert (wages.description, wages.counterparty, wages.notes) == ("Wages March", "Wages", None)
    shop = entries_of(QIF, DOLLARS)[0]
    assert (shop.description, shop.counterparty, shop.notes) == (
        "Corner Shop Weekly",
        "Corner Shop",
        "Weekly",
    )
    [books] = entries_of(OFX_XML)
    assert (books.mcc, books.subcategory) == ("5942", "5942")


def test_the_other_party_is_who_paid_for_income_and_who_was_paid_otherwise():
    assert [entry.counterparty for entry in entries_of(CAMT)] == [
        "Stadtwerke Lärche",
        "Anna Birke",
        "Otto Eiche",
    ]


@pytest.mark.parametrize("app", ["Mint", "YNAB", "Monarch", "Actual", "Sure or Maybe", "Firefly III"])
def test_the_export_of_a_program_names_its_account(app):
    assert {entry.account for entry in preview(EXPORTS[app][0].encode(), DOLLARS).entries} == {"Checking"}


def test_the_other_end_of_a_transfer_is_the_other_party():
    entries = preview(EXPORTS["Firefly III"][0].encode(), DOLLARS).entries
    assert [entry.counterparty for entry in entries] == ["Copper Kettle", "Firm"]


ROWS = [
    f"{day:02}.03.2026;DE11AAAA000{day};KIOSK {day};-{day},10;EUR;DE00OWN1;#food #fun, trip;lent to Ann"
    for day in range(1, 9)
]


def table(*names):
    return "\n".join(["Datum;" + ";".join(names), *ROWS]) + "\n"


def test_a_column_of_the_other_parties_accounts_is_not_the_own_account():
    text = table("IBAN", "Verwendungszweck", "Betrag", "Währung", "Kontonummer", "Tags", "Notizen")
    entries = entries_of(text)
    assert {entry.account_number for entry in entries} == {"DE00OWN1"}
    assert (entries[0].tags, entries[0].notes) == (("food", "fun", "trip"), "lent to Ann")
    assert entries[0].description == "KIOSK 1"


def test_a_name_of_an_account_is_told_from_its_number():
    numbers = ["DE00 1234 5678", "NL01", "1000/0300", "01234-7654321", "*1234", "XXXX XXXX 1234"]
    names = ["Current Account", "Visa 1234", "N26", "Joint", "Konto 1111", "ING 4711"]
    assert list(filter(is_account_number, [*numbers, *names])) == numbers
    assert normalized_number("de00-1234 5678") == normalized_number("DE0012345678")
    assert normalized_number("[account]") is None


def test_the_layout_of_a_format_is_the_one_it_had_without_these_fields():
    assert fingerprint_of_header(QIF.encode()) == "729b9ca727289958368556d526d1e67b"


def test_a_plan_of_an_earlier_release_still_reads_its_file():
    planned = preview(QIF.encode(), DOLLARS).plan
    earlier = Plan.from_dict({**planned.to_dict(), "columns": list(planned.columns[:6])})
    assert len(entries_of(QIF, earlier)) == 3
    assert Field.NOTES not in earlier.columns


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("Original amount", "Original currency"), ("Fremdwährungsbetrag", "Fremdwährung")],
)
def test_what_a_purchase_abroad_cost_there_is_a_note(amount, currency):
    rows = "2026-02-03;-26.40;-480.00;MXN;RESTAURANT SOL\n2026-02-04;-12.00;;;KIOSK\n"
    rows += "2026-02-05;-69.46;69.46;CHF;AIRLINE\n"
    content = f"Date;Amount;{amount};{currency};Description\n{rows}".encode()
    shown = preview(content, Plan(default_currency="CHF", sign="negative-is-expense"))
    assert shown.plan.columns[2:4] == (Field.ORIGINAL_AMOUNT, Field.ORIGINAL_CURRENCY)
    assert [entry.notes for entry in shown.entries] == ["480.00 MXN", None, None]
    assert [entry.amount for entry in shown.entries] == [Decimal("26.40"), Decimal(12), Decimal("69.46")]
    assert not any(column.suggested for column in shown.column_summaries)


def test_a_preview_has_the_period_and_the_sums_of_the_whole_file():
    rows = "".join(f"2026-01-{day:02d};-{day}.50;EUR;KIOSK\n" for day in range(1, 31))
    rows += "2025-12-24;2000;EUR;EMPLOYER\n2026-02-01;-7;USD;ABROAD\n"
    plan = Plan(sign="negative-is-expense")
    shown = preview(f"Date;Amount;Currency;Description\n{rows}".encode(), plan)
    assert (shown.first_day, shown.last_day) == (date(2025, 12, 24), date(2026, 2, 1))
    assert [(total.currency, total.direction, total.entries, total.amount) for total in shown.sums] == [
        ("EUR", "expense", 30, Decimal("480.00")),
        ("EUR", "income", 1, Decimal(2000)),
        ("USD", "expense", 1, Decimal(7)),
    ]
    assert (len(shown.entries), shown.entry_count) == (20, 32)
