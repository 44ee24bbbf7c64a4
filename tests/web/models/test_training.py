"""Categories, training runs and models over the API."""

from datetime import UTC, datetime

import pytest

from src.domain.verdicts import Difference, Outcome, Scores, Verdict
from src.services.runs.worker_lease import ClaimedRun


def test_a_category_of_ones_own_can_be_answered_with(client, predicted, answered):
    body = {"slug": "books", "name": "Books", "group": "discretionary", "color": "#7a5195"}
    response = client.post("/api/v1/categories", json=body)
    assert (response.status_code, response.json) == (201, {**body, "act": response.json["act"]})
    assert body in client.get("/api/v1/categories").json
    assert answered(predicted()["id"], "books")["category"] == "books"


def test_the_shipped_categories_come_first(client, app):
    shipped = [category.slug for category in app.extensions["ledgerloop"].knowledge.categories]
    listed = client.get("/api/v1/categories").json
    assert [category["slug"] for category in listed][: len(shipped)] == shipped
    assert set(listed[0]) == {"slug", "name", "group", "color"}


@pytest.mark.parametrize(
    "taken", [{"slug": "dining", "name": "Eating"}, {"slug": "books", "name": "GROCERIES"}]
)
def test_a_taken_slug_or_name_is_409(client, taken):
    response = client.post("/api/v1/categories", json={"group": "essential", "color": "#000000", **taken})
    assert response.status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Books"},
        {"slug": "x" * 41},
        {"slug": ""},
        {"name": "  "},
        {"name": "a\x00b"},
        {"group": "other"},
        {"color": "red"},
        {"color": "#12345g"},
    ],
    ids=repr,
)
def test_a_wrong_category_is_422(client, wrong):
    body = {"slug": "books", "name": "Books", "group": "income", "color": "#7a5195", **wrong}
    assert client.post("/api/v1/categories", json=body).status_code == 422


def test_train_now_queues_one_run_and_a_second_is_409(client):
    response = client.post("/api/v1/training-runs", json={"reason": "many corrections"})
    assert (response.status_code, list(response.json)) == (202, ["id"])
    assert client.post("/api/v1/training-runs").status_code == 409
    run = client.get(f"/api/v1/training-runs/{response.json['id']}").json
    assert (run["status"], run["trigger"], run["reason"]) == ("queued", "manual", "many corrections")
    assert run["decision"] is None
    assert client.get("/api/v1/training-runs").json == [run]


def test_a_verdict_is_returned_with_both_models_and_their_difference(client, app):
    runs = app.extensions["ledgerloop"].runs
    at = datetime.now(UTC)
    run_id = client.post("/api/v1/training-runs").json["id"]
    run = runs.claim(holder="test", at=at)
    champion = Scores("1", 400, 0.85, 0.84, 0.5, 0.03)
    challenger = Scores("2", 400, 0.87, 0.86, 0.45, float("nan"))
    difference = Difference(0.02, (0.004, 0.035))
    verdict = Verdict(
        True, Outcome.BETTER, "It is better.", challenger, champion, difference, None, ("A note.",)
    )
    with ClaimedRun(runs, run, holder="test") as claimed:
        claimed.record_verdict(verdict)
    decision = client.get(f"/api/v1/training-runs/{run_id}").json["decision"]
    assert (decision["promoted"], decision["outcome"], decision["reason"]) == (
        True,
        "better",
        "It is better.",
    )
    assert (decision["champion"]["version"], decision["challenger"]["macro_f1"]) == ("1", 0.86)
    assert decision["challenger"]["ece"] is None
    assert decision["difference"]["macro_f1"] == 0.02
    assert decision["difference"]["ci95"] == [0.004, 0.035]


def test_the_models_are_listed_with_their_champion(client):
    listed = client.get("/api/v1/models").json
    assert {version["version"]: version["champion"] for version in listed} == {"1": True, "2": False}
    assert listed[0]["metrics"] == {"macro_f1": 0.8}


def test_a_promoted_version_serves_and_an_older_one_again_after_a_rollback(client, app, predicted):
    champion = app.extensions["ledgerloop"].champion
    for version in ("2", "1"):
        response = client.post(f"/api/v1/models/{version}/promote", json={"reason": "as I like it"})
        assert (response.status_code, response.json["version"]) == (200, version)
        champion.refresh()
        assert predicted()["model"]["version"] == version
    newest = app.extensions["ledgerloop"].models.promotions()[0]
    assert (newest.by, newest.reason, newest.previous) == ("person", "as I like it", "2")


def test_a_version_there_is_not_is_404(client):
    assert client.post("/api/v1/models/99/promote").status_code == 404
