"""Drift over the API and as a table on the page."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import render_template

from src.domain.quality import DriftMeasure, DriftResult, DriftVerdict
from src.domain.training_runs import Trigger
from src.web.models.verdict_sentences import drift_words
from tests.services.rows import answer, new
from tests.web.prediction.test_pages import words_of

DAY = timedelta(days=1)


@pytest.fixture
def live(app):
    """Store and answer rows, `right` percent as predicted."""
    services = app.extensions["ledgerloop"]

    def store(rows, at, *, right, category="dining"):
        transactions = services.transactions.add(
            [new(f"shop {number % 20}", category=category) for number in range(rows)], source="api", at=at
        )
        categories = [category if number % 100 < right else "travel" for number in range(rows)]
        events = [
            (row.id, answer(chosen, row.id, at=at))
            for row, chosen in zip(transactions, categories, strict=True)
        ]
        services.feedback_events.add(events)

    return store


@pytest.fixture
def table(app):
    def rendered():
        with app.test_request_context():
            return words_of(drift_table(app))

    return rendered


def drift_table(app):
    report = app.extensions["ledgerloop"].drift.report()
    return render_template("quality/_drift.html", drift=report)


def signs(client):
    body = client.get("/api/v1/drift").json
    return body, {sign["what"]: sign for sign in body["signs"]}


def test_a_fall_of_live_accuracy_is_shown_with_its_numbers(client, live, table):
    live(200, datetime.now(UTC) - 10 * DAY, right=90)
    live(100, datetime.now(UTC), right=60)
    body, by_measure = signs(client)
    assert (body["version"], body["drifting"]) == ("1", True)
    fall = by_measure["accuracy"]
    assert (fall["verdict"], fall["then"], fall["now"]) == ("shifted", 0.9, 0.6)
    assert (fall["rows_then"], fall["rows_now"], fall["effect"], fall["least_effect"]) == (200, 100, 0.3, 0.1)
    assert fall["p"] < 1e-6
    assert by_measure["amounts"]["verdict"] == "steady"
    page = table()
    assert "Drift seen" in page
    assert "90 % 60 % 200 / 100 −30.0 points" in page
    assert "Has shifted (n = 100)" in page
    assert "No sign of drift (n = 100)" in page


def test_predicted_categories_that_changed_have_their_names(client, live, table):
    live(200, datetime.now(UTC) - 10 * DAY, right=100)
    live(100, datetime.now(UTC), right=100, category="groceries")
    body, by_measure = signs(client)
    assert body["drifting"]
    assert (by_measure["categories"]["of"], by_measure["categories"]["then"]) == ("dining", 1.0)
    assert "Dining out changed most" in table()


def test_on_the_first_days_there_are_too_few_rows(client, table):
    body, by_measure = signs(client)
    assert not body["drifting"]
    assert {sign["verdict"] for sign in by_measure.values()} == {"too-few"}
    assert by_measure["accuracy"]["told"] == "too few to tell (n = 0; 30 are needed)"
    assert by_measure["accuracy"]["effect"] is None
    assert "Too few to tell (n = 0; 50 are needed)" in table()


def test_before_the_first_model_there_is_nothing_to_compare(bare_app):
    body = bare_app.test_client().get("/api/v1/drift").json
    assert body == {"version": None, "learned_at": None, "since": None, "drifting": False, "signs": []}
    with bare_app.test_request_context():
        assert "nothing to compare before the first model" in drift_table(bare_app)


def result(measure, verdict=DriftVerdict.SHIFTED, **fields):
    counts = {"rows_then": 300, "rows_now": 100, "needed": 50, "least_effect": 0.1}
    return DriftResult(measure, verdict, **counts | fields)


AMOUNTS = result(DriftMeasure.AMOUNTS, then=4.2, now=9.0, of="USD")
ACCURACY = result(DriftMeasure.ACCURACY, then=0.9, now=0.7)


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        (AMOUNTS, "amounts have shifted, from a median of 4.20 USD to 9.00 USD (n = 100)"),
        (
            result(DriftMeasure.AMOUNTS, then=4.2, of="USD"),
            "amounts have shifted, from a median of 4.20 USD to none (n = 100)",
        ),
        (
            result(DriftMeasure.CATEGORIES, then=0.5, now=0.0),
            "predicted categories have shifted, unknown most: 50 % to 0 % (n = 100)",
        ),
        (result(DriftMeasure.MERCHANTS, then=0.1, now=0.4), "new merchants rose from 10 % to 40 % (n = 100)"),
        (ACCURACY, "answers that agree with the prediction fell from 90 % to 70 % (n = 100)"),
        (result(DriftMeasure.AMOUNTS, DriftVerdict.STEADY), "no sign of drift (n = 100)"),
        (
            result(DriftMeasure.ACCURACY, DriftVerdict.TOO_FEW, rows_then=4, needed=30),
            "too few to tell (n = 4; 30 are needed)",
        ),
        (
            result(DriftMeasure.MERCHANTS, DriftVerdict.TOO_FEW, rows_now=12),
            "too few to tell (n = 12; 50 are needed)",
        ),
    ],
)
def test_a_result_is_put_into_words_with_its_numbers(shift, words):
    assert drift_words(shift) == words


def reason_of(client, run):
    in_the_api = client.get(f"/api/v1/training-runs/{run.id}").json["reason"]
    assert f"Drift detected: {in_the_api}" in words_of(
        client.get(f"/models/runs/{run.id}", headers={"Accept": "text/html"}).text
    )
    return in_the_api


def test_a_run_started_by_drift_states_what_has_shifted(client, app):
    runs = app.extensions["ledgerloop"].runs
    shifts = {"reason": "", "drift": (AMOUNTS, ACCURACY)}
    run = runs.queue("drift-first", trigger=Trigger.DRIFT, at=datetime.now(UTC), **shifts)
    assert reason_of(client, run) == (
        "Drift: amounts have shifted, from a median of 4.20 USD to 9.00 USD (n = 100); "
        "answers that agree with the prediction fell from 90 % to 70 % (n = 100)."
    )


def test_the_sentence_that_an_earlier_release_stored_is_shown_as_it_is(client, app):
    sentence = "Drift: new merchants rose from 10 % to 40 % (n = 200)."
    runs = app.extensions["ledgerloop"].runs
    run = runs.queue("drift-first", trigger=Trigger.DRIFT, reason=sentence, at=datetime.now(UTC))
    assert reason_of(client, run) == sentence
