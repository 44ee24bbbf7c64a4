"""Archives with one file in them, and JSON as programs hand it out."""

import json

import pytest

from src.components.bank_files.limits import Limits
from src.components.bank_files.plan import Plan, Sign
from src.components.bank_files.read import fingerprint_of_header, preview
from src.errors import InvalidInput
from tests.components.bank_files.files import packed, workbook
from tests.components.bank_files.reading import brief, entries, left_out, read, refused, seen

TABLE = b"Date,Description,Debit,Currency\n2026-03-14,Kettle,4.20,USD\n"
OF_A_BANK = {
    "transactions": {
        "booked": [
            {
                "transactionId": "t1",
                "bookingDate": "2026-03-14",
                "transactionAmount": {"amount": "-24.10", "currency": "EUR"},
                "creditorName": "Bakkerij de Zon",
                "remittanceInformationUnstructured": "brood",
            },
            {
                "transactionId": "t2",
                "bookingDate": "2026-03-13",
                "transactionAmount": {"amount": "2100.00", "currency": "EUR"},
                "debtorName": "Muster GmbH",
            },
        ],
        "pending": [
            {"bookingDate": "2026-03-15", "transactionAmount": {"amount": "-9.00", "currency": "EUR"}}
        ],
    }
}


@pytest.mark.parametrize(
    "content", [TABLE, workbook(["Date", "Text", "Debit (USD)"], ["2026-03-14", "Kettle", 4.2])]
)
def test_the_one_file_in_an_archive_is_read(content):
    archive = packed({"folder/": b"", "folder/statement": content, "__MACOSX/._statement": b"x"})
    assert brief(read(archive))[0][1:] == (
        "Kettle",
        "-4.20" if content == TABLE else "-4.2",
        "USD",
        "2026-03-14",
    )
    assert fingerprint_of_header(archive) == fingerprint_of_header(content)


def test_archives_of_several_files_none_or_too_much_are_refused_in_a_sentence():
    for parts, message in (
        ({"a.csv": TABLE, "b.csv": TABLE}, "several files"),
        ({"folder/": b""}, "no file"),
        ({"a.csv": packed({"b.csv": packed({"c.csv": TABLE})})}, "damaged|archive|Excel"),
    ):
        with pytest.raises(InvalidInput, match=message):
            preview(packed(parts))
    with pytest.raises(InvalidInput, match="megabytes"):
        preview(packed({"a.csv": b"0" * 3_000_000}), limits=Limits(size=1_000_000))


def test_lists_of_transactions_are_found_at_any_depth():
    results = read(json.dumps(OF_A_BANK))
    assert brief(results) == [
        (1, "Bakkerij de Zon brood", "-24.10", "EUR", "2026-03-14"),
        (2, "Muster GmbH", "2100.00", "EUR", "2026-03-13"),
    ]
    assert [row for row, _ in left_out(results)] == [3]
    assert results[0].bank_id == "t1"


def test_one_object_per_line_is_read_and_a_broken_line_is_reported():
    text = '{"date": "2026-03-14", "text": "Kiosk", "amount": -3.50, "currency": "EUR"}\n{"date": \n'
    text += '{"date": "2026-03-15", "text": "Bar", "amount": -0.10, "currency": "EUR"}\n'
    results = read(text)
    assert [entry[:3] for entry in brief(results)] == [(1, "Kiosk", "-3.50"), (3, "Bar", "-0.10")]
    assert refused(results) == [(2, "not-json")]


def test_what_is_pending_or_of_no_size_that_money_has_is_no_transaction():
    rows = [
        {"date": "2026-03-14", "text": "Kiosk", "amount": 3, "currency": "EUR", "pending": True},
        {"date": "2026-03-14", "text": "Bar", "amount": 4, "currency": "EUR", "pending": False},
    ]
    text = json.dumps(rows).replace("}]", '}, {"date": "2026-03-14", "text": "x", "amount": 1e99999999}]')
    results = read(text, sign="all-expenses")
    assert [entry[1] for entry in brief(results)] == ["Bar"]
    assert len(left_out(results)) == len(refused(results)) == 1


@pytest.mark.parametrize("text", ["[" * 100_000 + '"', '{"a": 1}', '[{"a": "b"}]', '{"date": "2026-03-14'])
def test_json_without_transactions_is_refused_in_a_sentence(text):
    with pytest.raises(InvalidInput):
        preview(text.encode())


def test_no_object_is_a_heading_whatever_the_plan_is():
    content = json.dumps(OF_A_BANK).encode()
    results = read(content, Plan(header=1))
    assert [result.row for result in results] == [1, 2, 3]


def test_a_plan_of_json_is_remembered():
    content = json.dumps(OF_A_BANK).encode()
    profile = seen(content).plan.profile()
    shown = preview(content, profile)
    assert shown.questions == ()
    assert len(list(entries(content, shown.plan))) == 3


@pytest.mark.parametrize(
    ("amount", "currency", "wanted"),
    [("1240", "GBP", "12.40"), ("1240", "JPY", "1240"), ("12345", "KWD", "12.345"), ("12.5", "GBP", "12.5")],
)
def test_amounts_in_the_smallest_unit_become_amounts_with_the_digits_of_the_currency(
    amount, currency, wanted
):
    text = f'[{{"date": "2026-03-14", "text": "Kiosk", "amount_cents": {amount}, "currency": "{currency}"}}]'
    plan = Plan(sign=Sign.ALL_EXPENSES)
    assert [(str(entry.amount), entry.currency) for entry in read(text, plan)] == [(wanted, currency)]


def test_the_smallest_unit_next_to_the_amount_itself_does_not_count():
    text = '[{"date": "2026-03-14", "text": "Kiosk", "amount": -12.4, "amount_cents": -1240}]'
    assert [str(entry.amount) for entry in read(text, Plan(default_currency="EUR"))] == ["12.4"]


def test_lists_within_accounts_have_the_currency_and_name_of_their_account():
    row = '{"posted": 1773446400, "amount": "-5.00", "text": "Monthly fee"}'
    accounts = ", ".join(
        f'{{"name": "{name}", "currency": "{code}", "balance": 1, "rows": [{row}]}}'
        for name, code in (("Savings", "USD"), ("Giro", "EUR"))
    )
    read_entries = read(f'{{"accounts": [{accounts}]}}')
    assert [(entry.account, entry.currency, entry.date.isoformat()) for entry in read_entries] == [
        ("Savings", "USD", "2026-03-14"),
        ("Giro", "EUR", "2026-03-14"),
    ]
