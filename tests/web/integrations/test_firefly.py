"""Firefly III calls: what is signed is kept once, predicted and learned from; nothing else gets in."""

import hashlib
import hmac
import json
import time

import pytest

from src.config import ROOT, load_settings
from tests.web.conftest import WEB_DATABASE, application
from tests.web.integrations.firefly_messages import SECRET, deliver, encoded, message, signed, split


@pytest.fixture
def connect(app, mongo_uri, tmp_path, monkeypatch):
    """The application with settings of Firefly III."""
    made = []

    def start(**settings):
        options = {
            "firefly_webhook_secret": f"another, {SECRET}",
            "mongo_uri": mongo_uri,
            "mongo_db_name": WEB_DATABASE,
        }
        options |= {"_env_file": None, "data_dir": tmp_path, "clock": "off", "audit_share": 0, **settings}
        made.append(application(load_settings(**options), monkeypatch))
        return made[-1].test_client()

    yield start
    for one in made:
        one.extensions["ledgerloop"].database.close()


@pytest.fixture
def client(connect):
    return connect()


def history(client):
    return client.get("/api/v1/history?sort=date").json["items"]


def only(response):
    assert response.status_code == 200, response.text
    [result] = response.json["results"]
    return result


def test_a_stored_transaction_is_kept_and_predicted(client):
    result = only(deliver(client))
    assert (result["id"], result["category"], result["slug"], result["band"]) == (
        "251",
        "Groceries",
        "groceries",
        "auto",
    )
    [row] = history(client)
    assert row["id"] == result["transaction_id"]
    kept = row["transaction"]
    assert (kept["description"], kept["subcategory"]) == ("Fresh Market", "Corner market 4411")
    assert (kept["amount"], kept["currency"], kept["date"]) == ("12.50", "EUR", "2026-03-04")
    assert kept["direction"] == "expense"


@pytest.mark.parametrize(
    ("type", "account", "counterparty"),
    [
        ("withdrawal", "Checking", "Fresh Market"),
        ("deposit", "Fresh Market", "Checking"),
        ("transfer", "Checking", "Fresh Market"),
    ],
)
def test_accounts_notes_and_tags_are_kept(client, type, account, counterparty):
    tags = ["food, drink", 7, "", "anna@example.org", "x" * 60]
    deliver(client, message(split(type=type, notes="for\nAnna", tags=tags)))
    [row] = history(client)
    kept = row["transaction"]
    assert (kept["account"], kept["counterparty"]) == (account, counterparty)
    assert (kept["notes"], kept["tags"]) == ("for Anna", ["food drink", "[email]", "x" * 50])


def test_an_account_without_a_name_and_odd_tags_are_none(client):
    deliver(client, message(split(destination_name="(cash)", tags="none")))
    kept = history(client)[0]["transaction"]
    assert (kept["counterparty"], kept["tags"], kept["notes"]) == (None, [], None)


def test_the_page_of_a_transaction_shows_where_it_comes_from(client):
    stored = only(deliver(client))["transaction_id"]
    assert "From Firefly III" in client.get(f"/transactions/{stored}").text


def test_received_again_it_is_the_same_row(client):
    first, second = only(deliver(client)), only(deliver(client))
    assert first == second
    assert len(history(client)) == 1


def test_each_split_is_a_transaction_and_a_broken_one_fails_no_other(client):
    body = message(
        split(1), split(2, amount="-3.000000000000"), split(3, amount="much"), split(4, type="loan")
    )
    results = deliver(client, body).json["results"]
    assert [result["id"] for result in results] == ["1", "2", "3", "4"]
    assert [result.get("error", {}).get("status") for result in results] == [None, None, 422, 422]
    assert sorted(row["transaction"]["amount"] for row in history(client)) == ["12.50", "3.00"]


@pytest.mark.parametrize(
    ("fields", "direction", "description"),
    [
        (
            {"type": "deposit", "source_name": "ACME payroll", "destination_name": "Checking"},
            "income",
            "ACME payroll",
        ),
        ({"type": "transfer", "destination_name": "Savings"}, "transfer", "Corner market 4411"),
        ({"destination_name": "(cash)"}, "expense", "Corner market 4411"),
        ({"description": "FRESH MARKET"}, "expense", "Fresh Market"),
        ({"transaction_journal_id": "251", "description": "(empty description)"}, "expense", "Fresh Market"),
    ],
)
def test_the_type_gives_the_direction_and_the_other_side_the_merchant(client, fields, direction, description):
    only(deliver(client, message(split(**fields))))
    [row] = history(client)
    kept = row["transaction"]
    assert (kept["direction"], kept["description"]) == (direction, description)


def test_texts_are_masked_before_they_are_kept_also_where_they_are_cut(client):
    text = "x" * 95 + " 4111111111111111"
    only(deliver(client, message(split(description=text, destination_name="jo@example.org\x00 shop"))))
    [row] = history(client)
    assert row["transaction"]["description"] == "[email] shop"
    assert "41" not in row["transaction"]["subcategory"]


def test_a_category_it_has_already_is_a_persons_and_teaches_at_once(client):
    result = only(deliver(client, message(split(category_name="Kids & school"))))
    assert (result["category"], result["decided_by"], result["needs_review"]) == (
        "Kids & school",
        "person",
        False,
    )
    again = only(deliver(client, message(split(252), group=247)))
    assert (again["slug"], again["decided_by"]) == ("kids-school", "memory")


def update(client, journal=251, **fields):
    return only(deliver(client, message(split(journal, **fields), trigger="UPDATE_TRANSACTION")))


def test_another_category_chosen_there_is_an_answer(client):
    only(deliver(client))
    result = update(client, category_name="dining")
    assert (result["slug"], result["decided_by"]) == ("dining", "person")
    [row] = history(client)
    assert row["status"] == "corrected"
    assert only(deliver(client, message(split(252), group=247)))["slug"] == "dining"


def test_our_own_category_sent_back_is_no_answer(client):
    only(deliver(client))
    result = update(client, category_name="Groceries", description="with friends")
    assert result["decided_by"] == "model"
    [row] = history(client)
    assert row["status"] == "predicted"


def test_a_person_may_return_to_what_we_had_predicted(client):
    only(deliver(client))
    update(client, category_name="Dining out")
    assert update(client, category_name="Groceries")["slug"] == "groceries"
    assert history(client)[0]["status"] == "confirmed"


def test_an_old_category_of_ours_does_not_undo_an_answer_given_here(client):
    result = only(deliver(client))
    client.post("/api/v1/feedback", json={"transaction_id": result["transaction_id"], "category": "dining"})
    assert update(client, category_name="Groceries", tags=["trip"])["slug"] == "dining"


def test_an_answer_received_twice_counts_once(client):
    only(deliver(client))
    update(client, category_name="Dining out")
    update(client, category_name="Dining out")
    assert len(history(client)[0]["feedback"]) == 1


def test_other_messages_are_answered_and_left_alone(client):
    for trigger, content in (
        ("DESTROY_TRANSACTION", message()["content"]),
        ("STORE_BUDGET", {"id": 4, "name": "Food"}),
    ):
        response = deliver(client, message(trigger=trigger, content=content))
        assert (response.status_code, response.json) == (200, {"results": []})
    assert history(client) == []


def test_the_older_name_of_the_trigger_is_known(client):
    assert only(deliver(client, message(trigger="TRIGGER_STORE_TRANSACTION")))["slug"] == "groceries"


@pytest.mark.parametrize("content", [[], [{"id": 1}], None, {}, {"id": 3, "transactions": []}, "text"])
def test_a_message_without_its_transaction_names_the_setting_to_change(client, content):
    response = deliver(client, message(content=content))
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")


def test_without_a_secret_the_address_is_off(connect):
    response = deliver(connect(firefly_webhook_secret=None))
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert "FIREFLY_WEBHOOK_SECRET" in response.json["detail"]


@pytest.mark.parametrize(
    "how", [{"secret": "wrong"}, {"age_s": 301}, {"age_s": -301}], ids=["forged", "stale", "of the future"]
)
def test_a_wrong_signature_is_refused_and_nothing_kept(client, how):
    response = deliver(client, **how)
    assert (response.status_code, response.mimetype) == (403, "application/problem+json")
    assert history(client) == []


@pytest.mark.parametrize("header", [None, "", "t=1", "v1=00", "t=x,v1=00", "t=1,v2=00", "t=1,v1=zz", "é"])
def test_a_signature_that_is_none_is_refused(client, header):
    raw = encoded(message())
    headers = {**signed(raw), "Signature": header}
    headers = {name: value for name, value in headers.items() if value is not None}
    assert client.post("/api/v1/webhooks/firefly-iii", data=raw, headers=headers).status_code == 403


def test_the_signature_is_that_of_the_documentation(client):
    """Computed here by its own words: SHA3-256, over the time, a dot and the body."""
    raw, at = encoded(message()), str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"{at}.{raw.decode()}".encode(), hashlib.sha3_256).hexdigest()
    headers = {"Signature": f"t={at},v1={digest}", "Content-Type": "application/json"}
    assert client.post("/api/v1/webhooks/firefly-iii", data=raw, headers=headers).status_code == 200
    assert client.post("/api/v1/webhooks/firefly-iii", data=raw + b" ", headers=headers).status_code == 403


def test_the_example_of_the_document_and_that_of_the_documentation_are_taken(client):
    schemas = client.get("/api/openapi.json").json["components"]["schemas"]
    [example] = schemas["FireflyMessage"]["examples"]
    assert only(deliver(client, example))["id"] == "251"
    raw = (ROOT / "docs" / "examples" / "firefly-message.json").read_bytes()
    assert only(client.post("/api/v1/webhooks/firefly-iii", data=raw, headers=signed(raw)))["id"] == "252"


def test_garbage_that_is_signed_is_refused_in_the_contracts_form(client):
    for raw, status in ((b"{", 400), (b"", 400), (b"\xff", 400), (b"[]", 422), (b'{"trigger": 5}', 422)):
        response = client.post("/api/v1/webhooks/firefly-iii", data=raw, headers=signed(raw))
        assert (response.status_code, response.mimetype) == (status, "application/problem+json"), raw
    huge = json.dumps({"trigger": "x" * 9_000_000}).encode()
    assert client.post("/api/v1/webhooks/firefly-iii", data=huge, headers=signed(huge)).status_code == 413
    as_text = {**signed(b"{}"), "Content-Type": "text/plain"}
    assert client.post("/api/v1/webhooks/firefly-iii", data=b"{}", headers=as_text).status_code == 415


def test_a_page_of_another_site_may_not_deliver(client):
    raw = encoded(message())
    headers = {**signed(raw), "Origin": "https://evil.example"}
    assert client.post("/api/v1/webhooks/firefly-iii", data=raw, headers=headers).status_code == 403


def test_what_is_to_be_delivered_waits_only_where_an_address_is_set(client, connect):
    deliver(client)
    assert client.get("/api/v1/webhooks/firefly-iii").json == {
        "on": False,
        "waiting": 0,
        "failed": 0,
        "last_done_at": None,
        "trouble": None,
    }
    connected = connect(firefly_url="http://127.0.0.1:9", firefly_token="token")
    deliver(connected)
    deliver(connected)
    status = connected.get("/api/v1/webhooks/firefly-iii").json
    assert (status["on"], status["waiting"]) == (True, 1)
    page = " ".join(connected.get("/import").text.split())
    assert "No categories sent yet. Pending: 1." in page
    assert "No categories sent yet" not in client.get("/import").text
