"""Whole files of messages: where one ends, what is no list of messages, and which have one profile."""

import pytest

from src.components.bank_files.plan import Format
from src.components.bank_files.read import fingerprint_of_header, preview
from src.errors import InvalidInput
from tests.components.bank_files.reading import brief, left_out, read, seen

PROSE = """\
The bridge was opened in 1932 and has carried 12 million cars since.
It is 1,149 metres long. A ticket to the top costs 174 dollars.
In 2019 the city spent $40 million on new lights, which visitors like.
Trains run until 23.30, and the last bus leaves at 0.15.
"""
TERMS = """\
Terms and conditions of the account
1. The monthly fee of $12.00 is charged to your account per month.
2. You may withdraw up to $500.00 per day at our machines.
3. We may change these terms. A returned payment costs $35.00 per transaction.
4. Interest is 1.25 % per year.
"""
NUMBERED = "Chapter 1\nChapter 2\nAppendix 14\nIndex 302\n"
SEVEN_LINES = """\
Sent Rs.{}
From Marigold Bank A/C *0000
To {}
On {}
Ref 60361111222{}
Not You?
Call 18001234/SMS BLOCK UPI to 7300000000
"""
PURCHASE = "Riverbank: You made a $23.45 transaction with {} on {}. Acct ending 1234.\n"
CHARGE = "A charge of $12.34 at {} was placed on your card ending in 1234 on {}.\n"


@pytest.mark.parametrize("text", [PROSE, TERMS, NUMBERED, "Hello, see you at eight\n"])
def test_prose_is_no_list_of_transactions(text):
    with pytest.raises(InvalidInput, match="no list of transactions"):
        preview(text.encode())


def test_payments_among_many_other_messages_are_read():
    chat = "".join(f"See you there, number {number}\n" for number in range(8))
    results = read(f"{chat}Paid Rs 99 to LOTUS STORES on 17-09-2026 via UPI. Ref 612345678901\n")
    assert [entry[1:3] for entry in brief(results)] == [("LOTUS STORES", "-99")]
    assert len(left_out(results)) == 8


@pytest.mark.parametrize("between", ["", "\n"], ids=["without blank lines", "with blank lines"])
def test_messages_of_seven_lines(between):
    parties = [("100.00", "RAVI TEA STALL", "17/05/26", 7), ("40.00", "METRO GREEN", "19/05/26", 9)]
    results = read(between.join(SEVEN_LINES.format(*party) for party in parties))
    assert [entry[1:] for entry in brief(results)] == [
        ("RAVI TEA STALL", "-100.00", "INR", "2026-05-17"),
        ("METRO GREEN", "-40.00", "INR", "2026-05-19"),
    ]
    assert [result.bank_id for result in results] == ["603611112227", "603611112229"]


def test_a_code_and_a_payment_in_the_next_line_are_two_messages():
    text = "Your verification code is 123456\nPaid Rs 99 to LOTUS STORES on 17-09-2026\n"
    results = read(text, default_currency="INR")
    assert [entry[:3] for entry in brief(results)] == [(2, "LOTUS STORES", "-99")]
    assert left_out(results) == [(1, "one-time-code")]


def test_a_day_without_a_year_is_in_the_year_before_the_latest_day():
    text = (
        "FNX :-) R10.00 paid from cheq a/c..12345 @ KAROO CAFE. 30Dec 14:22\n"
        "FNX :-) R20.00 paid from cheq a/c..12345 @ KAROO CAFE. 2 Jan 2026\n"
    )
    assert [entry[4] for entry in brief(read(text))] == ["2025-12-30", "2026-01-02"]


def test_a_day_without_a_year_asks_for_it():
    text = "FNX :-) R10.00 paid from cheq a/c..12345 @ KAROO CAFE. 30Dec 14:22\n"
    assert seen(text).plan.open == ("default_date",)
    assert [entry[4] for entry in brief(read(text, default_date="2025-11-02"))] == ["2025-12-30"]


def test_messages_of_one_form_have_one_profile_and_other_forms_another():
    first = fingerprint_of_header(PURCHASE.format("COPPER KETTLE", "Mar 4, 2026").encode())
    later = fingerprint_of_header(PURCHASE.format("Wren Books 7", "May 21, 2026").encode())
    other = fingerprint_of_header(CHARGE.format("WREN BOOKS", "March 15, 2026").encode())
    both = (PURCHASE.format("COPPER KETTLE", "Mar 4, 2026") + CHARGE.format("X", "May 1, 2026")).encode()
    assert first == later
    assert len({first, other, fingerprint_of_header(both)}) == 3


def test_messages_with_labels_have_the_direction_above_them():
    text = (
        "Salary Credited\nAccount: *1111\nAmount: AED 5,000.00\nDate: 25/05/2026\nFrom: ACME LLC\n\n"
        "Debit Card Purchase\nAccount: *1111\nAmount: AED 12.34\nDate: 26/05/2026\nAt: GREEN GROCER\n"
    )
    assert [entry[2] for entry in brief(read(text))] == ["5000.00", "-12.34"]


def test_a_message_with_labels_is_one_message():
    text = (
        "Debit Card Purchase\nCard Ending: 1111\nAt: GREEN GROCER, DUBAI\nAmount: AED 12.34\n"
        "Date: 21/12/2025 20:18\n"
    )
    assert seen(text).plan.format is Format.MESSAGES
    assert [entry[1:] for entry in brief(read(text))] == [("GREEN GROCER", "-12.34", "AED", "2025-12-21")]
