"""A whole category that is called otherwise: asked about over the API and on the review page."""

from datetime import UTC, datetime

import pytest

from src.domain.transactions import PossibleMistake

HTML = {"Accept": "text/html"}
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MOVE = {"earlier": "dining", "category": "groceries"}


@pytest.fixture
def services(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def moved(predicted, services):
    """The ids of answers that a training run has found to call a whole category otherwise."""
    rows = [predicted(text)["id"] for text in ("SWIGGY ORDER", "ZOMATO DINNER", "PIZZA CORNER")]
    for row in rows:
        services.feedback.record(row, "groceries", at=NOW)
    services.possible_mistakes.replace(
        [PossibleMistake(row, "groceries", "dining", 3, NOW, whole_category=True) for row in rows], at=NOW
    )
    return rows


def held(client):
    return {item["category"] for item in client.get("/api/v1/history").json["items"]}


def test_the_api_lists_it_once(client, moved):
    assert client.get("/api/v1/moves").json == [{**MOVE, "answers": 3, "merchants": 3}]
    assert client.get("/api/v1/second-looks").json == []


def test_over_the_api_it_is_confirmed_once(client, moved):
    response = client.post("/api/v1/moves", json={**MOVE, "keep": True})
    assert response.json == {"category": "groceries", "answers": 3, "kept": True}
    assert client.get("/api/v1/moves").json == []
    assert held(client) == {"groceries"}
    assert client.post("/api/v1/moves", json={**MOVE, "keep": True}).status_code == 404


def test_over_the_api_all_are_changed_back(client, moved):
    response = client.post("/api/v1/moves", json={**MOVE, "keep": False})
    assert response.json == {"category": "dining", "answers": 3, "kept": False}
    assert held(client) == {"dining"}


@pytest.mark.parametrize(
    "wrong", [{"keep": "no"}, {"earlier": {"$ne": ""}}, {"category": None}, {"all": True}]
)
def test_a_wrong_body_is_422(client, moved, wrong):
    assert client.post("/api/v1/moves", json={**MOVE, "keep": False, **wrong}).status_code == 422
    assert held(client) == {"groceries"}


def test_the_page_asks_and_a_form_confirms(client, moved):
    page = client.get("/review/mistakes", headers=HTML).text
    assert "Your newest 3 answers for 3 merchants are" in page
    answer = client.post(
        "/feedback/move", data={**MOVE, "keep": "1", "next": "/review/mistakes"}, headers=HTML
    )
    after = client.get(answer.location, headers=HTML).text
    assert "Confirmed." in after
    assert "Your newest" not in after


def test_all_are_changed_back_on_the_page_and_that_is_undone(client, moved):
    answer = client.post(
        "/feedback/move", data={**MOVE, "keep": "", "next": "/review/mistakes"}, headers=HTML
    )
    after = client.get(answer.location, headers=HTML).text
    assert "3 answers changed back." in after
    assert held(client) == {"dining"}
    act = after.split('name="act" value="')[1].split('"')[0]
    client.post("/feedback/undo", data={"act": act, "next": "/review/mistakes"}, headers=HTML)
    assert held(client) == {"groceries"}
    assert "Your newest 3 answers" in client.get("/review/mistakes", headers=HTML).text
