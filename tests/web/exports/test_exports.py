"""The history as other programs read it."""

import json
from decimal import Decimal

from beancount import loader

TEXT = 'CAFE "NOIR"; a\\b | 12'


def test_each_line_of_json_is_an_item_of_the_history(client, predicted):
    for number in range(3):
        predicted(description=f"PIZZA CORNER {number}")
    lines = client.get("/api/v1/history.jsonl").text.splitlines()
    items = client.get("/api/v1/history").json["items"]
    assert [item | json.loads(line) for item, line in zip(items, lines, strict=True)] == [
        json.loads(line) for line in lines
    ]


def test_a_beancount_journal_has_an_account_for_each_category(client, predicted, answered):
    row = predicted(description=TEXT, amount="1234.50", mode="Credit Card")
    answered(row["id"], "groceries")
    text = client.get("/api/v1/history.beancount").text
    assert text.startswith('plugin "beancount.plugins.auto_accounts"\n')
    assert r'* "CAFE \"NOIR\"; a\\b | 12"' in text
    assert "  Expenses:Groceries  1234.50 USD\n  Assets:Credit-Card\n" in text
    assert f'  ledgerloop: "{row["id"]}"' in text


def test_beancount_itself_reads_its_journal_without_an_error(client, predicted, answered):
    own = {"slug": "food-24-7", "name": "食費 24 / 7", "group": "essential", "color": "#123456"}
    assert client.post("/api/v1/categories", json=own).status_code == 201
    row = predicted(description=TEXT, amount="1200", currency="JPY", mode="Кредит", date="2024-02-29")
    answered(row["id"], "food-24-7")
    predicted(description="", subcategory="two\nlines", amount="0.01", mode=None)
    predicted(description="* ! #tag ^link ; 2024-01-01 open", amount="99999999.99", direction="income")
    predicted(description="to the savings account", direction="transfer", mode="1st Bank")
    predicted(description='"\\', amount="3.333", currency="KWD")
    entries, errors, _ = loader.load_string(client.get("/api/v1/history.beancount").text)
    assert errors == []
    read = {entry.narration: entry.postings[0].units for entry in entries if hasattr(entry, "narration")}
    assert len(read) == 5
    assert (read[TEXT].number, read[TEXT].currency) == (1200, "JPY")
    assert read["* ! #tag ^link ; 2024-01-01 open"].number == Decimal("-99999999.99")


def test_journals_use_the_own_account_and_tell_the_details(client, predicted):
    details = {"counterparty": "Anna; Blum, |", "notes": 'two "x"', "mcc": "0742", "tags": ["dog", "a b"]}
    for account in ("Visa Gold", "Гиро Счёт", "口座", "現金²", "1st Bank"):
        predicted("VET", "40", account=account, mode="card", **details)
    text = client.get("/api/v1/history.beancount").text
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    read = [entry for entry in entries if hasattr(entry, "narration")]
    own = {entry.postings[1].account for entry in read}
    assert own == {f"Assets:{name}" for name in ("Visa-Gold", "Гиро-Счёт", "X-口座", "X-現金2", "1st-Bank")}
    assert (read[0].meta["counterparty"], read[0].meta["tags"]) == ("Anna; Blum, |", "dog a b")
    journal = client.get("/api/v1/history.journal").text
    assert "\n    assets:visa-gold\n" in journal
    assert 'counterparty:Anna Blum |, notes:two "x", mcc:0742, tags:dog a b\n' in journal


def test_journals_have_a_posting_for_each_part(client, predicted):
    row = predicted("BIG STORE", "40", direction="income")["id"]
    parts = [{"amount": "30.05", "category": "groceries"}, {"amount": "9.95", "category": "pets"}]
    client.put(f"/api/v1/transactions/{row}/splits", json={"splits": parts})
    text = client.get("/api/v1/history.beancount").text
    assert "\n  Income:Groceries  -30.05 USD\n  Income:Pets  -9.95 USD\n  Assets:Unknown\n" in text
    assert loader.load_string(text)[1] == []
    journal = client.get("/api/v1/history.journal").text
    assert "\n    income:groceries  -30.05 USD\n    income:pets  -9.95 USD\n" in journal


def test_an_hledger_journal_keeps_what_would_end_a_description_out_of_it(client, predicted):
    predicted(description=TEXT, amount="2500", direction="income", mode=None)
    first, account, other, *_ = client.get("/api/v1/history.journal").text.splitlines()
    assert first.split("  ; ")[0].endswith('* CAFE "NOIR" a\\b 12')
    assert "income:" in account
    assert account.endswith("-2500.00 USD")
    assert other == "    assets:unknown"


def test_exports_take_the_filters_of_the_history_and_refuse_others(client, predicted):
    predicted(description="PIZZA CORNER")
    for form in ("jsonl", "beancount", "journal"):
        assert "PIZZA" not in client.get(f"/api/v1/history.{form}?q=nothing").text
        assert client.get(f"/api/v1/history.{form}?nonsense=1").status_code == 422
