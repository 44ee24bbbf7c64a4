"""The four routes that are page and API in one, and the form of errors."""

import pytest

JSON = {"Accept": "application/json"}


def without_ids(answer):
    return {name: value for name, value in answer.items() if name not in ("id", "created_at")}


def test_predict_answers_a_json_body_as_the_api_does(client):
    body = {"description": "SWIGGY", "amount": "5"}
    api, page = (client.post(path, json=body) for path in ("/api/v1/predict", "/predict"))
    assert page.status_code == api.status_code == 201
    assert without_ids(page.json) == without_ids(api.json)


def test_feedback_answers_a_json_body_as_the_api_does(client, predicted):
    body = {"transaction_id": predicted()["id"], "category": "dining"}
    one, other = (client.post(path, json=body).json for path in ("/feedback", "/api/v1/feedback"))
    assert one.pop("act") != other.pop("act")  # two answers are two acts
    assert one == other


@pytest.mark.parametrize("path", ["/history", "/analytics"])
def test_a_page_answers_json_where_json_is_accepted(client, predicted, path):
    predicted()
    assert client.get(path, headers=JSON).json == client.get(f"/api/v1{path}").json


@pytest.mark.parametrize("path", ["/history", "/analytics", "/predict", "/feedback"])
@pytest.mark.parametrize("accept", ["text/html,application/xhtml+xml,*/*;q=0.8", "*/*", ""])
def test_a_browser_gets_the_page(client, path, accept):
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, "text/html")


def test_an_error_is_a_page_for_a_person_and_a_problem_for_a_program(client):
    page = client.get("/no-such-page", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert client.get("/no-such-page", headers=JSON).mimetype == "application/problem+json"
    assert client.post("/predict", data=b"{", content_type="application/json").status_code == 400
    assert client.post("/predict", json={}).mimetype == "application/problem+json"
