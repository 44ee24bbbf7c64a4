"""The pin, the shadow test and the history on the models page, without scripts."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from src.domain.promotions import ComparedMetrics, Promotion, PromotionEvent
from src.domain.training_runs import Trigger
from src.domain.verdicts import JudgedOn, Outcome, Verdict
from src.services.runs.worker_lease import ClaimedRun
from src.web.models.text import figures
from src.web.shared.labels import rows_judged
from tests.small_model import small_bundle
from tests.web.prediction.test_pages import HTML, words_of
from tests.whole_verdict import WHOLE

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def services(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def read(client):
    return lambda address="/models": words_of(client.get(address, headers=HTML).text)


@pytest.fixture
def post(client, read):
    """Send a form; the words of the page it leads to."""

    def send(address, **fields):
        response = client.post(address, data=fields, headers=HTML)
        assert response.status_code == 303, response.text
        return read(response.location)

    return send


def test_a_version_is_pinned_as_it_is_promoted_and_unpinned_on_the_page(read, post, services):
    page = post("/models/2/promote", reason="keep this", pin="on")
    assert "Newer models will not replace it until you unpin it." in page
    assert services.models.champion().pinned_at is not None
    assert "Model 2 is pinned. Its pin ends when model 1 is promoted" in read("/models/1/promote")
    page = post("/models/let-go")
    assert "Pin Newer models" in page
    assert services.models.champion().pinned_at is None


def test_what_serves_is_pinned_only_if_it_is_what_the_page_showed(client, post, services):
    assert client.post("/models/pin", data={"version": "2"}, headers=HTML).status_code == 409
    assert services.models.champion().pinned_at is None
    assert "Unpin" in post("/models/pin", version="1")


def test_going_back_is_called_a_rollback(read, post, services):
    assert "rollback" not in read("/models/2/promote")
    post("/models/2/promote")
    assert "so this is a rollback" in read("/models/1/promote")
    page = post("/models/1/promote", reason="it was better")
    assert "Rolled back Model 2 → Model 1 by you it was better" in page


def test_a_refusal_is_in_the_history_with_its_figures(read, services):
    figures = ComparedMetrics(True, 0.9, 0.8, 0.91, 0.82, 400, (-0.03, 0.012))
    services.models.refuse("7", by="mlflow", reason="Set back.", at=datetime.now(UTC), figures=figures)
    page = read().replace("\N{NO-BREAK SPACE}", " ")
    assert "Refused Model 7 ; model 1 stays in MLflow Set back." in page
    assert "Accuracy 90.0 % against 91.0 %, macro-F1 80.0 % against 82.0 % on 400 rows" in page


def test_a_shadow_test_is_started_from_the_row_of_a_version_and_ended(read, post, services):
    assert "Shadow test : model 2" in read()
    page = post("/models/2/shadow")
    assert "Model 2 is in a shadow test against model 1" in page
    assert "Too few answers to tell (n = 0; they differ on 0)." in page
    assert services.models.shadows.current().version == "2"
    assert "None running." in post("/models/shadow/end")


@pytest.mark.parametrize(
    ("metrics", "sentence"),
    [
        (None, ""),
        (ComparedMetrics(False, None, None, None, None), ""),
        (ComparedMetrics(True, 0.9, float("nan"), None, None, 40), "Accuracy 90.0 % on 40 rows."),
        (
            ComparedMetrics(False, 0.9, None, 0.8, None),
            "",  # each was measured on other rows
        ),
        (
            ComparedMetrics(True, 0.9, None, 0.8, None, 400, (-0.03, 0.012)),
            "Accuracy 90.0 % against 80.0 % on 400 rows; "
            "the change in macro-F1 lies between −3.0 and +1.2 points (95 %).",
        ),
        (
            ComparedMetrics(True, 0.9, None, 0.8, None, 91, None, "1", JudgedOn.HOLDOUT),
            "Accuracy 90.0 % against 80.0 % on 91 of your held-out transactions.",
        ),
    ],
)
def test_figures_are_shown_as_far_as_they_were_measured(app, metrics, sentence):
    line = Promotion("2", "1", NOW, "training", "", PromotionEvent.PROMOTED, metrics)
    with app.test_request_context():
        assert figures(line).replace("\N{NO-BREAK SPACE}", " ") == sentence


@pytest.fixture
def two_models(bare_app):
    """Model 1 serves; model 2 was judged against it and refused. Returns the words of a page."""
    services = bare_app.extensions["ledgerloop"]
    refused = replace(
        WHOLE,
        outcome=Outcome.NOT_BETTER,
        reason="Not shown to be better.",
        judged_on=JudgedOn.HOLDOUT,
        challenger=replace(WHOLE.challenger, rows=91, accuracy=0.967),
        champion=replace(WHOLE.champion, rows=91, accuracy=0.978),
    )
    own = {"1": {"rows": 33578.0, "accuracy": 0.699}, "2": {"rows": 91.0, "accuracy": 0.967}}
    for version, decision in (("1", Verdict(True, Outcome.FIRST, "The first.")), ("2", refused)):
        services.runs.request(trigger=Trigger.MANUAL, reason="by hand", at=NOW)
        run = services.runs.claim(holder="test", at=NOW)
        with ClaimedRun(services.runs, run, holder="test") as claimed:
            services.models.keep(
                small_bundle(), version=version, run_id=run.id, mlflow_run_id="", metrics=own[version], at=NOW
            )
            claimed.record_verdict(decision)
            claimed.succeed(at=NOW)
    services.models.promote("1", by="training", reason="The first.", at=NOW)
    services.models.refuse("2", by="training", reason="", at=NOW, figures=ComparedMetrics.of(refused))
    client = bare_app.test_client()
    return lambda path: words_of(client.get(path, headers=HTML).text).replace("\N{NO-BREAK SPACE}", " ")


def test_promoting_shows_both_models_on_the_same_rows_and_why_the_version_was_refused(two_models):
    page = two_models("/models/2/promote")
    assert "69.9 %" not in page  # of the lexicon's rows
    assert "Both on the same 91 of your held-out transactions" in page
    assert "Accuracy 97.8 % 96.7 %" in page
    assert "Model 2 was refused when it was judged: kept the champion. Not shown to be better." in page
    assert "Make champion anyway" in page


def test_the_models_page_never_lists_figures_of_different_rows(two_models):
    page = two_models("/models")
    assert "69.9 %" not in page
    assert "Accuracy 97.8 %" in page  # of the champion, on the rows that judged it last
    assert "Measured on 91 of your held-out transactions in the newest run that compared it" in page
    assert "96.7 % against 97.8 % of model 1, on the same 91 of your held-out transactions" in page


def test_what_no_run_compared_has_no_paired_figures(read):
    page = read("/models/2/promote")
    assert "No comparison: no run has evaluated models 1 and 2 on the same rows" in page
    assert "Accuracy" not in page


def test_few_rows_are_called_too_few_to_tell(app):
    with app.test_request_context():
        assert rows_judged(6, JudgedOn.HOLDOUT).endswith("(too few to tell)")
        assert "too few" not in rows_judged(91, JudgedOn.HOLDOUT)


@pytest.mark.parametrize(("labels", "whose"), [(0, "rows of the shipped lexicon"), (40, "of your rows")])
def test_the_page_shows_which_rows_judged_the_model(bare_app, labels, whose):
    services = bare_app.extensions["ledgerloop"]
    services.runs.request(trigger=Trigger.MANUAL, reason="by hand", at=NOW)
    run = services.runs.claim(holder="test", at=NOW)
    with ClaimedRun(services.runs, run, holder="test") as claimed:
        claimed.record(data={"feedback_rows": labels})
        metrics = {"rows": 1200.0, "accuracy": 0.7}
        services.models.keep(b"bundle", version="1", run_id=run.id, mlflow_run_id="", metrics=metrics, at=NOW)
        services.models.promote("1", by="training", reason="", at=NOW)
        claimed.succeed(at=NOW)
    page = words_of(bare_app.test_client().get("/models", headers=HTML).text)
    assert f"Measured on 1,200 {whose}, each judged" in page.replace("\N{NO-BREAK SPACE}", " ")
