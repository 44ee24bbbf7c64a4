"""What would change with another model: over the API, on the page before a promotion, and on a run."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape

import pytest

from src.domain.predictions import Band
from src.domain.promotions import CategoryChange, PredictionDiff
from src.domain.training_runs import Trigger
from src.services.runs.worker_lease import ClaimedRun
from tests.small_model import TAUGHT, small_bundle

HTML = {"Accept": "text/html"}
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def otherwise():
    """The bytes of a model that calls transport what others call dining."""
    return small_bundle({**TAUGHT, "dining": TAUGHT["transport"], "transport": TAUGHT["dining"]})


@pytest.fixture
def other(app, registered, web_database, otherwise):
    """Version 3, which sees things otherwise."""
    registered.keep(
        otherwise, version="3", run_id="run-3", mlflow_run_id="", metrics={"accuracy": 0.8}, at=NOW
    )
    yield "3"
    web_database.collection("models").delete_one({"_id": "version:3"})


def words_of(response):
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", response.text, flags=re.S)
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))
    return text.replace("\N{NO-BREAK SPACE}", " ").replace(" .", ".")


def test_the_api_returns_what_would_change_in_rows_money_and_examples(client, predicted, answered, other):
    first = predicted("SWIGGY order 8841", "350.75", currency="INR")
    predicted("FARM MARKET", "9")
    answered(predicted("PIZZA CORNER 7", "20")["id"], "dining")
    response = client.get(f"/api/v1/models/{other}/changes")
    assert response.status_code == 200
    body = response.json
    assert (body["before"], body["after"]) == ("1", "3")
    assert (body["unanswered"], body["looked_at"], body["changed"], body["remembered"]) == (2, 2, 1, 0)
    [pair] = body["pairs"]
    assert (pair["from"], pair["to"], pair["rows"]) == ("dining", "transport", 1)
    assert pair["money"] == body["money"] == [{"currency": "INR", "amount": "350.75"}]
    assert pair["examples"] == [{"id": first["id"], "transaction": first["transaction"]}]


def test_asking_changes_nothing(client, predicted, other):
    predicted()
    before = client.get("/api/v1/history").json
    client.get(f"/api/v1/models/{other}/changes")
    assert client.get("/api/v1/history").json == before
    assert [version["version"] for version in client.get("/api/v1/models").json if version["champion"]] == [
        "1"
    ]


def test_a_version_there_is_not_is_404_and_one_that_does_not_load_is_409(
    client, registered, other, web_database
):
    assert client.get("/api/v1/models/99/changes").status_code == 404
    web_database.collection("models").update_one({"_id": "version:3"}, {"$set": {"sha256": "other"}})
    assert client.get("/api/v1/models/3/changes").status_code == 409
    page = client.get("/models/3/changes", headers=HTML)
    assert page.status_code == 409
    assert "Model 3 could not be loaded" in words_of(page)


def test_before_the_first_model_there_is_no_comparison(bare_app):
    assert bare_app.test_client().get("/api/v1/models/1/changes").status_code == 503


def test_the_question_before_a_promotion_leads_to_what_would_change(client, predicted, other):
    row = predicted("SWIGGY order 8841", "350.75", currency="INR")
    predicted("FARM MARKET", "9")
    question = client.get(f"/models/{other}/promote", headers=HTML)
    assert "What would change" in words_of(question)
    [address] = re.findall(r'href="([^"]*)" data-part="changes"', question.text)
    page = client.get(address, headers=HTML)
    text = words_of(page)
    assert "Of your 2 unanswered transactions 1 (50.0 %, ₹350.75) would change category." in text
    assert "Dining out → becomes Transport" in text
    assert f"/transactions/{row['id']}" in page.text
    assert "/history?category=dining&amp;status=predicted" in page.text
    assert "Your answers and the stored predictions do not change" in text
    assert 'id="changes"' in page.text
    assert "style=" not in page.text


def test_the_rarer_changes_are_folded_away_but_counted(client, app):
    runs = app.extensions["ledgerloop"].runs
    runs.request(trigger=Trigger.SCHEDULE, reason="the slot", at=NOW)
    claimed = ClaimedRun(runs, runs.claim(holder="test", at=NOW), holder="test")
    pairs = tuple(CategoryChange("dining", f"c{number}", 2, {"USD": Decimal(1)}, ()) for number in range(10))
    claimed.record_changes(PredictionDiff("1", "2", 90, 90, 0, pairs, (), NOW))
    text = words_of(client.get(f"/models/runs/{claimed.run.id}", headers=HTML))
    assert text.index("c7") < text.index("2 rarer changes, 4 transactions") < text.index("c8")


def test_the_page_states_that_nothing_would_change(client, predicted):
    predicted()
    text = words_of(client.get("/models/2/changes", headers=HTML))
    assert "Nothing would change: both models predict the same for your 1 unanswered transaction." in text
    assert "Model 1 → model 2" not in text
    assert "model 1 is already active" in words_of(client.get("/models/1/promote", headers=HTML))


@pytest.fixture
def run_with_changes(app, predicted):
    """A run whose promotion changed two rows, of which one is gone by now."""
    runs, row = app.extensions["ledgerloop"].runs, predicted("NIGHT CAB", "12.50")
    runs.request(trigger=Trigger.SCHEDULE, reason="the slot", at=NOW)
    claimed = ClaimedRun(runs, runs.claim(holder="test", at=NOW), holder="test")
    pair = CategoryChange(None, "transport", 2, {"USD": Decimal("20.50")}, ("0" * 24, row["id"]))
    claimed.record_changes(
        PredictionDiff("1", "2", 40_000, 20_000, 0, (pair,), ((Band.UNKNOWN, Band.AUTO, 2),), NOW)
    )
    claimed.succeed(at=NOW)
    return claimed.run.id


def test_what_a_promotion_changed_is_on_the_page_of_its_run(client, run_with_changes):
    text = words_of(client.get(f"/models/runs/{run_with_changes}", headers=HTML))
    assert "What the promotion changed" in text
    assert "Of the newest 20,000 of your 40,000 unanswered transactions at that time model 2 puts 2" in text
    assert "2 from “Uncategorized” to “Categorized automatically”" in text
    assert "For example NIGHT CAB $12.50" in text


def test_the_runs_of_the_api_have_it_and_examples_that_are_gone_fall_out(client, run_with_changes):
    body = client.get(f"/api/v1/training-runs/{run_with_changes}").json
    [pair] = body["changes"]["pairs"]
    assert (pair["from"], pair["to"], pair["rows"]) == (None, "transport", 2)
    assert [example["transaction"]["description"] for example in pair["examples"]] == ["NIGHT CAB"]
    assert body["changes"]["bands"] == [{"from": "unknown", "to": "auto", "rows": 2}]
    assert client.get("/api/v1/training-runs").json == [body]


def test_a_run_that_promoted_nothing_has_no_changes(client):
    run_id = client.post("/api/v1/training-runs").json["id"]
    assert client.get(f"/api/v1/training-runs/{run_id}").json["changes"] is None
    assert "What the promotion changed" not in client.get(f"/models/runs/{run_id}", headers=HTML).text


@pytest.fixture
def serves_otherwise(app, registered, other, predicted):
    """Two rows of model 1, and version 3 promoted since; 1 serves again afterwards."""
    rows = [predicted("SWIGGY order 8841", "350.75", currency="INR"), predicted("FARM MARKET", "9")]
    registered.promote("3", by="person", reason="", at=NOW)
    app.extensions["ledgerloop"].champion.refresh()
    yield rows
    registered.promote("1", by="person", reason="", at=NOW)


def test_unanswered_transactions_are_predicted_again_and_undone_over_the_api(client, serves_otherwise):
    before = client.get("/api/v1/history").json
    assert before["items"][1]["model"]["version"] == "1"
    done = client.post("/api/v1/models/repredict")
    assert done.status_code == 200
    act = done.json["act"]
    assert done.json == {"act": act, "model": "3", "predicted": 2, "changed": 1, "left": 0}
    assert client.post("/api/v1/models/repredict", json={"act": act}).json == done.json
    after = client.get("/api/v1/history?category=transport").json["items"]
    assert [(row["id"], row["model"]["version"]) for row in after] == [(serves_otherwise[0]["id"], "3")]
    assert client.post("/api/v1/models/repredict/undo", json={"act": act}).json == {"undone": 2}
    assert client.get("/api/v1/history").json == before
    assert client.post("/api/v1/models/repredict/undo", json={"act": act}).status_code == 404


@pytest.mark.parametrize("act", ["x", "", {"$ne": ""}, 1, "g" * 24], ids=repr)
def test_an_act_that_is_none_is_refused(client, act):
    for address in ("repredict", "repredict/undo"):
        assert client.post(f"/api/v1/models/{address}", json={"act": act}).status_code == 422
    assert client.post("/api/v1/models/repredict/undo", json={}).status_code == 422


def test_the_page_applies_the_model_shows_its_progress_and_undoes_it(client, serves_otherwise):
    assert "Apply it to unanswered transactions" in words_of(client.get("/models", headers=HTML))
    page = client.get("/models/repredict", headers=HTML)
    assert "2 unanswered transactions were last predicted by another model." in words_of(page)
    assert "Undo" not in words_of(page)
    answer = client.post("/models/repredict", data={"act": ""}, headers=HTML)
    assert answer.status_code == 303
    page = client.get(answer.location, headers=HTML)
    assert "2 transactions predicted again, 1 of them with a new category" in words_of(page)
    [act] = re.findall(r'name="act" value="([0-9a-f]+)"', page.text)
    answer = client.post("/models/repredict/undo", data={"act": act}, headers=HTML)
    assert "Undone. 2 transactions restored." in words_of(client.get(answer.location, headers=HTML))


def test_an_address_without_a_valid_act_is_an_error_page(client):
    assert client.get("/models/repredict?act=%24ne", headers=HTML).status_code == 422
    assert client.post("/models/repredict/undo", data={}, headers=HTML).status_code == 422
