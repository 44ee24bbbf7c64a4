"""The exports for a spreadsheet: lines in the visitor's dialect, which add up to the sums of Analytics."""

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from src.domain.predictions import Band
from src.domain.transactions import Direction
from tests.services.rows import NOW, new

GERMAN = {"Accept-Language": "de-DE"}


@pytest.fixture
def rows(predicted, answered):
    shop = predicted("=SUM(A1)", "1234.50", currency="EUR", date="2026-11-29", account="Giro", notes="@home")
    answered(shop["id"], "groceries")
    predicted("ACME; PAYROLL", "3000", currency="JPY", date="2026-11-28", direction="income")


def test_the_csv_is_written_as_the_visitors_spreadsheet_reads_it(client, rows):
    german = client.get("/api/v1/history/spreadsheet.csv", headers=GERMAN).text.splitlines()
    assert german[0] == "\ufeffDate;Text;Merchant;Category;Type;Amount;Currency;Account;Notes"
    assert german[1].startswith("29.11.2026;'=SUM(A1);")
    assert german[1].endswith(";Groceries;Expense;-1234,50;EUR;Giro;'@home")
    assert german[2].startswith('28.11.2026;"ACME; PAYROLL";')
    american = client.get("/api/v1/history/spreadsheet.csv", headers={"Accept-Language": "en-US"}).text
    assert "11/29/2026,'=SUM(A1)," in american
    assert ",Expense,-1234.50,EUR," in american


def test_the_workbook_has_real_dates_and_numbers_and_no_formula(client, rows):
    response = client.get("/api/v1/history/spreadsheet.xlsx?currency=EUR")
    assert "transactions.xlsx" in response.headers["Content-Disposition"]
    [sheet] = openpyxl.load_workbook(io.BytesIO(response.data)).worksheets
    heading, row = sheet.iter_rows()
    assert [cell.value for cell in heading][4:7] == ["Type", "Amount", "Currency"]
    assert (row[0].value.date(), row[1].value) == (date(2026, 11, 29), "=SUM(A1)")
    assert (row[1].data_type, row[5].value, row[5].number_format) == ("s", -1234.5, "#,##0.00")


def test_the_page_offers_its_filter_as_spreadsheet_and_backup(client, rows):
    page = client.get("/history?q=acme").text
    for address in ("history/spreadsheet.csv", "history/spreadsheet.xlsx", "history.csv"):
        assert f'"/api/v1/{address}?q=acme"' in page
    assert "Backup (all details)" in page


@pytest.fixture
def ledger(app, client, predicted, answered):
    """Splits, an own transfer, refunds, savings, a suggestion against the type, and two currencies."""

    def add(text, amount, category, **fields):
        row = predicted(text, amount, **fields)["id"]
        answered(row, category)
        return row

    store = add("BIG STORE", "40", "shopping", currency="EUR", date="2026-01-31")
    parts = [
        {"amount": "30.05", "category": "groceries", "notes": "food"},
        {"amount": "9.95", "category": "shopping"},
    ]
    assert client.put(f"/api/v1/transactions/{store}/splits", json={"splits": parts}).status_code == 200
    euro = {"currency": "EUR", "account": "Main"}
    out = add("TO SPARE", "500", "dining", date="2026-01-20", **euro)
    spare = {"currency": "EUR", "account": "Spare", "direction": "income"}
    into = add("FROM MAIN", "500", "shopping", date="2026-01-21", **spare)
    assert client.post("/api/v1/transfers", json={"out": out, "in": into}).status_code == 201
    shoes = add("SHOE SHOP", "90", "shopping", date="2026-01-20", **euro)
    refund = predicted("CARD CREDIT", "30.50", direction="income", date="2026-02-03", **euro)["id"]
    assert client.post(f"/api/v1/transactions/{refund}/refund", json={"of": shoes}).status_code == 200
    add("GROCER GIVES BACK", "2", "groceries", direction="income", date="2026-02-04", **euro)
    add("ACME PAYROLL", "2500", "salary", direction="income", date="2026-02-01", **euro)
    add("PAYROLL CORRECTION", "12.34", "salary", date="2026-02-11", **euro)
    add("PLAN", "100", "savings", date="2026-02-05", **euro)
    predicted("POT", "7", direction="transfer", date="2026-02-06", **euro)
    suggested = new("NORDWIND", "2500", direction=Direction.INCOME, band=Band.SUGGEST, currency="EUR")
    app.extensions["ledgerloop"].transactions.add([suggested], source="api", at=NOW)
    add("SUSHI", "4500", "dining", currency="JPY", date="2026-02-07")


def lines(client):
    text = client.get("/api/v1/history/spreadsheet.csv", headers={"Accept-Language": "en-GB"}).text
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_amounts_of_a_type_add_up_to_what_analytics_shows(client, ledger):
    names = {category["slug"]: category["name"] for category in client.get("/api/v1/categories").json}
    by_cell, by_type = defaultdict(Decimal), defaultdict(Decimal)
    for line in lines(client):
        by_type[line["Currency"], line["Type"]] += Decimal(line["Amount"])
        if line["Type"] in ("Expense", "Refund"):
            month = "-".join(reversed(line["Date"].split("/")[1:]))
            by_cell[line["Currency"], month, line["Category"]] -= Decimal(line["Amount"])
    expected = {}
    for currency in ("EUR", "JPY"):
        sums = client.get(f"/api/v1/analytics?currency={currency}").json
        for cell in sums["by_month_category"]:
            name = names.get(cell["category"], cell["category"] or "")
            expected[currency, cell["month"], name] = Decimal(cell["amount"])
        spent = -by_type[currency, "Expense"] - by_type[currency, "Refund"]
        types = (spent, by_type[currency, "Income"], -by_type[currency, "Saving"])
        assert types == tuple(Decimal(sums["totals"][name]) for name in ("expense", "income", "saved"))
    assert by_cell == expected
    assert len({month for _, month, _ in expected}) == 2


def test_types_tell_own_transfers_and_refunds_and_parts_have_their_notes(client, ledger):
    rows = {(line["Text"], line["Category"]): line for line in lines(client)}
    types = {text: line["Type"] for (text, _), line in rows.items()}
    assert (types["TO SPARE"], types["FROM MAIN"], types["POT"]) == ("Transfer",) * 3
    assert (types["CARD CREDIT"], types["GROCER GIVES BACK"], types["PLAN"]) == ("Refund", "Refund", "Saving")
    assert rows["CARD CREDIT", "Shopping"]["Amount"] == "30.50"
    assert (rows["BIG STORE", "Groceries"]["Amount"], rows["BIG STORE", "Groceries"]["Notes"]) == (
        "-30.05",
        "food",
    )
