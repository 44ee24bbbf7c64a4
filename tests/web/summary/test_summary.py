"""`POST /summary`: categorized and summed, and nothing is stored."""

import pytest

INCOME = {"direction": "income"}
ROWS = [
    {"description": "SWIGGY order", "amount": "350.75", "currency": "INR", "date": "2026-03-04"},
    {"description": "SWIGGY order", "amount": "100.10", "currency": "INR", "date": "2026-04-01"},
    {"description": "XWVQ ZZKJ", "amount": 3, "currency": "INR", "date": "2026-03-31"},
    {
        "description": "XWVQ ZZKJ",
        "amount": "1500",
        "currency": "JPY",
        "date": "2026-03-04",
        "direction": "income",
    },
]


@pytest.fixture
def summary(client):
    def summary(rows, status=200):
        response = client.post("/api/v1/summary", json={"transactions": rows})
        assert response.status_code == status, response.text
        return response.json

    return summary


def test_sums_are_exact_by_currency_and_nothing_is_stored(client, summary):
    body = summary(ROWS)
    assert [row["transaction"]["merchant"] for row in body["results"]] == ["swiggy", "swiggy"] + [
        "xwvq zzkj"
    ] * 2
    assert all(row["id"] is None for row in body["results"])
    [rupees, yen] = body["totals"]
    assert (rupees["currency"], rupees["count"], rupees["expense"]) == ("INR", 3, "453.85")
    assert (yen["currency"], yen["income"], yen["net"]) == ("JPY", "1500", "1500")
    months = {(row["currency"], row["month"]): row["expense"] for row in body["by_month"]}
    assert months == {("INR", "2026-03"): "353.75", ("INR", "2026-04"): "100.10", ("JPY", "2026-03"): "0"}
    merchants = [
        (row["currency"], row["merchant"], row["kind"], row["amount"]) for row in body["by_merchant"]
    ]
    assert merchants[0] == ("INR", "swiggy", "spent", "450.85")
    assert client.get("/api/v1/history").json["total"] == 0


def test_weeks_begin_on_the_day_of_the_settings(client, summary):
    by_week = summary(ROWS)["by_week"]
    weeks = {(row["currency"], row["week"]): row["expense"] for row in by_week}
    assert weeks == {
        ("INR", "2026-03-02"): "350.75",
        ("INR", "2026-03-30"): "103.10",
        ("JPY", "2026-03-02"): "0",
    }
    client.patch("/api/v1/settings", json={"week_starts": "sunday"})
    assert [row["week"] for row in summary(ROWS[:1])["by_week"]] == ["2026-03-01"]


def test_categories_are_listed_largest_first_and_add_up(summary):
    body = summary(ROWS[:3])
    amounts = [float(row["amount"]) for row in body["by_category"]]
    assert amounts == sorted(amounts, reverse=True)
    assert sum(amounts) == pytest.approx(453.85)


@pytest.mark.parametrize("amount", ["", None, "NaN", "Infinity", "abc", -5, 0])
def test_a_row_without_a_valid_amount_gets_an_error_at_its_position(summary, amount):
    body = summary([ROWS[0], {**ROWS[1], "amount": amount}, {"description": "no amount"}, "text", ROWS[2]])
    assert ["error" in row for row in body["results"]] == [False, True, True, True, False]
    assert body["totals"][0]["expense"] == "353.75"


def test_only_invalid_rows_have_no_sums(summary):
    body = summary([{"description": "no amount"}])
    assert (body["totals"], body["by_category"]) == ([], [])


def test_too_few_and_too_many_rows_are_refused(summary):
    summary([], 422)
    summary([ROWS[0]] * 10_001, 422)


def test_own_transfers_among_the_rows_are_neither_spending_nor_income(client, summary):
    rows = [
        {"description": "Transfer to savings", "amount": "500", "account": "A", "date": "2026-03-04"},
        {"description": "Transfer from A", "amount": "500", "account": "B", "date": "2026-03-05", **INCOME},
        {"description": "XWVQ ZZKJ", "amount": "3", "account": "A", "date": "2026-03-05"},
    ]
    [totals] = summary(rows)["totals"]
    client.post("/api/v1/predict/batch", json={"transactions": rows})
    client.application.extensions["ledgerloop"].link_matching.maintain()
    stored = client.get("/api/v1/analytics").json["totals"]
    assert (totals["expense"], totals["income"], totals["transfer"]) == ("3.00", "0.00", "500.00")
    assert {name: totals[name] for name in stored} == stored
