"""The exports for a spreadsheet: eight columns in the visitor's dialect."""

import io
from datetime import date

import openpyxl
import pytest

GERMAN = {"Accept-Language": "de-DE"}


@pytest.fixture
def rows(predicted, answered):
    shop = predicted("=SUM(A1)", "1234.50", currency="EUR", date="2026-11-29", account="Giro", notes="@home")
    answered(shop["id"], "groceries")
    predicted("ACME; PAYROLL", "3000", currency="JPY", date="2026-11-28", direction="income")


def test_the_csv_is_written_as_the_visitors_spreadsheet_reads_it(client, rows):
    german = client.get("/api/v1/history/spreadsheet.csv", headers=GERMAN).text.splitlines()
    assert german[0] == "\ufeffDate;Text;Merchant;Category;Amount;Currency;Account;Notes"
    assert german[1].startswith("29.11.2026;'=SUM(A1);")
    assert german[1].endswith(";Groceries;-1234,50;EUR;Giro;'@home")
    assert german[2].startswith('28.11.2026;"ACME; PAYROLL";')
    american = client.get("/api/v1/history/spreadsheet.csv", headers={"Accept-Language": "en-US"}).text
    assert "11/29/2026,'=SUM(A1)," in american
    assert ",-1234.50,EUR," in american


def test_the_workbook_has_real_dates_and_numbers_and_no_formula(client, rows):
    response = client.get("/api/v1/history/spreadsheet.xlsx?currency=EUR")
    assert "transactions.xlsx" in response.headers["Content-Disposition"]
    [sheet] = openpyxl.load_workbook(io.BytesIO(response.data)).worksheets
    heading, row = sheet.iter_rows()
    assert [cell.value for cell in heading][4:6] == ["Amount", "Currency"]
    assert (row[0].value.date(), row[1].value) == (date(2026, 11, 29), "=SUM(A1)")
    assert (row[1].data_type, row[4].value, row[4].number_format) == ("s", -1234.5, "#,##0.00")


def test_the_page_offers_its_filter_as_spreadsheet_and_backup(client, rows):
    page = client.get("/history?q=acme").text
    for address in ("history/spreadsheet.csv", "history/spreadsheet.xlsx", "history.csv"):
        assert f'"/api/v1/{address}?q=acme"' in page
    assert "Backup (all details)" in page
