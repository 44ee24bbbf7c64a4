"""A verdict on the page of its run, and in the API."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from src.domain.training_runs import Trigger
from src.domain.verdicts import Code, Discordance, Outcome, because
from src.services.runs.worker_lease import ClaimedRun
from tests.web.prediction.test_pages import HTML, words_of
from tests.whole_verdict import WHOLE

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def decided(app):
    """The id of a run that has come to this verdict."""
    services = app.extensions["ledgerloop"]

    def decide(verdict):
        services.runs.request(trigger=Trigger.SCHEDULE, reason="the slot", at=NOW)
        claimed = ClaimedRun(services.runs, services.runs.claim(holder="test", at=NOW), holder="test")
        claimed.record_verdict(verdict)
        claimed.succeed(at=NOW)
        return claimed.run.id

    return decide


@pytest.fixture
def judged(client, decided):
    """The words of the page of a run that has come to this verdict."""

    def browse(verdict):
        page = client.get(f"/models/runs/{decided(verdict)}", headers=HTML)
        return words_of(page.text).replace("\N{NO-BREAK SPACE}", " ")

    return browse


def test_a_whole_verdict_is_shown_part_by_part(judged):
    page = judged(WHOLE)
    for words in (
        "412 rows of 187 merchants",
        "Accuracy by money 95.0 % 93.0 % −2.0 (−5.0 to +1.0) 60.0 % 20.0 %",
        "Log loss lower is better 0.500 0.412 −0.088 (−0.120 to −0.051)",
        "Of the 38 rows that only one of them gets right, the new model is right on 21",
        "p = 0.63",
        "Dining out 120 90.0 % 93.0 %",
        "Categorized automatically, of the newest 613 unanswered transactions: 75.4 % with the champion, "
        "12.7 % with the new model (−62.6 points, 95 % interval −70.0 to −55.0; McNemar’s exact test, "
        "p < 0.001).",
        "Of the champion’s automatic answers to 80 judging rows 98.8 % were right; 95.0 % are to be.",
        "Merchant known to the new model only 40 70.0 % 90.0 %",
        "loads in 0.12 s and answers one transaction in 0.46 ms; its file has 3.2 MB",
    ):
        assert words in page, words


def test_a_verdict_begins_with_one_sentence_and_the_list_of_runs_shows_that_alone(client, judged):
    reason = "Too few rows to tell (n = 91; between 110 and 210 are needed). The champion stays; and more."
    page = judged(replace(WHOLE, reason=reason))
    assert reason in page
    listed = words_of(client.get("/models", headers=HTML).text)
    assert "Too few rows to tell (n = 91; between 110 and 210 are needed)." in listed
    assert "and more" not in listed


def test_a_first_models_verdict_has_no_column_for_a_champion(judged):
    alone = tuple(replace(scores, champion=None) for scores in WHOLE.slices if scores.name != "met-since")
    parts = {"champion": None, "accuracy": None, "macro_f1": None, "discordance": None, "slices": alone}
    page = judged(replace(WHOLE, outcome=Outcome.FIRST, **parts))
    assert "Champion" not in page
    assert "Unknown merchant 72 65.0" in page


def test_the_page_states_that_models_are_right_on_the_same_rows(judged):
    page = judged(replace(WHOLE, discordance=Discordance(0, 0, 1.0)))
    assert "There is no row that only one of the two models gets right." in page


def test_why_rows_were_set_aside_is_shown_in_words_also_those_of_an_earlier_release(judged):
    notes = [because(Code.SET_ASIDE, rows=3, why=why) for why in ("contradicting", "the amount is infinite")]
    page = judged(replace(WHOLE, notes=tuple(notes)))
    assert "Set aside 3 rows: contradicts nearly all similar answers and waits for a review." in page
    assert "Set aside 3 rows: the amount is infinite." in page


def test_without_baselines_the_page_explains_why_there_are_none(judged):
    page = judged(replace(WHOLE, majority=None, lookup=None))
    assert "There is no baseline to compare with" in page
    assert "Most frequent" not in page


def test_the_api_returns_all_that_led_to_a_verdict(client, decided):
    decision = client.get(f"/api/v1/training-runs/{decided(WHOLE)}").json["decision"]
    assert decision["mcnemar"] == {"rows": 38, "challenger_right": 21, "p": 0.627}
    assert (decision["merchants"], decision["rows_needed"]) == (187, 600)
    assert decision["difference"]["log_loss_ci95"] == [-0.12, -0.051]
    assert decision["difference"]["money_weighted_accuracy"] == -0.02
    assert decision["challenger"]["money_weighted_accuracy"] == 0.93
    assert decision["baselines"]["lookup"]["accuracy"] == 0.62
    assert decision["baselines"]["majority"]["log_loss"] is None
    assert decision["slices"][0] == {
        "kind": "category",
        "name": "dining",
        "rows": 120,
        "champion": 0.9,
        "challenger": 0.93,
    }
    assert decision["footprint"] == {"megabytes": 3.21, "load_s": 0.1234, "per_row_ms": 0.456}
