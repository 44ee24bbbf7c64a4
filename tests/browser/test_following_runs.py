"""The models page: train, follow, read the verdict, roll back."""

import re
from datetime import UTC, datetime

from playwright.sync_api import expect

from src.domain.training_runs import Trigger
from src.domain.verdicts import Outcome, Scores, Verdict
from src.services.runs.worker_lease import ClaimedRun
from tests.small_model import small_bundle


def claim(server):
    runs = server.services.runs
    return ClaimedRun(runs, runs.claim(holder="test", at=datetime.now(UTC)), holder="test")


def test_a_run_is_started_followed_and_its_verdict_read(open_page, server):
    page = open_page("/models")
    page.get_by_role("button", name="Train now").click()
    expect(page.get_by_role("heading", name="Training is running")).to_be_visible()
    expect(page.locator("[data-run-stage]")).to_have_text("Waiting for the trainer to start")
    expect(page.get_by_role("button", name="Training…")).to_be_disabled()

    run = claim(server)
    run.progress("model_trainer", 0.4)
    expect(page.locator("[data-run-stage]")).to_have_text("Comparing candidate models")
    expect(page.locator("[data-run-share]")).to_have_text("40 %")

    scores = Scores("3", 40, 0.8, 0.7, 0.5, 0.03)
    run.record_verdict(
        Verdict(False, Outcome.TOO_FEW, "Too few transactions of yours to tell: 40.", challenger=scores)
    )
    run.succeed(at=datetime.now(UTC))
    expect(page.locator(".runs").first).to_contain_text("Too few transactions of yours to tell: 40.")
    page.locator(".runs a").first.click()
    expect(page.get_by_role("heading", name="Verdict", exact=True)).to_be_visible()
    expect(page.locator("main")).to_contain_text("80.0 %")


def test_a_rollback_serves_the_older_version(open_page, server):
    page = open_page("/models")
    page.get_by_role("link", name=re.compile("Make champion.*model 2")).click()
    page.get_by_role("button", name="Make champion").click()
    expect(page.get_by_role("heading", name="Model 2 is active")).to_be_visible()
    expect(page.locator("main")).to_contain_text("by you")
    assert server.services.models.champion().version == "2"


def test_the_first_training_is_followed_and_what_is_typed_meanwhile_stays(newborn, open_page):
    page = open_page(newborn.address)
    waiting = page.get_by_role("heading", name="Waiting for the first model")
    expect(waiting).to_be_visible()
    expect(page.get_by_role("link", name="Import a file")).to_be_visible()
    page.get_by_label("What does the statement say?").fill("SWIGGY order 8841")

    newborn.services.runs.request(trigger=Trigger.FIRST_START, reason="", at=datetime.now(UTC))
    run = claim(newborn)
    run.progress("model_trainer", 0.4)
    expect(page.locator("[data-run-stage]")).to_have_text("Comparing candidate models")
    newborn.services.models.keep(
        small_bundle(), version="1", run_id=run.run.id, mlflow_run_id="", metrics={}, at=datetime.now(UTC)
    )
    newborn.services.models.promote("1", by="training", reason="The first model.", at=datetime.now(UTC))
    run.succeed(at=datetime.now(UTC))

    expect(waiting).to_be_hidden()
    expect(page.locator("#serving")).to_have_text("Model 1 is active")
    expect(page.get_by_label("What does the statement say?")).to_have_value("SWIGGY order 8841")


def test_a_failed_run_shows_its_reason(open_page, server):
    server.services.runs.request(trigger=Trigger.FIRST_START, reason="", at=datetime.now(UTC))
    claim(server).fail("The machine was switched off.", at=datetime.now(UTC))
    page = open_page("/models")
    expect(page.locator(".runs").first).to_contain_text("The machine was switched off.")
