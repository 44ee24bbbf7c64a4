"""Tables as particular banks and apps write them; all names and numbers in them are invented."""

import pytest

from src.components.bank_files.plan import Field, Sign
from src.components.bank_files.read import preview
from tests.components.bank_files.reading import DOLLARS, brief, left_out, read, refused, seen

TWO_TABLES = """;
"Umsätze Girokonto";"Zeitraum: 30 Tage";
"Neuer Kontostand";"1.234,56 EUR";

"Buchungstag";"Wertstellung (Valuta)";"Vorgang";"Buchungstext";"Umsatz in EUR";
"02.03.2026";"02.03.2026";"Lastschrift";"LICHTSPIELE NORD";"-13,99";
"offen";"02.03.2026";"Kartenverfügung";"BÄCKEREI ÖHM";"-2,11";
"27.02.2026";"27.02.2026";"Gutschrift";"MUSTER GMBH LOHN";"2.100,00";

"Alter Kontostand";"1.234,56 EUR";

"Umsätze Kreditkarte";"Zeitraum: 30 Tage";

"Buchungstag";"Umsatztag";"Vorgang";"Referenz";"Buchungstext";"Umsatz in EUR";
"03.03.2026";"01.03.2026";"Kartenumsatz";"7001";"BUCHLADEN LÄRCHE";"-45,00";
"04.03.2026";"02.03.2026";"Kartenumsatz";"7002";"TANKSTELLE NORD";"-11,00";

"Alter Kontostand";"0,00 EUR";
"""
POLISH = """Lista operacji;

#Waluta;#Wpływy;#Wydatki;
PLN;5 000,00;-21,55;

#Data operacji;#Opis operacji;#Rachunek;#Kategoria;#Kwota;
2026-02-27;"ŻÓŁTA ŁÓDKA, ZAKUP PRZY UŻYCIU KARTY";"Konto 1111";"Żywność";-21,55 PLN;;
2026-02-26;"PRACODAWCA SP. Z O.O., WYNAGRODZENIE, PRZELEW PRZYCHODZĄCY";"Konto 1111";"Praca";5 000,00 PLN;;
"""
CZECH = """číslo účtu;datum zaúčtování;částka;měna;zůstatek;název protiúčtu;označení operace;poznámka
1000/0300;27.02.2026;-215,50;CZK;9784,50;Řeznictví Šťastný;Platba kartou;nákup
1000/0300;26.02.2026;50000,00;CZK;10000,00;Zaměstnavatel s.r.o.;Příchozí úhrada;mzda
1000/0300;25.02.2026;-13000,00;CZK;-40000,00;Společenství vlastníků;Trvalý příkaz;nájem
"""
CHINESE = """支付账单明细,,,,,,,,
收入：1笔 66.00元,,,,,,,,
交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号
2026-02-27 18:03:22,商户消费,小河面馆,午餐,支出,¥36.50,零钱,支付成功,4200001
2026-02-26 10:00:00,扫二维码付款,晴天超市,/,支出,¥200.00,零钱,已转账,4200002
2026-02-25 10:00:00,红包,树,/,收入,¥66.00,/,已存入零钱,4200003
"""
JAPANESE = """"日付","摘要","摘要内容","支払い金額","預かり金額","差引残高"
"2026/2/27","口座振替","ヤマデンキ","8,215","","1,234,567"
"2026/2/26","給料","カワシヨウジ","","350,000","1,242,782"
"2026/2/25","カ－ド","","50,000","","892,782"
"""


def test_every_table_of_a_file_is_read_in_the_columns_of_the_first():
    results = read(TWO_TABLES, encoding="cp1252")
    assert brief(results) == [
        (6, "LICHTSPIELE NORD", "-13.99", "EUR", "2026-03-02"),
        (8, "MUSTER GMBH LOHN", "2100.00", "EUR", "2026-02-27"),
        (15, "BUCHLADEN LÄRCHE", "-45.00", "EUR", "2026-03-03"),
        (16, "TANKSTELLE NORD", "-11.00", "EUR", "2026-03-04"),
    ]
    assert refused(results) == []
    assert [row for row, _ in left_out(results)] == [7, 10, 12, 14, 18]


def test_a_transaction_above_the_heading_is_reported():
    text = "2026-03-01;Kiosk;-1,00\nDatum;Text;Betrag;Währung\n2026-03-02;Bar;-2,00;EUR\n"
    assert refused(read(text)) == [(1, "above-heading")]


@pytest.mark.parametrize(
    ("text", "encoding", "first"),
    [
        (POLISH, "cp1250", ("ŻÓŁTA ŁÓDKA, ZAKUP PRZY UŻYCIU KARTY", "-21.55", "PLN", "2026-02-27")),
        (CZECH, "cp1250", ("Řeznictví Šťastný nákup", "-215.50", "CZK", "2026-02-27")),
        (CHINESE, "gb18030", ("小河面馆 午餐", "-36.50", "CNY", "2026-02-27")),
        (JAPANESE, "cp932", ("ヤマデンキ", "-8215", "JPY", "2026-02-27")),
    ],
    ids=["Polish", "Czech", "Chinese", "Japanese"],
)
def test_banks_of_other_alphabets(text, encoding, first):
    shown = preview(text.encode(encoding))
    answers = {"sign": "negative-is-expense", "default_currency": first[2]}
    results = read(text, encoding=encoding, **{key: answers[key] for key in shown.plan.open})
    assert brief(results)[0][1:] == first
    assert refused(results) == []
    assert brief(results)[1][2].startswith(("5000", "50000", "-200", "350000"))


def test_who_paid_is_named_for_money_that_came_in():
    text = """Datum;Status;Zahlungspflichtige*r;Zahlungsempfänger*in;Verwendungszweck;Umsatztyp;Betrag (€)
11.03.26;Vorgemerkt;;Bahn;Fahrschein;Ausgang;-49,00
10.03.26;Gebucht;Erika Muster;Lichtspiele Nord;LICHTSPIELE NORD;Ausgang;-13,99
09.03.26;Gebucht;Muster GmbH;Erika Muster;Gehalt;Eingang;2.500
"""
    results = read(text)
    assert [entry[1:3] for entry in brief(results)] == [
        ("LICHTSPIELE NORD", "-13.99"),
        ("Muster GmbH Gehalt", "2500"),
    ]
    assert [row for row, _ in left_out(results)] == [2]


def test_the_currency_of_the_amount_is_not_that_of_a_foreign_amount_in_the_next_column():
    text = """Date,Payee,Transaction type,Payment reference,Amount (EUR),Foreign Amount,Foreign Currency
2026-03-01,Night Cab,Card Payment,,-18.26,-19.99,USD
2026-03-02,Otto Eiche,Income,Rent,450.00,,
"""
    results = read(text, sign="negative-is-expense")
    assert [entry[1:4] for entry in brief(results)] == [
        ("Night Cab", "-18.26", "EUR"),
        ("Otto Eiche Rent", "450.00", "EUR"),
    ]
    assert [result.mode for result in results] == ["Card Payment", "Income"]


def test_a_reference_of_words_is_the_text_and_an_empty_column_is_none():
    text = """Date,Counter Party,Reference,Type,Amount (GBP),Balance (GBP),Notes
13/03/2026,Wren Stores,WREN STORES 2345,CONTACTLESS,-12.30,887.70,
14/03/2026,Maple Ltd,SALARY MARCH,FASTER PAYMENT,1950.00,2837.70,
15/03/2026,Northgate Water,DD 0001,DIRECT DEBIT,-31.07,2806.63,
"""
    results = read(text)
    assert [entry[1] for entry in brief(results)] == [
        "WREN STORES 2345",
        "Maple Ltd SALARY MARCH",
        "Northgate Water DD 0001",
    ]
    assert results[2].mode == "DIRECT DEBIT"


def test_the_balance_before_is_distinguished_from_the_balance_after():
    text = """1234\tEUR\t20260314\t1024,10\t1000,00\t-24,10\tBAKKERIJ DE ZON
1234\tEUR\t20260313\t-1075,90\t1024,10\t2100,00\tSALARIS
1234\tEUR\t20260312\t-1011,90\t-1075,90\t-64,00\tSTROOM
"""
    shown = seen(text)
    assert (shown.plan.sign, shown.questions) == (Sign.NEGATIVE_IS_EXPENSE, ())
    assert shown.plan.columns[4:6] == (Field.BALANCE, Field.AMOUNT)


def test_numbers_of_rows_and_long_numbers_are_no_amounts():
    text = "Nr;Konto;Tag;Wert;Was\n1;26000000001;2026-03-01;-2,50;Kiosk\n2;26000000002;2026-03-02;8,00;Bar\n"
    shown = seen(text)
    assert [entry.amount.to_eng_string() for entry in shown.entries] == ["2.50", "8.00"]


def test_words_in_the_rows_decide_which_sign_is_spending():
    text = """Transaction Date,Description,Category,Type,Amount,Currency
03/14/2026,COPPER KETTLE,Food,Sale,-4.20,USD
03/13/2026,Thank you,,Payment,500.00,USD
03/12/2026,BOOKS,Shopping,Return,12.34,USD
"""
    shown = seen(text)
    assert (shown.plan.sign, shown.questions) == (Sign.NEGATIVE_IS_EXPENSE, ())


def test_words_that_contradict_each_other_decide_nothing():
    text = "Date,Text,Type,Amount,Currency\n2026-03-14,A,Sale,-4.20,USD\n2026-03-13,B,Sale,5.00,USD\n"
    text += "2026-03-13,C,POS,5.00,USD\n"
    assert seen(text).plan.open == ("sign",)


def test_of_a_card_that_bills_purchases_with_a_plus_that_is_the_first_choice():
    text = (
        "date,title,amount,currency\n2026-03-14,A,24.10,BRL\n2026-03-13,B,-9.00,BRL\n2026-03-12,C,6.00,BRL\n"
    )
    (question,) = seen(text).questions
    assert question.choices[0].value == Sign.POSITIVE_IS_EXPENSE


def test_a_row_without_a_name_has_the_way_it_was_paid_as_its_text():
    text = """Date,Name,Type,Status,Currency,Gross,Fee,Balance Impact
03/14/2026,Lichtspiele,Payment,Completed,USD,-9.99,0.00,Debit
03/14/2026,,Bank Deposit to Account,Completed,USD,9.99,0.00,Credit
03/13/2026,Otto Eiche,General Payment,Completed,USD,"1,100.00",-3.50,Credit
"""
    results = read(text)
    assert [entry[1:3] for entry in brief(results)] == [
        ("Lichtspiele", "-9.99"),
        ("Bank Deposit to Account", "9.99"),
        ("Otto Eiche", "1096.50"),
    ]


def test_no_country_puts_the_month_first_between_points_and_other_days_of_the_file_decide_too():
    assert seen("Datum;Text;Debit;Währung\n04.05.2026;Kiosk;1,00;EUR\n").plan.open == ()
    text = "Date,Value date,Text,Debit,Currency\n04/05/2026,24/05/2026,Kiosk,1.00,EUR\n"
    assert brief(read(text))[0][4] == "2026-05-04"


@pytest.mark.parametrize(
    "text",
    [
        "Date~|~Description~|~AMT~|~Currency\n01/02/2026~|~KIOSK~|~-4.20~|~INR\n14/02/2026~|~BAR~|~-2.00~|~INR\n",
        '"Date,Description,Amount,Currency"\n"2026-02-01,KIOSK,-4.20,INR"\n"2026-02-14,BAR,-2.00,INR"\n',
    ],
    ids=["bars between tildes", "whole lines in quotation marks"],
)
def test_odd_dialects(text):
    assert [entry[1:] for entry in brief(read(text))] == [
        ("KIOSK", "-4.20", "INR", "2026-02-01"),
        ("BAR", "-2.00", "INR", "2026-02-14"),
    ]


@pytest.mark.parametrize("name", ["Debit / Credit", "Kind", "", None])
@pytest.mark.parametrize(("out", "came"), [("", "Cr"), ("Dr", "CR"), ("D", "C"), ("DR", "")])
def test_a_column_that_marks_the_way_of_amounts_without_a_sign(name, out, came):
    heading = "" if name is None else f"Date,Description,Amount,{name}\n"
    rows = f"13/03/2026,LOTUS STORES,450.00,{out}\n14/03/2026,PAYMENT,1000.00,{came}\n"
    rows += f"15/03/2026,CHAI CORNER,50.00,{out}\n"
    assert [entry[1:3] for entry in brief(read(heading + rows, DOLLARS))] == [
        ("LOTUS STORES", "-450.00"),
        ("PAYMENT", "1000.00"),
        ("CHAI CORNER", "-50.00"),
    ]


def test_a_month_without_a_mark_is_asked_about_and_the_next_is_read_by_its_marks():
    heading = "Date,Description,Amount,Debit / Credit\n"
    shown = seen(heading + "13/03/2026,LOTUS STORES,450.00,\n", DOLLARS, sign="unmarked-is-expense")
    later = heading + "13/04/2026,LOTUS STORES,450.00,\n14/04/2026,PAYMENT,1000.00,Cr\n"
    assert [entry[2] for entry in brief(read(later, shown.plan.profile()))] == ["-450.00", "1000.00"]
    assert brief(read(heading + "13/03/2026,RENT,450.00,\n", DOLLARS, sign="unmarked-is-income"))


def test_where_amounts_have_a_sign_of_their_own_a_mark_of_some_rows_decides_nothing():
    text = "Date,Description,Amount,Debit / Credit\n14/03/2026,KIOSK,-4.50,\n15/03/2026,WAGES,100.00,Cr\n"
    assert seen(text, DOLLARS).plan.open == ("sign",)
