"""The champion over the API: the history, the pin, and the shadow test."""

from datetime import UTC, datetime

import pytest

from src.domain.promotions import ComparedMetrics
from src.errors import Pinned


@pytest.fixture
def services(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def promote(client):
    def post(version, status=200, **body):
        response = client.post(f"/api/v1/models/{version}/promote", json=body)
        assert response.status_code == status, response.text
        return response.json

    return post


def test_the_history_lists_promotions_rollbacks_refusals_and_pins(client, services, promote):
    promote("2", reason="as I like it")
    services.models.refuse(
        "3",
        by="training",
        reason="No better.",
        at=datetime.now(UTC),
        figures=ComparedMetrics(True, 0.9, 0.8, 0.91, float("nan"), 400, (-0.02, 0.01)),
        run_id="run-3",
    )
    promote("1", reason="back", pin=True)
    lines = client.get("/api/v1/promotions?limit=4").json
    assert [(line["change"], line["version"], line["previous"], line["by"]) for line in lines] == [
        ("pinned", "1", "1", "person"),
        ("rolled-back", "1", "2", "person"),
        ("refused", "3", "2", "training"),
        ("promoted", "2", "1", "person"),
    ]
    assert lines[3]["reason"] == "as I like it"
    assert lines[2]["run_id"] == "run-3"
    assert lines[2]["figures"] == {
        "judged": True,
        "judged_on": None,
        "against": "2",
        "rows": 400,
        "accuracy": 0.9,
        "macro_f1": 0.8,
        "previous_accuracy": 0.91,
        "previous_macro_f1": None,
        "ci95": [-0.02, 0.01],
    }
    assert client.get("/api/v1/promotions?limit=0").status_code == 422


def test_a_version_may_be_pinned_as_it_is_promoted_and_unpinned(client, services, promote):
    assert promote("2", pin=True)["pinned"] is True
    client.post("/api/v1/models/1/shadow")
    listed = client.get("/api/v1/models").json
    assert {version["version"]: (version["pinned"], version["shadow"]) for version in listed} == {
        "1": (False, True),
        "2": (True, False),
    }
    client.delete("/api/v1/models/shadow")
    with pytest.raises(Pinned):
        services.models.promote("1", by="training", reason="", at=datetime.now(UTC), unless_pinned=True)
    assert client.delete("/api/v1/models/pin").json["pinned"] is False
    assert client.delete("/api/v1/models/pin").json["pinned"] is False


def test_what_serves_may_be_pinned_afterwards_if_it_still_serves(client, services, promote):
    answer = client.post("/api/v1/models/pin", json={"version": "2"})
    assert (answer.status_code, answer.json["detail"]) == (409, "Model 1 is active now; nothing was changed.")
    assert client.post("/api/v1/models/pin", json={"version": "1"}).json["pinned"] is True
    assert promote("2")["pinned"] is False


def test_a_version_is_shadow_tested_and_its_figures_are_returned(client, services, predicted, answered):
    assert client.get("/api/v1/models/shadow").status_code == 404
    started = client.post("/api/v1/models/2/shadow")
    assert (started.status_code, started.json["version"], started.json["answers"]) == (200, "2", 0)
    services.shadow_model.refresh()
    prediction = predicted()
    assert prediction["model"]["version"] == "1"
    answered(prediction["id"], "dining")
    shadow = client.get("/api/v1/models/shadow").json
    assert (shadow["champion"], shadow["answers"], shadow["champion_right"], shadow["shadow_right"]) == (
        "1",
        1,
        1,
        1,
    )
    assert (shadow["p"], shadow["sentence"]) == (1.0, "Too few answers to tell (n = 1; they differ on 0).")
    assert client.delete("/api/v1/models/shadow").status_code == 204
    assert client.delete("/api/v1/models/shadow").status_code == 404
    services.shadow_model.refresh()
    assert services.transactions.get(predicted()["id"]).prediction.shadow is None


def test_the_champion_or_a_missing_version_cannot_be_shadow_tested(client):
    assert client.post("/api/v1/models/1/shadow").status_code == 409
    assert client.post("/api/v1/models/99/shadow").status_code == 404


def test_the_shadow_test_ends_as_its_version_is_promoted(client, promote):
    client.post("/api/v1/models/2/shadow")
    promote("2")
    assert client.get("/api/v1/models/shadow").status_code == 404


def test_a_version_that_does_not_load_is_409_and_the_old_one_goes_on(client, services, promote):
    at = datetime.now(UTC)
    services.models.keep(b"no model", version="3", run_id="r", mlflow_run_id="", metrics={}, at=at)
    try:
        assert "could not be loaded" in promote("3", status=409)["detail"]
        assert client.post("/api/v1/models/3/shadow").status_code == 409
        assert services.models.champion().version == "1"
    finally:
        services.database.collection("models").delete_one({"_id": "version:3"})
