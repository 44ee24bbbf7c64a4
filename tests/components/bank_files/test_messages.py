"""Alerts as banks and payment apps send them, and lines of a diary (all names invented)."""

import pytest

from src.components.bank_files.plan import Format, Plan, Sign
from tests.components.bank_files.reading import DOLLARS, brief, left_out, read, seen

INDIAN = """\
Rs.350.75 debited from A/c XX1234 on 13-09-26 to VPA lotus.stores@okbank (UPI Ref No 612345678901)
Sent Rs.500.00 From Marigold Bank A/C *1234 To LOTUS STORES On 14/09/26 Ref 612345678902 Not You?
Marigold Bank Acct XX123 debited for Rs 1,23,456.00 on 15-Sep-26; TEAK HOME credited. UPI:612345678903.
Dear UPI user A/C X1234 debited by 90.0 on date 16Sep26 trf to CHAI CORNER Refno 612345678904. If not u?
INR 2,499.00 spent on Marigold Bank Credit Card XX9999 on 17-Sep-26 at BANYAN BOOKS. Avl Limit: INR 1,00,000
Rs 60000.00 credited to your A/c XX1234 on 18-09-26 by NEFT from KAVERI TEXTILES. Avl bal Rs 75,000.00
Rs.2000 withdrawn at MAIN ROAD ATM on 19-09-26 from A/c XX1234. Avl Bal: Rs.4000
"""

WESTERN = """\
Riverbank: You made a $23.45 transaction with COPPER KETTLE on Mar 4, 2026 at 3:04 PM ET. Acct ending 1234.
Your $45.00 purchase at NORTHGATE HARDWARE on 03/14/2026 was approved.
A charge of $12.34 at WREN BOOKS was placed on your card ending in 1234 on March 15, 2026.
You received $250.00 from Alex Marlow on Mar 16, 2026.
Refund of $10.00 from WREN BOOKS posted to your card on Mar 17, 2026.
"""

EUROPEAN = """\
Payment of 12,50 EUR at Bäckerei Lärche with card 1234 on 14.03.2026 approved
You spent £4.20 at THE CROOKED SPIRE with your card ending 1234 on 14/03/2026
You spent A$18.00 at Wattle Cafe on 15/03/2026
"""

NO_PAYMENTS = {
    "482913 is your OTP for a purchase of Rs 500.00 at BANYAN BOOKS. Do not share it.": "one-time-code",
    "Your verification code is 123456": "one-time-code",
    "Your a/c XX1234 available balance is Rs 5,000.00 as on 01-09-26": "balance",
    "Your credit card payment of Rs 4,500 is due on 20-09-26. Minimum due Rs 450": "reminder",
    "Anna has requested Rs 300 from you on the app": "reminder",
    "Rs 99 will be debited on 20-09-26 for your plan": "reminder",
    "Txn of Rs 899 at BANYAN BOOKS on 01-09-26 was declined, funds are short": "payment-failed",
    "Get a personal loan up to Rs 5,00,000! Apply now, limited period offer. T&C": "advertisement",
    "Flat 50% off on all shoes above Rs 999. Shop now!": "advertisement",
    "Hello, see you at eight": "no-amount",
}


def fields_of(text, **answers):
    """(text, signed amount, currency, day) of every message."""
    return [entry[1:] for entry in brief(read(text, **answers))]


def test_alerts_of_indian_banks():
    results = read(INDIAN)
    assert [entry[1:] for entry in brief(results)] == [
        ("lotus stores", "-350.75", "INR", "2026-09-13"),
        ("LOTUS STORES", "-500.00", "INR", "2026-09-14"),
        ("TEAK HOME", "-123456.00", "INR", "2026-09-15"),
        ("CHAI CORNER", "-90.0", "INR", "2026-09-16"),
        ("BANYAN BOOKS", "-2499.00", "INR", "2026-09-17"),
        ("KAVERI TEXTILES", "60000.00", "INR", "2026-09-18"),
        ("MAIN ROAD ATM", "-2000", "INR", "2026-09-19"),
    ]
    assert [result.bank_id for result in results[:4]] == [f"61234567890{last}" for last in "1234"]
    assert [result.mode for result in results] == ["UPI", None, "UPI", "UPI", "credit card", "NEFT", "cash"]


def test_alerts_of_american_banks():
    assert fields_of(WESTERN, default_currency="USD") == [
        ("COPPER KETTLE", "-23.45", "USD", "2026-03-04"),
        ("NORTHGATE HARDWARE", "-45.00", "USD", "2026-03-14"),
        ("WREN BOOKS", "-12.34", "USD", "2026-03-15"),
        ("Alex Marlow", "250.00", "USD", "2026-03-16"),
        ("WREN BOOKS", "10.00", "USD", "2026-03-17"),
    ]


def test_alerts_of_european_and_australian_banks_with_the_comma_where_it_is_used():
    english = "".join(EUROPEAN.splitlines(keepends=True)[1:])
    assert fields_of(EUROPEAN.splitlines()[0]) == [("Bäckerei Lärche", "-12.50", "EUR", "2026-03-14")]
    assert fields_of(english) == [
        ("THE CROOKED SPIRE", "-4.20", "GBP", "2026-03-14"),
        ("Wattle Cafe", "-18.00", "AUD", "2026-03-15"),
    ]


@pytest.mark.parametrize(("message", "why"), NO_PAYMENTS.items(), ids=list(NO_PAYMENTS.values()))
def test_what_is_no_payment_is_ignored_with_a_reason(message, why):
    results = read(f"{INDIAN}{message}\n")
    assert len(brief(results)) == 7
    assert [why in reason for _, reason in left_out(results)] == [True]


def test_a_warning_about_codes_makes_no_payment_a_code():
    warning = "Never share your OTP or PIN with anyone."
    text = f"Rs 500 debited on 13-09-2026 to VPA lotus@okbank. UPI Ref 612345678901. {warning}"
    assert fields_of(text) == [("lotus", "-500", "INR", "2026-09-13")]


def test_a_message_without_a_day_asks_for_one_and_others_keep_theirs():
    text = (
        "Paid Rs 99 to LOTUS STORES via UPI. Ref 612345678901\n"
        + INDIAN.splitlines()[1].replace("/26", "/2026")
        + "\n"
    )
    assert "default_date" in seen(text).plan.open
    assert [entry[4] for entry in brief(read(text, default_date="2026-09-01"))] == [
        "2026-09-01",
        "2026-09-14",
    ]


def test_days_of_messages_that_fit_both_orders_are_asked_for():
    assert seen("Paid Rs 99 to LOTUS STORES on 04-05-2026 via UPI").plan.open == ("date_order",)


def test_messages_of_several_lines_parted_by_blank_ones():
    text = "Spent INR 500\nat BANYAN BOOKS\non 17-09-26\n\nSpent INR 20\nat CHAI CORNER\non 18-09-26\n"
    assert [entry[:3] for entry in brief(read(text))] == [
        (1, "BANYAN BOOKS", "-500"),
        (5, "CHAI CORNER", "-20"),
    ]


def test_lines_of_a_diary():
    text = "2026-03-04 Coffee 4.50\n2026-03-05 Train to the sea 12\nno amount here\n"
    results = read(text, DOLLARS, sign="all-expenses")
    assert brief(results) == [
        (1, "Coffee", "-4.50", "USD", "2026-03-04"),
        (2, "Train to the sea", "-12", "USD", "2026-03-05"),
    ]
    assert left_out(results) == [(3, "no-amount-in-message")]


def test_a_line_of_a_diary_with_a_time_is_no_table():
    text = "2026-03-04 10:20 Coffee, 4.50\n2026-03-05 11:40 Train to the sea, 12\n"
    results = read(text, DOLLARS, sign="all-expenses")
    assert [entry[1:3] for entry in brief(results)] == [
        ("10:20 Coffee", "-4.50"),
        ("11:40 Train to the sea", "-12"),
    ]


def test_rupees_of_nobody_knows_which_country_are_asked_for():
    shown = seen("Spent Rs 500 at Blue Lagoon on 17-09-2026\n", Plan())
    assert shown.plan.format is Format.MESSAGES
    question = next(question for question in shown.questions if question.key == "default_currency")
    assert {choice.value for choice in question.choices} >= {"INR", "PKR", "LKR"}


@pytest.mark.parametrize(
    ("message", "text", "amount"),
    [
        (
            "Spent INR 245.00 Axis Bank Card no. XX1234 05-03-26 18:03:22 IST NIGHT CAB Avl Limit: INR 5",
            "NIGHT CAB",
            "-245.00",
        ),
        (
            "INR 999 debited from A/c XX1 towards NACH for LOTUS LIFE on 10-03-26. UMRN: L1",
            "LOTUS LIFE",
            "-999",
        ),
        ("Deposit of $1,950.00 from WREN PAYROLL on 03/13/2026", "WREN PAYROLL", "1950.00"),
        ("Otto Eiche sent you $25.00 on 03/16/2026", "Otto Eiche", "25.00"),
        ("Acct 1234: Your $31.07 payment to NORTHGATE WATER on 03/12/2026.", "NORTHGATE WATER", "-31.07"),
        ("Paid Rs.60 to Metro Recharge from Paytm Balance. Order 1 on 07-03-2026", "Metro Recharge", "-60"),
        ("2026-03-16 +1950 EUR salary", "salary", "1950"),
        ("12.50 spent at WREN BOOKS on 03/16/2026. Avl bal Rs 9,876.10.", "WREN BOOKS", "-12.50"),
        ("Paid 12.50 to WREN BOOKS on 03/16/2026, fee $1.10. Card 1234", "WREN BOOKS", "-12.50"),
        ("Paid $1,234.50 to WREN BOOKS...03/16/2026. Avl bal $9,876.10.", "WREN BOOKS", "-1234.50"),
        ("$12.50 debited from A/c XX1.03-16-26 to WREN BOOKS.Avl bal $9,876.10", "WREN BOOKS", "-12.50"),
        ("03/16/2026 12.50 at WREN BOOKS, balance 100.25", "at WREN BOOKS, balance 100.25", "-12.50"),
        ("Debited $12.50.03-16-2026 to WREN BOOKS", "WREN BOOKS", "-12.50"),
        ("2026-03-16 Books of 4.50 for 12.50.", "Books of 4.50 for", "-12.50"),
    ],
)
def test_the_other_party_and_the_way_of_more_alerts(message, text, amount):
    plan = Plan(default_currency="USD", date_order="mdy", sign=Sign.ALL_EXPENSES)
    assert [entry[1:3] for entry in brief(read(message, plan))] == [(text, amount)]
