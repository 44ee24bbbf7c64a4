"""Forecasts over the API and on their page."""

from datetime import UTC, date, datetime

import pytest

from src.domain.transactions import Direction
from tests.services.rows import keep, new
from tests.web.prediction.test_pages import words_of

PATH = "/api/v1/insight/forecast"
TODAY = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def services(app):
    app.extensions["ledgerloop"].now = lambda: TODAY
    return app.extensions["ledgerloop"]


def store(services, until=date(2026, 10, 31), since=1):
    rows = []
    for month in range(since, 12):
        rows += [
            new("landlord", "900", day=date(2026, month, 3), category="housing"),
            new("market", str(300 + month % 4 * 5), day=date(2026, month, 17), category="groceries"),
            new("employer", "2500", day=date(2026, month, 28), category="salary", direction=Direction.INCOME),
        ]
    keep(services.transactions, *(row for row in rows if row.transaction.date <= until))


def analyse(services):
    state = services.analysis_state
    state.hurry()
    services.ledger_analysis.run(holder="me", attempt=state.claim(holder="me", even_if_not_due=True))


def forecast(client, **query):
    response = client.get(PATH, query_string={"wait": 0, **query})
    assert response.status_code == 200, response.text
    return response.json


def test_each_month_has_the_total_income_and_the_categories(client, services):
    store(services)
    analyse(services)
    rows = forecast(client, months=2)
    assert [(row["category"], row["month"]) for row in rows] == [
        (category, month)
        for category in ("total", "income", "housing", "groceries")
        for month in ("2026-11", "2026-12")
    ]
    rent = rows[4]
    assert (rent["expected"], rent["backtest_error"]) == ("900.00", "0.00")
    assert 890 < float(rent["low"]) <= 900 <= float(rent["high"]) < 910
    assert [(due["date"], due["amount"]) for due in rent["recurring"]] == [("2026-11-03", "900.00")]
    assert (rent["as_of"], rent["up_to_date"], rent["running"]) == ("2026-10-28", True, False)


def test_the_running_month_comes_first_and_is_not_below_what_is_spent(client, services):
    store(services, until=date(2026, 11, 17))
    analyse(services)
    rows = [row for row in forecast(client, months=1) if row["category"] in ("total", "income")]
    assert [(row["month"], row["running"]) for row in rows] == [("2026-11", True), ("2026-12", False)] * 2
    total, _, income, _ = rows
    assert total["already"] == "1215.00"
    assert total["low"] >= total["already"]
    assert float(total["high"]) < 1500
    assert (income["already"], income["expected"]) == ("0.00", "2500.00")


def test_without_enough_complete_months_nothing_is_invented(client, services):
    store(services, since=6)
    analyse(services)
    assert forecast(client) == {"not_enough": {"months": 5, "needed": 6}}
    assert forecast(client, currency="EUR") == {"not_enough": {"months": 0, "needed": 6}}


def test_a_ledger_that_was_never_analysed_is_not_one_without_months(client, services):
    store(services)
    assert client.get(PATH, query_string={"wait": 0}).status_code == 503


def test_a_change_since_the_forecast_is_told(client, services):
    store(services)
    analyse(services)
    keep(services.transactions, new("market", "20", day=date(2026, 10, 30), category="groceries"))
    assert not forecast(client)[0]["up_to_date"]


def page_of(client, path="/insight/forecast"):
    response = client.get(path)
    assert response.status_code == 200, response.text
    return words_of(response.text)


def test_the_page_shows_where_the_month_ends_and_what_is_still_due(client, services):
    store(services, until=date(2026, 11, 17))
    analyse(services)
    words = page_of(client)
    assert "November 2026 ends at $1,2" in words
    assert "Spent already $1,215.00" in words
    assert "Recurring payments still to come in November 2026" in words
    assert "EMPLOYER Nov 28, 2026 +$2,500.00" in words
    assert "LANDLORD Dec 3, 2026 $900.00" in page_of(client, "/insight/forecast?month=2026-12")


def test_the_page_tells_what_is_missing_and_that_a_forecast_is_on_its_way(client, services):
    store(services, since=6)
    assert "A new forecast is made" in page_of(client)
    analyse(services)
    words = page_of(client)
    assert "A forecast needs 6 complete months; 5 are known in USD." in words
    assert "A new forecast" not in words


def test_the_dashboard_has_a_card_of_the_forecast(client, services):
    store(services)
    analyse(services)
    words = page_of(client, "/analytics?period=2026-10")
    assert "Spending: November 2026: $1,2" in words
    assert "Saved: $1,2" in words
