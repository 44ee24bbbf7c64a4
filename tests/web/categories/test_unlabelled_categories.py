"""A new category is predicted from its name and description before its first label."""

import pytest

from src.domain.predictions import Band
from tests.services.rows import NOW, new
from tests.web.conftest import application
from tests.web.imports.test_imports import run_queued_imports, upload

COFFEE = {
    "name": "Coffee",
    "group": "discretionary",
    "color": "#123456",
    "description": "cafés, espresso bars and Starbucks",
    "parent": "dining",
}


@pytest.fixture
def coffee(client):
    response = client.post("/api/v1/categories", json=COFFEE)
    assert response.status_code == 201, response.text
    return response.json["slug"]


def offered(prediction):
    """The alternatives that matter, by category; the small model's few categories are always listed."""
    shares = {one["category"]: one["probability"] for one in prediction["alternatives"]}
    return {category: share for category, share in shares.items() if share > 0.05}


def test_the_next_prediction_offers_it_and_never_automatically(client, predicted):
    before = predicted("BLUE DOOR COFFEE 7")
    client.post("/api/v1/categories", json=COFFEE)
    after = predicted("BLUE DOOR COFFEE 8")
    assert "coffee" not in offered(before)
    assert (after["category"], after["band"], after["decided_by"]) == ("coffee", "suggest", "model")
    assert after["confidence"] < before["confidence"]
    assert sum(one["probability"] for one in after["alternatives"]) == pytest.approx(1, abs=1e-4)
    assert after["explanation"][0]["feature"] == "“coffee” in the name or description of the category"
    page = client.get(f"/transactions/{after['id']}").text
    assert "“coffee” in the name or description of the category" in page


def test_what_waits_for_review_is_offered_it_at_once_and_an_undo_takes_it_back(app, client):
    waiting = [new(text, band=Band.SUGGEST) for text in ("starbucks 0042", "city cab")]
    rows = app.extensions["ledgerloop"].transactions.add(waiting, source="api", at=NOW)

    def lives():
        return [client.get(f"/api/v1/transactions/{row.id}").json for row in rows]

    before = lives()
    act = client.post("/api/v1/categories", json=COFFEE).json["act"]
    cup, cab = lives()
    assert (cup["category"], cup["needs_review"], cab["category"]) == ("coffee", True, "dining")
    assert [group["category"] for group in client.get("/api/v1/review?q=starbucks").json["groups"]] == [
        "coffee"
    ]
    assert client.post(f"/api/v1/acts/{act}/undo").json["undone"] == 1
    for life in (*before, *(after := lives())):
        del life["revision"]
    assert after == before


def test_a_refused_undo_of_an_added_category_changes_nothing(app, client):
    waiting = [new(text, band=Band.SUGGEST) for text in ("starbucks 0042", "city cab")]
    rows = app.extensions["ledgerloop"].transactions.add(waiting, source="api", at=NOW)
    act = client.post("/api/v1/categories", json=COFFEE).json["act"]
    used = {"transaction_id": rows[1].id, "category": "coffee"}
    assert client.post("/api/v1/feedback", json=used).status_code == 200

    def lives():
        return [client.get(f"/api/v1/transactions/{row.id}").json for row in rows]

    before = lives()
    assert before[0]["category"] == "coffee"
    assert client.post(f"/api/v1/acts/{act}/undo").status_code == 409
    assert lives() == before


def test_a_changed_colour_predicts_nothing_again(app, client, coffee):
    row = new("starbucks 0042", band=Band.SUGGEST)
    [row] = app.extensions["ledgerloop"].transactions.add([row], source="api", at=NOW)
    before = client.get(f"/api/v1/transactions/{row.id}").json
    whole = {**COFFEE, "color": "#654321"}
    assert client.patch("/api/v1/categories/coffee", json=whole).status_code == 200
    assert client.get(f"/api/v1/transactions/{row.id}").json == before


def test_other_processes_know_it_at_their_next_prediction(client, settings_of, monkeypatch):
    other = application(settings_of, monkeypatch).test_client()
    body = {"description": "STARBUCKS 0042", "amount": "5", "save": False}
    assert "coffee" not in offered(other.post("/api/v1/predict", json=body).json)
    client.post("/api/v1/categories", json=COFFEE)
    assert "coffee" in offered(other.post("/api/v1/predict", json=body).json)
    client.patch("/api/v1/categories/coffee", json={"description": "", "parent": None})
    assert "coffee" not in offered(other.post("/api/v1/predict", json=body).json)


@pytest.fixture
def settings_of(app):
    return app.extensions["ledgerloop"].settings


def test_batches_summaries_and_imports_offer_it(app, client, coffee):
    rows = [{"description": "STARBUCKS 0042", "amount": "5"}, {"description": "CITY CAB", "amount": "9"}]
    cup, cab = client.post("/api/v1/predict/batch", json={"transactions": rows}).json["results"]
    assert (coffee in offered(cup), coffee in offered(cab)) == (True, False)
    content = b"Date,Details,Amount,Cur\n2026-03-04,STARBUCKS 0043,-5,USD\n2026-03-05,METRO CARD,-6,USD\n"
    upload(client, content)
    run_queued_imports(app)
    [row] = client.get("/api/v1/history?q=0043").json["items"]
    [prediction] = client.get(f"/api/v1/transactions/{row['id']}").json["predictions"]
    assert coffee in offered(prediction)


def test_an_answer_decides_for_its_merchant_and_the_name_for_the_others(client, coffee, predicted, answered):
    row = predicted("BLUE DOOR COFFEE 7")
    answered(row["id"], "dining")
    assert (predicted("BLUE DOOR COFFEE 8")["category"], predicted("STARBUCKS")["category"]) == (
        "dining",
        coffee,
    )


def test_a_category_that_is_merged_is_not_offered(client, coffee, predicted):
    client.delete(f"/api/v1/categories/{coffee}?into=dining")
    assert coffee not in offered(predicted("STARBUCKS"))
