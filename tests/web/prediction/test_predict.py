"""POST /predict and /predict/batch."""

from datetime import UTC, datetime

import pytest

from tests.launch.running_site import wait_until
from tests.mongo_operations import OPERATIONS
from tests.web.conftest import WEB_DATABASE


def test_an_answer_has_exactly_the_fields_of_the_contract(predicted):
    answer = predicted(currency="INR", date="2026-03-04", mode="UPI")
    assert list(answer) == [
        "id",
        "category",
        "confidence",
        "band",
        "needs_review",
        "decided_by",
        "alternatives",
        "explanation",
        "model",
        "transaction",
    ]
    assert answer["category"] == "dining"
    assert answer["decided_by"] == "model"
    assert answer["model"] == {"name": "expense-categorizer", "version": "1"}
    assert answer["transaction"] == {
        "description": "SWIGGY order 8841 BANGALORE",
        "merchant": "swiggy",
        "amount": "350.75",
        "currency": "INR",
        "date": "2026-03-04",
        "mode": "UPI",
        "subcategory": None,
        "direction": "expense",
        "account": None,
        "counterparty": None,
        "notes": None,
        "mcc": None,
        "tags": [],
    }


def test_account_counterparty_notes_code_and_tags_are_masked_and_kept(client, predicted):
    answer = predicted(
        account="Checking 4111111111111111",
        counterparty="Anna Blum\nDE89370400440532013000",
        notes="call +49 30 1234567",
        mcc="5812",
        tags=["holiday", " holiday", "anna@example.org"],
    )
    kept = client.get(f"/api/v1/transactions/{answer['id']}").json["transaction"]
    assert kept == answer["transaction"]
    assert (kept["account"], kept["counterparty"]) == ("Checking [card]", "Anna Blum [iban]")
    assert kept["notes"] == "call [phone]"
    assert (kept["mcc"], kept["tags"]) == ("5812", ["holiday", "[email]"])


def test_a_transaction_without_them_has_none_of_their_fields_in_the_database(predicted, web_database):
    predicted(account="", tags=[])
    stored = web_database.transactions.find_one()
    assert stored.keys().isdisjoint(("account", "counterparty", "notes", "mcc", "tags"))


def test_the_alternatives_are_sorted_and_at_most_five(predicted):
    alternatives = predicted()["alternatives"]
    shares = [alternative["probability"] for alternative in alternatives]
    assert shares == sorted(shares, reverse=True)
    assert 1 < len(alternatives) <= 5
    assert sum(shares) <= 1.00001


@pytest.mark.parametrize("path", ["/categorize", "/api/v1/categorize"])
def test_a_description_alone_is_categorized_as_by_a_prediction_that_is_not_saved(client, path):
    fields = {"description": "SWIGGY order 8841", "date": "2026-03-04"}
    response = client.post(path, json=fields)
    assert response.status_code == 200
    assert response.json == client.post("/api/v1/predict", json=fields | {"save": False}).json
    with_amount = client.post(path, json=fields | {"amount": "5.00", "save": False})
    assert with_amount.json["transaction"]["amount"] == "5.00"
    assert client.get("/api/v1/history").json["total"] == 0


@pytest.mark.parametrize("path", ["/categorize", "/api/v1/categorize"])
def test_what_cannot_be_categorized_gets_a_problem(client, path):
    for body in ({}, {"description": " "}, {"description": "x", "save": True}, {"description": "x", "y": 1}):
        assert client.post(path, json=body).status_code == 422
    refused = client.post(path, data={"description": "x"})
    assert (refused.status_code, refused.mimetype) == (415, "application/problem+json")


def test_what_is_not_saved_is_answered_with_200_and_kept_nowhere(client):
    response = client.post("/api/v1/predict", json={"description": "SWIGGY", "amount": 5, "save": False})
    assert response.status_code == 200
    assert response.json["id"] is None
    assert client.get("/api/v1/history").json["total"] == 0


def test_the_seed_form_without_a_description_is_predicted(client):
    body = {"amount": 120, "subcategory": "super market", "mode": "Cash"}
    response = client.post("/api/v1/predict", json=body)
    assert response.status_code == 201
    assert response.json["category"] == "groceries"
    assert response.json["transaction"]["description"] == ""


def test_what_is_left_out_or_null_takes_its_default(client):
    nulls = dict.fromkeys(
        ("currency", "date", "mode", "subcategory", "direction", "account", "mcc", "tags", "save")
    )
    left_out = client.post("/api/v1/predict", json={"description": "CITY CAB", "amount": 9})
    null = client.post("/api/v1/predict", json={"description": "CITY CAB", "amount": 9, **nulls})
    assert null.status_code == left_out.status_code == 201
    assert null.json["transaction"] == left_out.json["transaction"]
    assert null.json["transaction"]["currency"] == "USD"
    assert null.json["transaction"]["direction"] == "expense"
    assert null.json["transaction"]["date"] == datetime.now(UTC).date().isoformat()


@pytest.mark.parametrize(
    ("amount", "currency", "kept"),
    [
        ('"350.75"', "USD", "350.75"),
        ("350.75", "USD", "350.75"),
        ("350.750", "USD", "350.75"),
        ("1e2", "USD", "100.00"),
        ("0.01", "USD", "0.01"),
        ("999999999999.99", "USD", "999999999999.99"),
        ("1000000000000", "USD", "1000000000000.00"),
        ("0.57", "USD", "0.57"),
        ("350", "JPY", "350"),
        ('"1.234"', "KWD", "1.234"),
    ],
)
def test_money_is_kept_exactly(client, amount, currency, kept):
    raw = f'{{"description": "SWIGGY", "amount": {amount}, "currency": "{currency}"}}'
    answer = client.post("/api/v1/predict", data=raw, content_type="application/json").json
    assert answer["transaction"]["amount"] == kept
    item = client.get("/api/v1/history").json["items"][0]
    assert item["transaction"]["amount"] == kept


@pytest.mark.parametrize(
    "text", ["🍕 pizza corner", "بيتزا كورنر", "פיצה", "ピザ", "e\u0301cole", "\u202eabc"]
)
def test_any_script_and_emoji_come_back_as_they_went_in(predicted, text):
    assert predicted(text)["transaction"]["description"] == text


def test_white_space_in_a_line_is_a_blank(predicted):
    assert predicted("\tSWIGGY\nORDER ")["transaction"]["description"] == "SWIGGY ORDER"


@pytest.mark.parametrize("direction", ["expense", "transfer"])
def test_what_the_model_knows_nothing_of_is_answered_all_the_same(client, direction):
    body = {"subcategory": "0", "amount": "350.75", "direction": direction}
    response = client.post("/api/v1/predict", json=body)
    assert response.status_code == 201
    assert response.json["alternatives"]


def test_a_batch_answers_in_order_with_each_error_at_its_position(client):
    body = {
        "transactions": [
            {"description": "SWIGGY", "amount": "1"},
            {"description": "", "amount": "1"},
            "not a transaction",
            {"description": "CITY CAB", "amount": "1.005"},
            {"description": "CITY CAB", "amount": 2},
        ]
    }
    response = client.post("/api/v1/predict/batch", json=body)
    assert response.status_code == 200
    results = response.json["results"]
    assert [result.get("category") for result in results] == ["dining", None, None, None, "transport"]
    assert [result["error"]["status"] for result in results[1:4]] == [422, 422, 422]
    assert results[3]["error"]["errors"][0]["loc"] == ["amount"]
    assert client.get("/api/v1/history").json["total"] == 2


def test_a_batch_of_wrong_items_only_needs_no_model(bare_app):
    response = bare_app.test_client().post("/api/v1/predict/batch", json={"transactions": [1]})
    assert response.json["results"][0]["error"]["status"] == 422


def test_ten_thousand_transactions_are_one_batch_and_one_more_is_refused(client):
    one = {"description": "SWIGGY", "amount": 1}
    body = {"transactions": [one] * 10_000, "save": False}
    assert len(client.post("/api/v1/predict/batch", json=body).json["results"]) == 10_000
    body["transactions"].append(one)
    assert client.post("/api/v1/predict/batch", json=body).status_code == 422


def test_without_a_model_the_response_is_503_with_a_time_to_retry(bare_app):
    response = bare_app.test_client().post("/api/v1/predict", json={"description": "SWIGGY", "amount": 5})
    assert response.status_code == 503
    assert response.mimetype == "application/problem+json"
    assert int(response.headers["Retry-After"]) >= 1
    assert bare_app.extensions["ledgerloop"].transactions.count() == 0


def test_the_amount_may_be_left_out_if_nothing_is_stored(client):
    body = {"description": "SWIGGY order 8841 BANGALORE", "save": False}
    answer = client.post("/api/v1/predict", json=body)
    assert (answer.status_code, answer.json["category"]) == (200, "dining")
    assert (answer.json["id"], answer.json["transaction"]["amount"]) == (None, None)
    assert not any("amount about" in reason["feature"] for reason in answer.json["explanation"])
    batch = {"transactions": [{"description": "SWIGGY"}, {}], "save": False}
    first, second = client.post("/api/v1/predict/batch", json=batch).json["results"]
    assert first["category"] == "dining"
    assert second["error"]["status"] == 422
    stored = client.post("/api/v1/predict", json={"description": "SWIGGY"})
    assert (stored.status_code, stored.json["errors"]) == (
        422,
        [{"loc": ["amount"], "msg": "Field required"}],
    )
    assert client.get("/api/v1/history").json["total"] == 0


def test_the_memory_decides_without_an_amount_too(client, predicted, answered):
    answered(predicted("SQ *BLUE DOOR", "4.20")["id"], "travel")
    answer = client.post("/api/v1/predict", json={"description": "SQ *BLUE DOOR 0107", "save": False}).json
    assert (answer["category"], answer["decided_by"]) == ("travel", "memory")


def test_a_missing_amount_is_reported_with_everything_else_that_is_wrong(client):
    body = {"description": "x", "date": "bad"}
    assert {error["loc"][0] for error in client.post("/api/v1/predict", json=body).json["errors"]} == {
        "amount",
        "date",
    }


@pytest.fixture
def operations(app):
    OPERATIONS.database = WEB_DATABASE
    yield OPERATIONS.names
    OPERATIONS.database = None


@pytest.fixture
def remembering(app):
    """Wait until this worker has in memory what predictions depend on; then no second passes for it."""
    memory = app.extensions["ledgerloop"].prediction_memory

    def wait():
        wait_until(memory._current)
        now = memory._clock()
        memory._clock = lambda: now

    return wait


@pytest.mark.parametrize(("save", "writes"), [(False, []), (True, ["insert"])])
@pytest.mark.parametrize("description", ["SWIGGY order 8841 BANGALORE", "PLUM TREE 12"])
def test_a_prediction_asks_mongodb_for_little(
    client, predicted, answered, operations, remembering, description, save, writes
):
    answered(predicted()["id"], "groceries")
    remembering()
    body = {"description": description, "amount": "7", "save": save}
    client.post(
        "/api/v1/predict", json=body
    )  # the settings are cached for a second, the answers until others
    operations.clear()
    answer = client.post("/api/v1/predict", json=body).json
    assert answer["decided_by"] == ("memory" if description.startswith("SWIGGY") else "model")
    assert [name for name in operations if name != "hello"][:1] == writes
    assert len(operations) <= 2 * save
