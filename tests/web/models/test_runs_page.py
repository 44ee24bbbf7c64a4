"""The list of runs on the models page: skipped slots are one calm line."""

from datetime import UTC, datetime, timedelta

import pytest

from src.domain.training_runs import Trigger
from src.services.runs.worker_lease import ClaimedRun
from tests.web.prediction.test_pages import HTML, words_of

NOW = datetime.now(UTC)
SIX_HOURS = timedelta(hours=6)


@pytest.fixture
def runs(app):
    return app.extensions["ledgerloop"].runs


def trained(runs, at):
    runs.request(trigger=Trigger.MANUAL, reason="by hand", at=at)
    ClaimedRun(runs, runs.claim(holder="test", at=at), holder="test").succeed(at=at)


def skipped(runs, *slots):
    for slot in slots:
        runs.skip_slot(slot, fingerprint="s", at=slot)


def listed(client):
    text = client.get("/models", headers=HTML).text
    table = text[text.index('<table class="table runs cards">') :]
    return table[: table.index("</table>")]


def test_skipped_slots_in_a_row_are_one_line_and_runs_between_them_stay(client, runs):
    trained(runs, NOW - 6 * SIX_HOURS)
    skipped(runs, *(NOW - back * SIX_HOURS for back in (5, 4, 3)))
    trained(runs, NOW - 2 * SIX_HOURS)
    skipped(runs, NOW - SIX_HOURS)
    table = listed(client)
    assert "3 slots skipped: nothing new, the first 1 day ago" in words_of(table)
    assert "1 slot skipped: nothing new " in words_of(table)
    assert table.count("<tr>") == 5  # the names of the columns, two runs, two lines of skipped slots
    assert words_of(table).index("1 slot skipped") < words_of(table).index("3 slots skipped")


def test_the_page_of_a_skipped_slot_shows_the_reason(client, runs):
    trained(runs, NOW - 2 * SIX_HOURS)
    skipped(runs, NOW - SIX_HOURS)
    [run] = [run for run in runs.newest() if run.status == "skipped"]
    page = words_of(client.get(f"/models/runs/{run.id}", headers=HTML).text)
    assert "Skipped" in page
    assert "Nothing new since the run of" in page
    body = client.get(f"/api/v1/training-runs/{run.id}").json
    assert (body["status"], body["trigger"], body["decision"]) == ("skipped", "schedule", None)
    assert body["reason"].startswith("Nothing new since")


def test_the_reason_of_a_run_is_put_into_words_and_a_stored_sentence_is_shown_as_it_is(client, runs, app):
    run = runs.request_slot(NOW, trigger=Trigger.SCHEDULE, at=NOW)
    assert (
        client.get(f"/api/v1/training-runs/{run.id}").json["reason"]
        == f"The slot of {NOW:%Y-%m-%d %H:%M} UTC"
    )
    stored = app.extensions["ledgerloop"].database.training_runs
    stored.update_one({"_id": run.id}, {"$set": {"reason": "The slot of an earlier release"}})
    assert "The slot of an earlier release" in client.get(f"/models/runs/{run.id}", headers=HTML).text
