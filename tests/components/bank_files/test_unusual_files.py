"""Unusual ways of writing a statement, as banks do (all names invented)."""

import pytest

from src.components.bank_files.plan import Plan, Sign
from tests.components.bank_files.files import OFX_XML
from tests.components.bank_files.reading import DOLLARS, brief, left_out, read, refused, seen

SWIFT = ":20:S\n:25:1\n:28C:1/1\n:60F:C260101EUR1000,00\n{}\n:62F:C260131EUR900,00\n-\n"


def of(text, plan=None, **answers):
    """(text, signed amount) of the entries; nothing may be rejected."""
    results = read(text, plan, **answers)
    assert refused(results) == []
    return [(description, amount) for _, description, amount, _, _ in brief(results)]


def test_a_minus_among_expenses_is_a_refund_only_if_the_others_have_none():
    text = "Date,Text,Debit,Credit,Currency\n2026-03-02,Grocer,45.10,,EUR\n2026-03-03,Shoes,80.00,,EUR\n{}"
    refund = text.format("2026-03-05,Shoes,-80.00,,EUR\n2026-03-06,Employer,,2100.00,EUR\n")
    assert of(refund)[2:] == [("Shoes", "80.00"), ("Employer", "2100.00")]
    assert seen(refund).plan.sign is Sign.TWO_COLUMNS_WITH_REFUNDS
    all_negative = refund.replace(",45.10", ",-45.10").replace("03-03,Shoes,80.00", "03-03,Shoes,-81.00")
    assert [amount for _, amount in of(all_negative)] == ["-45.10", "-81.00", "-80.00", "2100.00"]


@pytest.mark.parametrize("name", ["Incoming funds", "Something"])
def test_the_other_column_of_money_is_found_by_its_cells(name):
    text = (
        f"Date,Details,Debit,{name},Currency\n2026-04-01,Kiosk,1.96,0.00,EUR\n2026-04-13,Wages,0.00,500,EUR\n"
    )
    assert of(text) == [("Kiosk", "-1.96"), ("Wages", "500")]


def test_the_types_of_ofx_tell_what_is_spending_if_no_amount_has_a_minus():
    text = OFX_XML.replace("-3,99", "3.99")
    assert of(text) == [("Books & <Tea>", "-3.99")]
    income = text.replace("DEBIT", "CREDIT")
    assert of(income) == [("Books & <Tea>", "3.99")]


def test_the_type_of_ofx_is_the_text_if_there_is_no_other():
    text = OFX_XML.replace("<NAME><![CDATA[Books & <Tea>]]></NAME><SIC>5942</SIC>", "").replace(
        "DEBIT", "SRVCHG"
    )
    assert of(text) == [("service charge", "-3.99")]


def test_an_amount_with_more_decimals_than_its_currency_is_rounded_and_the_note_tells_it():
    [entry] = read(OFX_XML.replace("-3,99", "-0003.9850"))
    assert (str(entry.amount), entry.notes) == ("3.99", "Amount in the file: -3.985")


@pytest.mark.parametrize(
    ("line", "text", "amount"),
    [
        (":61:2601010101D1.050,00NMSCNONREF\n:86:RENT", "RENT", "-1050.00"),
        (":61:2601010101D50,00NMSCDBT.GROCER", "DBT.GROCER", "-50.00"),
        (":61:2601030103C9,00NINTINTEREST//1234", "INTEREST", "9.00"),
        (":61:2601010101D65,00NOVBNL47TEST9999999999\nj de vries\n:86:ring", "ring", "-65.00"),
    ],
    ids=["point for thousands", "text in the line", "text before a reference", "a long reference"],
)
def test_lines_of_mt940_that_leave_the_standard(line, text, amount):
    assert of(SWIFT.format(line)) == [(text, amount)]


def test_a_year_of_one_digit_and_a_split_category_of_qif():
    text = (
        "!Type:Bank\n"
        "D4/ 1' 8\n"
        "T-12.00\n"
        "PKiosk\n"
        "LFood\n"
        "^\n"
        "D4/25' 8\n"
        "T-5.00\n"
        "PGrocer\n"
        "LFood\n"
        "SFood\n"
        "$-3\n"
        "SHome\n"
        "$-2\n"
        "^\n"
    )
    results = read(text, Plan(default_currency="USD", take_categories=True))
    assert [day for *_, day in brief(results)] == ["2008-04-01", "2008-04-25"]
    assert [entry.category for entry in results] == ["Food", None]


def test_words_of_both_directions_give_the_type_without_a_heading():
    text = (
        "01/24/2026,Kiosk North,1.96,debit,USD\n"
        "01/25/2026,Grocer,15.68,debit,USD\n"
        "01/28/2026,Acme,500.00,credit,USD\n"
    )
    assert of(text) == [("Kiosk North", "-1.96"), ("Grocer", "-15.68"), ("Acme", "500.00")]


@pytest.mark.parametrize("marks", [("D", "K"), ("借 Dr", "贷 Cr"), ("Debet", "Credit")])
def test_marks_of_direction_in_other_languages(marks):
    text = (
        "Date,Text,Amount,Currency,Mark\n"
        f"2026-04-01,Kiosk,1.96,EUR,{marks[0]}\n"
        f"2026-04-13,Pay,5.00,EUR,{marks[1]}\n"
    )
    assert of(text) == [("Kiosk", "-1.96"), ("Pay", "5.00")]


def test_a_blank_date_of_a_settled_transaction_is_the_other_date():
    text = "Booked,State,Date,Value date,Text,Amount,Currency\n{}"
    rows = (
        "x,COMPLETED,,2026-05-06,Train,-5,SEK\n"
        "x,HELD,,2026-05-07,Bus,-6,SEK\n"
        "x,OK,2026-05-08,2026-05-09,Tram,-7,SEK\n"
    )
    results = read(text.format(rows))
    assert [(description, day) for _, description, _, _, day in brief(results)] == [
        ("Train", "2026-05-06"),
        ("Tram", "2026-05-08"),
    ]
    assert refused(results) == [(3, "date-missing")]


def test_a_text_goes_on_in_columns_without_a_name():
    text = (
        "Date,Amount,Currency,Text,,\n"
        "2026-03-30,-12.30,PLN,Title: 1,Shop: Green,\n"
        "2026-03-29,-5.00,PLN,Title: 2,Kiosk,9\n"
    )
    assert of(text)[0] == ("Title: 1 Shop: Green", "-12.30")


def test_a_balance_above_the_table_tells_the_decimal_mark():
    text = (
        "Account;X\n"
        'Balance of 30.12.;"3.600,00 €"\n'
        "\n"
        "Datum;Text;Betrag (€)\n"
        "10.12.25;Rent;-1.000\n"
        "24.12.25;Pay;2.500\n"
    )
    assert seen(text, Plan(sign=Sign.NEGATIVE_IS_EXPENSE)).plan.open == ()
    assert of(text, Plan(sign=Sign.NEGATIVE_IS_EXPENSE)) == [("Rent", "-1000"), ("Pay", "2500")]


def test_the_currency_of_the_original_amount_is_not_that_of_the_amount():
    text = (
        "Date,Amount,Original amount,Original currency,Text\n"
        "2026-02-03,-26.40,-480.00,MXN,Sol\n"
        "2026-02-04,-12,,,Kiosk\n"
    )
    results = read(text, Plan(default_currency="CHF"))
    assert [currency for *_, currency, _ in brief(results)] == ["CHF", "CHF"]


def test_a_row_in_a_currency_of_the_past_keeps_it_and_one_in_an_unknown_currency_is_rejected():
    text = (
        "Datum;Text;Betrag;Währung\n05.05.2026;A;-12,30;EUR\n26.05.2012;B;-1,30;LTL\n27.05.2012;C;-1,40;XQQ\n"
    )
    results = read(text, DOLLARS)
    assert [currency for *_, currency, _ in brief(results)] == ["EUR", "LTL"]
    assert refused(results) == [(4, "unknown-currency")]


def test_a_second_column_of_the_name_balance_is_no_obstacle():
    text = (
        "Datum,Omschrijving,Mutatie,,Saldo,\n"
        '27-12-2025,Dividend,EUR,"0,19",EUR,"13,88"\n'
        '26-12-2025,Tax,EUR,"-0,03",EUR,"13,69"\n'
        '26-11-2025,Buy,EUR,"-5,00",EUR,"13,72"\n'
    )
    assert [amount for _, amount in of(text)] == ["0.19", "-0.03", "-5.00"]


@pytest.mark.parametrize(
    ("message", "amount", "currency"),
    [
        (
            "Your A/c XX1234 debited by EGP 2000.00 on 18-06-2026 at GREEN MART Ref 664406213",
            "-2000.00",
            "EGP",
        ),
        (
            "Auto pay is activated on your Card XX43 for Rs. 7500.00, from CLOUDS. An initial amount of "
            "Rs. 2.00 has been debited on 17-06-2026.",
            "-2.00",
            "INR",
        ),
        ("INR 262.56 spent on card 0000 at GROCER on 17/MAY/2026. Avl Lmt INR 100", "-262.56", "INR"),
        (
            "GROCER refund of Rs 20.00 credited to Card XX00 on 06-SEP-26. Revised total due Rs 99.00",
            "20.00",
            "INR",
        ),
        (
            "Rs.230.00 Dr. from A/C XX1234 and Cr. to grocer@bank on 06-SEP-26. AvlBal:Rs618.85",
            "-230.00",
            "INR",
        ),
        (
            "Thank you for the payment of Rs.45.00 towards Card 00, this has been credited on 17/06/26.",
            "45.00",
            "INR",
        ),
    ],
)
def test_messages_that_look_like_something_else(message, amount, currency):
    results = read(f"{message}\nINR 12.00 spent on card xx00 at KIOSK on 27-07-2026. Avl Lmt INR 100\n")
    assert brief(results)[0][2:4] == (amount, currency)


def test_messages_of_many_lines_are_separated_by_blank_ones():
    text = (
        "Sent Rs.{}\nFrom Bank A/C *0000\nTo {}\nOn {}/05/26\nRef 603611112{}\nNot You?\nCall 180012/SMS B\n"
    )
    messages = [
        text.format(f"{day}.00", name, day, day % 10)
        for day, name in ((17, "TEA"), (19, "METRO"), (21, "BAR"))
    ]
    assert [entry[1:3] for entry in brief(read("\n".join(messages), default_currency="INR"))] == [
        ("TEA", "-17.00"),
        ("METRO", "-19.00"),
        ("BAR", "-21.00"),
    ]
    diary = (
        "2026-03-01 milk 3 USD\n2026-03-01 bread 4 USD\n\n" * 2
        + "2026-03-02 tea 5 USD\n2026-03-02 bus 6 USD\n" * 12
    )
    assert len(brief(read(diary, Plan(sign=Sign.ALL_EXPENSES)))) == 28


def test_a_count_of_free_transactions_is_no_payment():
    text = (
        "Card 43: you have done 02 out of 06 free transactions at ATMs in this month.\n"
        "INR 12.00 spent at KIOSK on 23-03-2026\n"
    )
    results = read(text)
    assert left_out(results) == [(1, "advertisement")]
    assert len(brief(results)) == 1


def test_a_time_of_ofx_in_a_table_is_a_date():
    text = (
        "DEBIT,20091224120000[0:GMT],Host,-85.00\n"
        "CREDIT,20091223120000[-5:EST],Pay,3520.00\n"
        "DEBIT,20091222,Bar,-2.00\n"
    )
    results = read(text, DOLLARS)
    assert [day for *_, day in brief(results)] == ["2009-12-24", "2009-12-23", "2009-12-22"]
