"""The form of the start page: what it asks, what it refuses, what it keeps."""

import re
from datetime import UTC, date, datetime

import pytest

from src.web.shared.fields import last_date
from tests.services.rows import new

GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}
FORM = {"description": "FRESH MARKET", "amount": "4.20", "currency": "EUR", "date": "2026-03-04"}


@pytest.fixture
def add(client):
    def post(headers=GERMAN, **fields):
        return client.post("/predict", data=FORM | fields, headers=headers)

    return post


@pytest.fixture
def kept(client):
    """What is kept: (amount, currency) of each."""
    return lambda: [
        (row["transaction"]["amount"], row["transaction"]["currency"])
        for row in client.get("/api/v1/history").json["items"]
    ]


def test_an_amount_of_two_readings_is_asked_about_and_nothing_is_lost(add, kept):
    asked = add(amount="1.150", mode="card", subcategory="milk")
    assert asked.status_code == 422
    assert kept() == []
    assert "1.150,00\N{NO-BREAK SPACE}€ or 1,15\N{NO-BREAK SPACE}€?" in asked.text
    choices = re.findall(r'name="amount_meant" value="([^"]+)"', asked.text)
    assert choices == ["1150", "1.150"]
    for value in ("FRESH MARKET", "1.150", "EUR", "2026-03-04", "card", "milk"):
        assert f'value="{value}"' in asked.text
    assert add(amount="1.150", amount_meant=choices[0]).status_code == 303
    assert add(amount="1.150", amount_meant=choices[1]).status_code == 303
    assert sorted(kept()) == [("1.15", "EUR"), ("1150.00", "EUR")]


def test_a_choice_counts_only_for_the_amount_it_was_made_for(add, kept):
    assert add(amount="2.150", amount_meant="1150").status_code == 422
    assert kept() == []


def test_the_api_reads_an_amount_by_its_contract_alone(client):
    body = {"description": "FRESH MARKET", "amount": "1.15", "currency": "EUR"}
    assert client.post("/api/v1/predict", json=body, headers=GERMAN).json["transaction"]["amount"] == "1.15"


def test_a_currency_that_there_is_not_is_refused(add, client, kept):
    refused = add(currency="XXQ")
    assert refused.status_code == 422
    assert "XXQ is not a currency code of ISO 4217." in refused.text
    answer = client.post("/api/v1/predict", json={"description": "a", "amount": "1", "currency": "XXQ"})
    assert (answer.status_code, answer.json["errors"][0]["loc"]) == (422, ["currency"])
    assert kept() == []


def test_a_currency_of_older_statements_is_kept(predicted):
    assert predicted(currency="DEM", date="1996-05-04")["transaction"]["currency"] == "DEM"


def test_a_row_in_a_currency_that_there_is_not_can_be_mended_and_is_no_default(app, client):
    [row] = app.extensions["ledgerloop"].transactions.add(
        [new(currency="XXQ")], source="page", at=datetime.now(UTC)
    )
    page = client.get("/").text
    assert re.search(r'id="currency" name="currency" value="([^"]*)"', page)[1] == "USD"
    changed = client.patch(f"/api/v1/transactions/{row.id}", json={"mode": "card"})
    assert changed.status_code == 200
    assert client.patch(f"/api/v1/transactions/{row.id}", json={"currency": "XXZ"}).status_code == 422
    assert client.patch(f"/api/v1/transactions/{row.id}", json={"currency": "EUR"}).status_code == 200


@pytest.mark.parametrize("day", ["2199-01-01", "1969-12-31"])
def test_a_date_that_cannot_be_is_refused(add, client, predicted, kept, day):
    refused = add(date=day)
    assert refused.status_code == 422
    assert 'id="date-wrong"' in refused.text
    body = {"description": "a", "amount": "1", "date": day}
    answer = client.post("/api/v1/predict", json=body)
    assert (answer.status_code, answer.json["errors"][0]["loc"]) == (422, ["date"])
    batch = client.post("/api/v1/predict/batch", json={"transactions": [body]}).json
    assert batch["results"][0]["error"]["errors"][0]["loc"] == ["date"]
    assert kept() == []
    row = predicted()
    assert client.patch(f"/api/v1/transactions/{row['id']}", json={"date": day}).status_code == 422


def test_a_date_within_ten_years_or_long_ago_is_kept(predicted):
    for day in (last_date(datetime.now(UTC).date()).isoformat(), "1970-01-01", "1996-02-29"):
        assert predicted(date=day)["transaction"]["date"] == day


def test_the_last_date_is_a_day_in_every_year():
    assert last_date(date(2028, 2, 29)) == date(2038, 2, 28)


def test_the_same_text_amount_and_day_twice_is_asked_about(add, kept):
    assert add().status_code == 303
    asked = add(mode="card")
    assert asked.status_code == 422
    assert "You added this already" in asked.text
    assert 'name="again" value="true"' in asked.text
    assert len(kept()) == 1
    assert add(again="true").status_code == 303
    assert len(kept()) == 2


@pytest.mark.parametrize(
    "other",
    [{"amount": "4.21"}, {"date": "2026-03-05"}, {"description": "CORNER MARKET"}, {"direction": "income"}],
)
def test_what_differs_is_not_the_same(add, other):
    add()
    assert add(**other).status_code == 303


def test_the_same_text_with_a_masked_number_is_known_again(add):
    assert add(description="FRESH MARKET 4111 1111 1111 1111").status_code == 303
    assert "You added this already" in add(description="FRESH MARKET 4111 1111 1111 1111").text


def test_a_program_may_add_the_same_twice(predicted):
    assert predicted(date="2026-03-04")["id"] != predicted(date="2026-03-04")["id"]


def test_an_empty_form_lists_everything_it_lacks_in_the_pages_own_words(client):
    page = client.post("/predict", data={"currency": "USD", "amount": ""}).text
    assert 'id="amount-wrong"' in page
    assert "Enter the statement text, or a note below." in page


def test_a_text_from_right_to_left_does_not_move_its_neighbours(add, client):
    location = add(description="קפה").headers["Location"]
    assert client.get(location).text.count("<bdi>קפה</bdi>") == 2
