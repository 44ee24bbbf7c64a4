"""Text in columns, in the dialects of banks (all names invented)."""

from decimal import Decimal

import pytest

from src.components.bank_files.plan import Format, Plan, Sign
from src.components.bank_files.read import fingerprint_of_header, preview
from src.domain.transactions import Direction
from src.errors import InvalidInput
from tests.components.bank_files.reading import DOLLARS, brief, entries, left_out, read, refused, seen

GERMAN = """\
"Girokonto";"DE00 0000 0000 0000"
"Zeitraum:";"01.02.2026 - 28.02.2026"
"Kontostand vom 28.02.2026:";"1.234,56 EUR"

"Buchungsdatum";"Wertstellung";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"Betrag (€)";"Referenz"
"27.02.26";"27.02.26";"Bäckerei Öhm";"Danke für
Ihren Einkauf";"Ausgang";"-12,50";"A1"
"13.02.26";"13.02.26";"Muster GmbH";"Gehalt Februar";"Eingang";"2.345,00";"A2"
"01.02.26";"01.02.26";"Hausverwaltung Lärche";"Miete";"Ausgang";"-1.050,00";""
"""

BRITISH = """\
Date,Type,Description,Paid out,Paid in,Balance
14/03/2026,VIS,THE COPPER KETTLE,4.20,,1000.00
15/03/2026,CR,WREN & SONS PAYROLL,,"1,950.00",2950.00
16/03/2026,DD,NORTHGATE WATER,£31.07,0.00,2918.93
,,Closing balance,,,2918.93
"""

INDIAN = """\
Account No :,XX1234,,,,,
Statement From : 01/04/2026 To : 30/04/2026,,,,,,
Date,Narration,Chq./Ref.No.,Value Dt,Withdrawal Amt.,Deposit Amt.,Closing Balance
************,*********,*****,*****,*****,*****,*****
13/04/26,UPI-LOTUS STORES-lotus@bank-PAY,0000612,13/04/26,"1,23,456.50",,20000.00
14/04/26,SALARY MAY,0000613,14/04/26,,"75,000.00",95000.00

STATEMENT SUMMARY :-,,,,,,
Opening Balance,Dr Count,Cr Count,Debits,Credits,Closing Bal,
143456.50,1,1,123456.50,75000.00,95000.00,
"""


def test_a_german_statement_with_a_preamble_decimal_commas_and_a_text_over_two_lines():
    results = read(GERMAN, encoding="cp1252")
    assert brief(results) == [
        (6, "Bäckerei Öhm Danke für Ihren Einkauf", "-12.50", "EUR", "2026-02-27"),
        (8, "Muster GmbH Gehalt Februar", "2345.00", "EUR", "2026-02-13"),
        (9, "Hausverwaltung Lärche Miete", "-1050.00", "EUR", "2026-02-01"),
    ]
    assert [result.bank_id for result in results] == ["A1", "A2", None]


def test_a_british_statement_with_two_columns_and_a_closing_line():
    results = read(BRITISH, Plan(default_currency="GBP"))
    assert brief(results) == [
        (2, "THE COPPER KETTLE", "-4.20", "GBP", "2026-03-14"),
        (3, "WREN & SONS PAYROLL", "1950.00", "GBP", "2026-03-15"),
        (4, "NORTHGATE WATER", "-31.07", "GBP", "2026-03-16"),
    ]
    assert left_out(results) == [(5, "total")]


def test_an_indian_statement_with_lakhs_and_a_summary_behind():
    results = read(INDIAN, Plan(default_currency="INR"))
    assert brief(results) == [
        (5, "UPI-LOTUS STORES-lotus@bank-PAY", "-123456.50", "INR", "2026-04-13"),
        (6, "SALARY MAY", "75000.00", "INR", "2026-04-14"),
    ]
    assert results[1].bank_id == "0000612"
    assert [row for row, _ in left_out(results)] == [4, 8, 9, 10]
    assert refused(results) == []


def test_a_file_without_a_heading_is_read_by_its_cells():
    text = "2026-03-04;Kiosk Blau;-2,50;100,00\n2026-03-05;Lohn;10,00;110,00\n2026-03-06;Kino;-8,00;102,00\n"
    results = read(text + "2026-03-07;Bahn;-2,00;100,00\n", Plan(default_currency="EUR"))
    assert brief(results)[:2] == [
        (1, "Kiosk Blau", "-2.50", "EUR", "2026-03-04"),
        (2, "Lohn", "10.00", "EUR", "2026-03-05"),
    ]


SUMMARIES = [
    "Compte de cheques ****1234;Compte de cheques;****1234;13/03/2026;;1 234,56\n",
    '"Compte courant";"****1234";"1 234,56"\n',
    "Compte;****1234\nSolde;1 234,56 EUR\n",
    "Solde au;13/03/2026;1 234,56\n",
]
FRENCH_ROWS = """\
13/03/2026;Paiement carte;;CARTE LIBRAIRIE DU PORT;-12,50
12/03/2026;Virement;;VIR SALAIRE MARTIN SARL;2 100,00
11/03/2026;Prelevement;;PRLV ELECTRICITE NORD;-64,00
"""


@pytest.mark.parametrize("summary", SUMMARIES)
def test_a_file_without_a_heading_is_read_below_the_lines_of_a_summary(summary):
    plan = Plan(default_currency="EUR", sign=Sign.NEGATIVE_IS_EXPENSE)
    asked = seen(summary + FRENCH_ROWS, plan).questions
    assert [(question.key, question.choices[0].example) for question in asked] == [
        ("description_column", "CARTE LIBRAIRIE DU PORT")
    ]
    results = read(summary + FRENCH_ROWS, plan, description_column="3")
    assert [entry[1:3] for entry in brief(results)] == [
        ("CARTE LIBRAIRIE DU PORT", "-12.50"),
        ("VIR SALAIRE MARTIN SARL", "2100.00"),
        ("PRLV ELECTRICITE NORD", "-64.00"),
    ]
    assert [row for row, _ in left_out(results)] == list(range(1, 1 + summary.count("\n")))


def test_a_running_balance_decides_which_sign_is_spending():
    rows = ("2026-01-01,A,10,90", "2026-01-02,B,-5,95", "2026-01-03,C,30,65", "2026-01-04,D,1,64")
    shown = seen("\n".join(["Date,Description,Amount,Balance", *rows]), DOLLARS)
    assert (shown.plan.sign, shown.questions) == (Sign.POSITIVE_IS_EXPENSE, ())


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_delimiters_newlines_and_encodings(newline, delimiter, encoding):
    lines = [
        "Date|Description|Debit|Credit|Currency",
        "2026-03-04|Café Zoë|3.50||EUR",
        "2026-03-05|Пекарня|2.00||EUR",
    ]
    text = newline.join(lines).replace("|", delimiter) + newline
    assert brief(read(text, encoding=encoding)) == [
        (2, "Café Zoë", "-3.50", "EUR", "2026-03-04"),
        (3, "Пекарня", "-2.00", "EUR", "2026-03-05"),
    ]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Zoë’s Café – Größe"),
        ("latin-1", "Crêperie Élan à Nîmes"),
        ("iso8859-15", "Preis 5 € im Café"),
        ("cp1251", "Булочная на углу"),
    ],
)
def test_alphabets_of_single_bytes(encoding, name):
    text = f"Date,Description,Debit,Currency\n2026-03-04,{name},1.00,EUR\n"
    assert brief(read(text, encoding=encoding))[0][1] == name


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        (
            "cp1250",
            "Książka i Kawa|Kościuszki 4|opłata 5,00 zł|ŻABKA|Dům knihy|Město Brno|Černý most",
        ),
        (
            "cp1252",
            "Peña|España|Muñoz|¿Qué tal?|CORUÑA|Größe|Müller|Café|Sœur|déjà vu|Così|ragù|5 m³|Garçon Père",
        ),
    ],
)
def test_a_few_accents_are_those_of_the_west_unless_no_western_language_has_them(encoding, names):
    for name in names.split("|"):
        text = f'Date,Description,Debit,Currency\n2026-03-04,"{name}",1.00,EUR\n2026-03-05,Kiosk,1.00,EUR\n'
        assert brief(read(text, encoding=encoding))[0][1] == name


def test_amounts_as_banks_write_them():
    amounts = {
        "1'234.50": "1234.50",
        "1\u202f234.50": "1234.50",
        "1\xa0234.50": "1234.50",
        "(17.00)": "-17.00",
        "17.00-": "-17.00",
        "\u221217.00": "-17.00",
        "17.00 CR": "17.00",
        "17.00DR": "-17.00",
        "USD 12.00": "12.00",
        "$-12.00": "-12.00",
        "+12.00": "12.00",
        ".50": "0.50",
    }
    rows = "".join(f'2026-03-04,x{position},"{text}"\n' for position, text in enumerate(amounts))
    results = read("Date,Description,Amount\n" + rows, DOLLARS, sign="negative-is-expense")
    assert [Decimal(entry[2]) for entry in brief(results)] == [Decimal(amount) for amount in amounts.values()]


def test_where_only_some_amounts_are_marked_as_credit_the_others_are_spending():
    text = "Date,Details,Amount\n13/03/2026,LOTUS STORES,450.00\n14/03/2026,PAYMENT RECEIVED,1000.00 Cr\n"
    results = read(text, Plan(default_currency="INR"))
    assert [result.direction for result in results] == [Direction.EXPENSE, Direction.INCOME]


def test_pending_and_declined_rows_are_ignored_and_damaged_ones_rejected():
    text = """Date,Description,Debit,Status
2026-03-04,Kiosk,1.00,Completed
2026-03-05,Kiosk,1.00,Pending
2026-03-06,Kiosk,1.00,DECLINED
2026-02-30,Kiosk,1.00,Completed
2026-03-07,Kiosk,one,Completed
2026-03-08,Kiosk,0.00,Completed
2026-03-09,Kiosk, Corner,1.00,Completed
2026-03-10,,1.00,Completed
2026-03-11,Kiosk,1.005,Completed
"""
    results = read(text, DOLLARS)
    assert [result.row for result in results] == list(range(2, 11))
    assert len(brief(results)) == 1
    assert [row for row, _ in left_out(results)] == [3, 4, 7]
    assert refused(results) == [
        (5, "date-missing"),
        (6, "amount-missing"),
        (8, "too-many-columns"),
        (9, "no-text"),
        (10, "too-many-decimals"),
    ]


def test_a_formula_stays_the_text_it_is_and_control_characters_go():
    text = 'Date,Description,Debit\n2026-03-04,"=HYPERLINK(""http://x"",""y"")",1.00\n2026-03-05,a\x00b\x07c\u202ed,1.00\n'
    results = read(text, DOLLARS)
    assert [result.description for result in results] == ['=HYPERLINK("http://x","y")', "ab c d"]


def test_the_apostrophe_before_a_formula_is_removed_in_every_text_column():
    [entry] = read(
        "Date,Description,Debit,Subcategory,Payment method\n2026-03-04,'=1+1,1.00,'-milk,'+card\n", DOLLARS
    )
    assert (entry.description, entry.subcategory, entry.mode) == ("=1+1", "-milk", "+card")


def test_an_apostrophe_before_the_marks_of_a_column_changes_nothing():
    text = "Date,Description,Amount,Type\n2026-03-04,Kiosk,1.00,{0}-\n2026-03-05,Pay,9.00,{0}+\n"
    assert seen(text.format("'"), DOLLARS).plan == seen(text.format(""), DOLLARS).plan
    assert read(text.format("'"), DOLLARS) == read(text.format(""), DOLLARS)


def test_the_files_own_categories_are_labels_only_if_the_plan_takes_them():
    text = "Date,Description,Debit,Category\n2026-03-04,Kiosk,1.00,Snacks\n"
    plan = seen(text, DOLLARS).plan
    assert next(entries(text.encode(), plan)).category is None
    labelled = Plan.from_dict({**plan.to_dict(), "take_categories": True})
    assert next(entries(text.encode(), labelled)).category == "Snacks"


def test_a_remembered_profile_reads_the_next_file_of_the_same_bank_without_a_question():
    first = seen(GERMAN).plan
    later = (
        GERMAN.replace("Januar", "x")
        .replace("27.02.26", "27.03.26")
        .replace('"Zeitraum:"', '"x"\n"Zeitraum:"')
    )
    profile = Plan.from_dict(first.profile().to_dict())
    shown = preview(later.encode("utf-8"), profile)
    assert shown.questions == ()
    assert shown.entries[0].date.isoformat() == "2026-03-27"
    assert fingerprint_of_header(GERMAN.encode()) == fingerprint_of_header(later.encode("cp1252"))
    assert fingerprint_of_header(GERMAN.encode()) != fingerprint_of_header(BRITISH.encode())


def test_what_is_no_list_of_transactions_is_refused_in_a_sentence():
    for content in (b"", b"   \n", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1", b"\x1f\x8b\x08", b"\x89PNG\r\n"):
        with pytest.raises(InvalidInput):
            preview(content)


def test_a_quotation_mark_that_nobody_closed_loses_no_rows_in_silence():
    text = 'Date,Description,Debit\n2026-03-04,"Kiosk,1.00\n2026-03-05,Kiosk,1.00\n2026-03-06,Kiosk,1.00\n'
    with pytest.raises(InvalidInput, match="line 2"):
        preview(text.encode())
    with pytest.raises(InvalidInput, match="line 2"):
        preview((text + "2026-03-05,Kiosk,1.00\n" * 200).encode())


def test_a_quotation_that_takes_other_rows_in_is_refused():
    text = 'Date,Description,Debit\n2026-03-04,"Kiosk,1.00\n2026-03-05,Kiosk,1.00\n2026-03-06,"Bar",1.00\n'
    with pytest.raises(InvalidInput, match="line 2"):
        preview(text.encode())


def test_the_format_and_its_words():
    shown = seen(BRITISH, Plan(default_currency="GBP"))
    assert shown.plan.format is Format.CSV
    assert shown.detected == "csv"
    assert shown.columns == ("Date", "Type", "Description", "Paid out", "Paid in", "Balance")
