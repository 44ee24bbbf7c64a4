"""Possible mistakes: over the API, on the review page without scripts, and as a script asks for it."""

from datetime import UTC, datetime, timedelta

import pytest

from src.components.dataset.possible_mistakes import CategoryRelabels, LabelConflicts
from src.domain.feedback import Feedback
from src.pipeline.feedback.label_review import to_learn_from

HTML = {"Accept": "text/html"}
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def services(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def trained(services):
    """What a training run does with the labels before it learns from them."""
    return lambda: to_learn_from(
        services.transactions, LabelConflicts(), CategoryRelabels(), services.possible_mistakes, at=NOW
    )[1]


@pytest.fixture
def slip(predicted, services, web_database, trained):
    """The id of one purchase among seven at the same merchant that was called otherwise."""
    rows = [
        predicted(f"SQ *BLUE DOOR {4000 + day}", "4.20", date=f"2026-02-0{day}")["id"] for day in range(1, 8)
    ]
    web_database.collection("transactions").update_many({}, {"$set": {"holdout": False}})
    names = ["dining"] * 6 + ["groceries"]
    services.feedback_events.add(
        [
            (row, Feedback(name, NOW + timedelta(hours=number), f"act-{number}"))
            for number, (row, name) in enumerate(zip(rows, names, strict=True))
        ]
    )
    trained()
    return rows[-1]


def review(client, transaction_id, body):
    return client.post(f"/api/v1/second-looks/{transaction_id}", json=body)


def test_the_api_lists_what_contradicts_with_the_answers_of_the_others(client, slip):
    [look] = client.get("/api/v1/second-looks").json
    assert (look["transaction_id"], look["category"]) == (slip, "groceries")
    assert look["others"] == {"category": "dining", "count": 6}
    assert look["transaction"]["merchant"] == "blue door"
    assert look["answered_at"] == "2026-03-04T18:00:00.000Z"


def test_over_the_api_an_answer_is_kept_once_and_trains(client, slip, trained):
    response = review(client, slip, {"keep": True})
    assert response.json == {"transaction_id": slip, "category": "groceries", "kept": True}
    assert client.get("/api/v1/second-looks").json == []
    assert review(client, slip, {"keep": True}).status_code == 404
    assert trained() == {}


def test_over_the_api_an_answer_becomes_what_the_others_are(client, slip):
    response = review(client, slip, {"keep": False})
    assert response.json == {"transaction_id": slip, "category": "dining", "kept": False}
    items = client.get("/api/v1/history").json["items"]
    [item] = [item for item in items if item["id"] == slip]
    assert [event["category"] for event in item["feedback"]] == ["groceries", "dining"]


def test_an_ordinary_answer_resolves_it(client, slip, answered):
    answered(slip, "transport")
    assert client.get("/api/v1/second-looks").json == []


@pytest.mark.parametrize(
    "body", [{}, {"keep": "yes"}, {"keep": None}, {"keep": {"$ne": True}}, {"drop": True}]
)
def test_a_body_with_neither_is_422(client, slip, body):
    assert review(client, slip, body).status_code == 422
    assert len(client.get("/api/v1/second-looks").json) == 1


@pytest.mark.parametrize("id", ["nope", "000000000000000000000000", "$ne"])
def test_about_an_unknown_transaction_nothing_is_asked(client, id):
    response = review(client, id, {"keep": False})
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def shown(client):
    return client.get("/review/mistakes", headers=HTML).text


def press(client, slip, keep, **headers):
    fields = {"transaction_id": slip, "keep": keep, "next": "/review/mistakes", "shape": "look"}
    return client.post("/feedback/second-look", data=fields, headers={**HTML, **headers})


def test_the_page_shows_the_answer_with_those_of_the_others(client, slip):
    page = shown(client)
    assert "Your answer: Groceries. 6 other answers for this merchant: Dining" in page
    assert "Correct: Groceries" in page
    assert "Change to Dining" in page


def test_it_is_right_is_a_form_that_works_without_scripts(client, slip):
    after = client.get(press(client, slip, "1").location, headers=HTML).text
    assert "Confirmed." in after
    assert "Your answer:" not in after


def test_change_without_scripts_can_be_undone_and_is_asked_again(client, slip):
    answer = press(client, slip, "")
    after = client.get(answer.location, headers=HTML).text
    assert "Your answer:" not in after
    act = answer.location.split("act=")[1].split("&")[0]
    client.post("/feedback/undo", data={"act": act, "next": "/review/mistakes"}, headers=HTML)
    assert "Change to Dining" in shown(client)


def test_a_script_gets_the_changed_item_alone_and_the_question_after_an_undo(client, slip):
    kept = press(client, slip, "", **{"X-Live": "1"}).text
    assert f'id="item-{slip}" data-item data-answered' in kept
    assert "<html" not in kept
    act = kept.split('name="act" value="')[1].split('"')[0]
    fields = {"act": act, "transaction_id": slip, "shape": "look", "next": "/review/mistakes"}
    undone = client.post("/feedback/undo", data=fields, headers={**HTML, "X-Live": "1"}).text
    assert "Change to Dining" in undone
    assert "Confirmed." in press(client, slip, "1", **{"X-Live": "1"}).text


def test_an_item_that_was_resolved_elsewhere_meanwhile_is_reported(client, slip, answered):
    answered(slip, "transport")
    assert press(client, slip, "1").status_code == 404
