"""Tables with a column of payment messages (all names invented)."""

import io
import json
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from src.components.bank_files.entry import Entry
from src.components.bank_files.inference.headings import heading_of_rejects
from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import Field, Plan
from src.components.bank_files.read import lines_and_entries, preview
from src.errors import InvalidInput
from tests.components.bank_files.files import workbook
from tests.components.bank_files.reading import brief, left_out, read, refused, seen

CHAI = "Rs 1,250.75 debited from A/c XX1234 via UPI to CHAI CORNER on 13-09-2026. Ref: CHA881."
BOOKS = "INR 499 spent on Marigold Bank Credit Card XX9999 on 14-09-2026 at BANYAN BOOKS."
WAGES = "Rs 60,000.00 credited to your A/c XX1234 on 15-09-2026 by NEFT from KAVERI TEXTILES. Ref: KAV77."
BILL = "Electricity bill INR 7,200 on 16-09-2026 Ref ID: EB7200A via Marigold."
CODE = "482913 is your OTP for a purchase of Rs 500.00 at BANYAN BOOKS. Do not share it."
MESSAGES = (CHAI, BOOKS, WAGES, BILL)
AMOUNTS = ("1250.75", "499.0", "60000.0", "7200")
CATEGORIES = ("Food", "Books", "Pay", "Bills")
READ = [
    ("CHAI CORNER", "-1250.75", "INR", "2026-09-13"),
    ("BANYAN BOOKS", "-499.0", "INR", "2026-09-14"),
    ("KAVERI TEXTILES", "60000.0", "INR", "2026-09-15"),
    ("Electricity bill", "-7200", "INR", "2026-09-16"),
]
TAKING_CATEGORIES = Plan(take_categories=True)


def table(*rows, delimiter=","):
    quoted = (['"{}"'.format(cell.replace('"', '""')) for cell in row] for row in rows)
    return "".join(delimiter.join(row) + "\n" for row in quoted)


def of_messages(messages=MESSAGES, amounts=AMOUNTS, *, heading=("sms_text", "category", "amount"), **how):
    return table(heading, *zip(messages, CATEGORIES, amounts, strict=False), **how)


def values(results):
    """(text, signed amount, currency, day); trailing zeros do not matter."""
    return [(text, Decimal(amount), currency, day) for _, text, amount, currency, day in brief(results)]


EXPECTED = [(text, Decimal(amount), currency, day) for text, amount, currency, day in READ]


def test_the_messages_fill_what_the_table_lacks_and_nothing_is_asked():
    shown = seen(of_messages())
    assert shown.plan.columns == (Field.PAYMENT_MESSAGE, Field.CATEGORY, Field.AMOUNT)
    assert (shown.questions, shown.columns) == ((), ("sms_text", "category", "amount"))
    assert all(column.used for column in shown.column_summaries)
    results = read(of_messages(), TAKING_CATEGORIES)
    assert values(results) == EXPECTED
    assert [entry.category for entry in results] == list(CATEGORIES)
    assert [entry.bank_id for entry in results] == ["CHA881", None, "KAV77", "EB7200A"]
    assert [entry.mode for entry in results] == ["UPI", "credit card", "NEFT", None]


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
@pytest.mark.parametrize(
    "heading",
    [
        ("Message", "Category", "Amount"),
        ("body", "label", "amt"),
        ("text", "Group", "Value"),
        ("Nachricht", "Kategorie", "Betrag"),
        ("alert", "kind", "how much"),
    ],
)
def test_any_heading_and_delimiter(heading, delimiter):
    assert values(read(of_messages(heading=heading, delimiter=delimiter))) == EXPECTED


@pytest.mark.parametrize("heading", [("sms", "category"), ("Nachricht", "Gruppe")])
def test_a_table_of_messages_and_categories_alone(heading):
    rows = zip(MESSAGES, CATEGORIES, strict=True)
    results = read(table(heading, *rows))
    assert values(results) == EXPECTED
    assert len(results) == 4


def test_a_workbook():
    rows = [
        [text, category, float(amount)]
        for text, category, amount in zip(MESSAGES, CATEGORIES, AMOUNTS, strict=True)
    ]
    assert values(read(workbook(["sms_text", "category", "amount"], *rows))) == EXPECTED
    assert values(read(workbook(["sms_text", "category"], *[row[:2] for row in rows]))) == EXPECTED


@pytest.mark.parametrize("with_amounts", [True, False])
def test_json(with_amounts):
    objects = [
        {"sms": text, "category": category} | ({"amount": float(amount)} if with_amounts else {})
        for text, category, amount in zip(MESSAGES, CATEGORIES, AMOUNTS, strict=True)
    ]
    people = [{"name": "Alex Marlow", "greeting": "hello"}]
    listed = json.dumps({"people": people, "found": {"messages": objects}})
    in_lines = "".join(json.dumps(item) + "\n" for item in objects)
    for text in (listed, in_lines):
        results = read(text, TAKING_CATEGORIES)
        assert values(results) == EXPECTED
        assert [entry.category for entry in results] == list(CATEGORIES)


def test_json_with_transactions_is_read_without_the_messages_elsewhere_in_it():
    booked = [{"date": "2026-09-01", "description": "TEAK HOME", "amount": -5.5, "currency": "INR"}]
    text = json.dumps({"transactions": booked, "alerts": [{"text": CHAI}]})
    assert values(read(text)) == [("TEAK HOME", Decimal("-5.5"), "INR", "2026-09-01")]


def test_the_columns_of_the_table_win():
    heading = ("Date", "Merchant", "sms", "Payment mode", "Currency", "Txn id")
    content = table(
        heading, ("2026-10-01", "Corner tea", CHAI, "cash", "USD", "T-1"), ("", "", BOOKS, "", "", "")
    )
    results = read(content)
    assert values(results) == [
        ("Corner tea", Decimal("-1250.75"), "USD", "2026-10-01"),
        ("BANYAN BOOKS", Decimal(-499), "INR", "2026-09-14"),
    ]
    assert [(entry.mode, entry.bank_id) for entry in results] == [("cash", "T-1"), ("credit card", None)]


def test_a_messages_own_day_is_kept_from_the_table_that_has_days_of_its_own():
    content = table(
        ("Date", "Address", "Body"),
        *((f"2026-10-0{n}", "VM-MARIGD", text) for n, text in enumerate(MESSAGES, 1)),
    )
    shown = seen(content)
    assert shown.plan.columns == (Field.DATE, Field.NOTHING, Field.PAYMENT_MESSAGE)
    assert [day for *_, day in values(read(content))] == [f"2026-10-0{n}" for n in range(1, 5)]


@pytest.mark.parametrize("number", ["1", "12.5"])
def test_numbers_that_are_in_no_message_are_no_amounts_of_the_table(number):
    rows = ((f"2026-10-0{n}", number + str(n), text) for n, text in enumerate(MESSAGES, 1))
    shown = seen(table(("date", "thread", "body"), *rows))
    assert shown.plan.columns == (Field.DATE, Field.NOTHING, Field.PAYMENT_MESSAGE)
    assert [entry.amount for entry in shown.entries] == [Decimal(amount) for amount in AMOUNTS]


def test_of_several_columns_of_numbers_the_amounts_are_those_in_the_messages():
    rows = [(f"{n}.5", text, amount) for n, (text, amount) in enumerate(zip(MESSAGES, AMOUNTS, strict=True))]
    shown = seen(table(("thread", "alert", "how much"), *rows))
    assert shown.plan.columns == (Field.NOTHING, Field.PAYMENT_MESSAGE, Field.AMOUNT)
    assert shown.questions == ()


@pytest.mark.parametrize("amount", ["125.75", "1250", "125075", "1.25", "0.01"])
def test_an_amount_that_is_not_in_the_message_is_rejected(amount):
    results = read(of_messages(amounts=(amount, *AMOUNTS[1:])))
    assert values(results) == EXPECTED[1:]
    assert refused(results) == [(2, "amount-not-in-message")]


def test_no_amount_of_a_file_may_be_in_its_messages():
    results = read(of_messages(amounts=("1", "2", "3", "4")))
    assert refused(results) == [(row, "amount-not-in-message") for row in (2, 3, 4, 5)]


def test_an_amount_in_the_row_of_a_message_without_one_is_rejected():
    results = read(of_messages(messages=(*MESSAGES[:3], "Hello, see you at eight")))
    assert refused(results) == [(5, "amount-not-in-message")]


def test_an_empty_amount_is_that_of_the_message_and_one_that_is_none_is_not_guessed():
    results = read(of_messages(amounts=("", "lots", *AMOUNTS[2:])))
    assert values(results) == [EXPECTED[0], *EXPECTED[2:]]
    assert refused(results) == [(3, "amount-missing")]


def test_messages_that_are_no_payments_are_ignored_with_the_reason():
    results = read(of_messages(messages=(CODE, *MESSAGES[1:]), amounts=("500", *AMOUNTS[1:])))
    assert values(results) == EXPECTED[1:]
    assert left_out(results) == [(2, "one-time-code")]


def test_a_folder_of_short_messages_of_which_few_are_payments():
    talk = [
        ("2026-10-01", f"Shall we meet at {hour} by the old mill?") for hour in "four five six seven".split()
    ]
    results = read(table(("date", "body"), *talk, ("2026-10-02", CHAI)))
    assert values(results) == [("CHAI CORNER", Decimal("-1250.75"), "INR", "2026-10-02")]
    assert len(left_out(results)) == 4


def test_a_row_without_a_message_is_read_by_its_own_columns():
    content = table(
        ("date", "sms", "category", "amount"),
        ("2026-10-01", CHAI, "Food", "1250.75"),
        ("2026-10-02", "", "Tea", "20.50"),
    )
    assert values(read(content))[1] == ("Tea", Decimal("-20.50"), "INR", "2026-10-02")


def test_a_total_below_the_messages_is_none():
    results = read(of_messages() + table(("Total", "", "68949.75")))
    assert values(results) == EXPECTED
    assert left_out(results) == [(6, "total")]


def test_the_day_is_asked_for_where_a_message_has_none():
    dayless = "Rs 90 debited via UPI to CHAI CORNER. Ref: CHA882."
    content = of_messages(messages=(dayless, *MESSAGES[1:]), amounts=("90", *AMOUNTS[1:]))
    assert [question.key for question in seen(content).questions] == ["default_date"]
    results = read(content, default_date="2026-09-01")
    assert values(results) == [("CHAI CORNER", Decimal(-90), "INR", "2026-09-01"), *EXPECTED[1:]]


@pytest.mark.parametrize(
    "first_amount", ["1.250,75", "1250,75", "1,250.75", "1250.75", "₹1,250.75", "INR 1250.75"]
)
def test_the_table_and_its_messages_may_write_decimals_differently(first_amount):
    others = ["499,00" if "," in first_amount[-3:] else "499.00", "60000", "7200"]
    shown = seen(of_messages(amounts=(first_amount, *others), delimiter=";"))
    assert shown.questions == ()
    assert [entry.amount for entry in shown.entries] == [Decimal(amount) for amount in AMOUNTS]


def test_the_messages_decide_which_mark_separates_the_thousands_of_the_table():
    messages = (CHAI.replace("1,250.75", "1,250"), WAGES.replace("60,000.00", "60,000"))
    shown = seen(of_messages(messages=messages, amounts=("1250", "60000")))
    assert (shown.questions, [entry.amount for entry in shown.entries]) == ((), [1250, 60000])
    shown = seen(of_messages(messages=(CHAI, WAGES), amounts=("1250.75", "60.000")))
    assert (shown.questions, [entry.amount for entry in shown.entries]) == ((), [Decimal("1250.75"), 60000])


def test_the_amounts_of_the_table_decide_how_its_messages_write_thousands():
    messages = (CHAI.replace("1,250.75", "1,250"), WAGES.replace("60,000.00", "60,000"))
    shown = seen(of_messages(messages=messages, amounts=("1250", "")))
    assert (shown.questions, [entry.amount for entry in shown.entries]) == ((), [1250, 60000])


def test_decimal_commas_in_european_messages():
    rows = [
        ["Payment of 12,50 EUR at Bäckerei Lärche with card 1234 on 14.03.2026 approved", 12.5],
        ["Payment of 1.250,00 EUR at Hofladen Grün with card 1234 on 15.03.2026 approved", 1250.0],
    ]
    results = read(workbook(["message", "amount"], *rows))
    assert values(results) == [
        ("Bäckerei Lärche", Decimal("-12.50"), "EUR", "2026-03-14"),
        ("Hofladen Grün", Decimal(-1250), "EUR", "2026-03-15"),
    ]


@pytest.mark.parametrize("spending", ["", "-"])
def test_the_signs_of_the_table_have_the_meaning_that_the_messages_show(spending):
    income = "" if spending else "-"
    signs = (spending, spending, income, spending)
    amounts = [sign + amount for sign, amount in zip(signs, AMOUNTS, strict=True)]
    assert values(read(of_messages(amounts=amounts))) == EXPECTED


def test_columns_of_money_out_and_in():
    rows = [
        (CHAI, "1250.75", ""),
        (BOOKS, "499", ""),
        (WAGES, "", "60000"),
        (BILL, "7200", "0.00"),
        (CHAI, "", ""),
    ]
    results = read(table(("sms", "debit", "credit"), *rows))
    assert values(results) == [*EXPECTED, EXPECTED[0]]
    assert refused(read(table(("sms", "debit", "credit"), *rows, (CHAI, "", "12")))) == [
        (7, "amount-not-in-message")
    ]


def test_a_statement_with_days_and_amounts_of_its_own_stays_a_statement():
    rows = [(f"2026-10-0{n}", text, f"-{n}.50") for n, text in enumerate(MESSAGES, 1)]
    for heading in (("Date", "Narration", "Amount"), ("Date", "Message", "Amount")):
        assert seen(table(heading, *rows)).plan.columns == (Field.DATE, Field.DESCRIPTION, Field.AMOUNT)


def test_a_text_without_a_payment_is_no_message():
    rows = [("Lunch with three friends", "12.50"), ("A walk in the park 4", "3.50")]
    assert seen(table(("message", "amount"), *rows)).plan.columns == (Field.DESCRIPTION, Field.AMOUNT)


def test_plain_messages_with_commas_are_no_table():
    text = "Hello, see you at eight\n" + "\n".join(
        [f"Rs {n}.50 debited from A/c XX1, UPI Ref 61234567890{n}, on 1{n}-09-2026" for n in range(9)]
        + [f"INR 2,{n}99.00 spent on your card at BANYAN BOOKS on 1{n}-09-2026" for n in range(5)]
    )
    assert seen(text).detected == "messages"


def test_plain_messages_with_one_comma_each_are_no_table():
    text = "".join(
        f"Rs {n}.50 debited from A/c XX1 on 1{n}-09-2026, UPI Ref 61234567890{n}\n" for n in range(9)
    )
    assert seen(text).detected == "messages"


def test_messages_on_a_later_sheet_are_found():
    archive = openpyxl.Workbook()
    archive.active.append(["Notes on this file"])
    sheet = archive.create_sheet()
    for row in (("sms", "category"), *zip(MESSAGES, CATEGORIES, strict=True)):
        sheet.append(row)
    content = io.BytesIO()
    archive.save(content)
    assert values(read(content.getvalue())) == EXPECTED


def test_a_message_cannot_cost_more_in_a_table_than_elsewhere():
    content = of_messages().encode()
    for limits, reason in [
        (Limits(messages=200), "The messages have more than 200 characters. Split them."),
        (Limits(message_count=3), "The file has more than 3 messages. Split it."),
    ]:
        with pytest.raises(InvalidInput, match=reason):
            preview(content, limits=limits)
        with pytest.raises(InvalidInput, match=reason):
            list(lines_and_entries(content, preview(content).plan, limits=limits))


def test_a_row_that_is_too_wide_is_rejected():
    results = read(of_messages() + table((CHAI, "Food", "1250.75", "more")))
    assert refused(results) == [(6, "too-many-columns")]


def test_rejected_rows_are_handed_back_as_they_were_and_read_once_mended():
    content = of_messages(amounts=("1", *AMOUNTS[1:])).encode()
    plan = preview(content).plan
    pairs = list(lines_and_entries(content, plan))
    rejected = [line for line, result in pairs if not isinstance(result, Entry)]
    assert rejected == [(2, [CHAI, "Food", "1"])]
    mended = [CHAI, "Food", "1250.75", "was mended"]
    again = table(heading_of_rejects(plan.columns, "0" * 32), mended)
    assert values(read(again, plan.profile())) == EXPECTED[:1]
    assert values(read(again)) == EXPECTED[:1]


def test_the_plan_of_such_a_table_can_be_kept_and_changed():
    plan = seen(of_messages()).plan
    assert Plan.from_dict(plan.to_dict()) == plan
    as_text = replace(plan, columns=(Field.DESCRIPTION, *plan.columns[1:]))
    assert seen(of_messages(), as_text).rejected_count == 4
