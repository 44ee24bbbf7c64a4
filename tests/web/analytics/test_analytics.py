"""GET /analytics."""


def test_sums_are_decimal_strings_of_one_currency(client, predicted):
    predicted("SWIGGY", "0.10", date="2026-01-05")
    predicted("SWIGGY", "0.20", date="2026-01-06")
    predicted("ACME PAYROLL", "100", date="2026-02-01", direction="income")
    predicted("SWIGGY", "500", currency="JPY")
    answer = client.get("/api/v1/analytics?from=2026-01-01&to=2026-12-31&currency=USD").json
    assert (answer["from"], answer["to"], answer["currency"]) == ("2026-01-01", "2026-12-31", "USD")
    totals = {"count": 3, "expense": "0.30", "income": "100.00", "transfer": "0.00", "net": "99.70"}
    assert answer["totals"] == totals | {"saved": "0.00"}
    assert answer["by_category"][0]["category"] == "dining"
    assert answer["by_category"][0]["amount"] == "0.30"
    assert [month["month"] for month in answer["by_month"]] == ["2026-01", "2026-02"]


def test_the_live_accuracy_comes_from_the_answers(client, predicted, answered):
    answered(predicted("SWIGGY")["id"], "dining")
    answered(predicted("CITY CAB")["id"], "groceries")
    accuracy = client.get("/api/v1/analytics").json["accuracy"]
    assert (accuracy["overall"]["answers"], accuracy["overall"]["accuracy"]) == (2, 0.5)
    assert set(accuracy) == {"overall", "by_category", "by_week", "by_model_version"}


def test_nothing_yet_is_an_answer_too(client):
    answer = client.get("/api/v1/analytics").json
    assert answer["totals"]["count"] == 0
    assert answer["accuracy"]["overall"]["accuracy"] is None


def test_a_wrong_currency_is_422(client):
    assert client.get("/api/v1/analytics?currency=dollars").status_code == 422
