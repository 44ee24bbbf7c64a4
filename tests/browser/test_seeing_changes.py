"""What would change is there before the button; unanswered transactions are predicted again part by part."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from src.domain.predictions import Band
from src.domain.promotions import CategoryChange, PredictionDiff
from src.domain.training_runs import Trigger
from src.pipeline.prediction.repredict import AT_ONCE
from src.services.runs.worker_lease import ClaimedRun
from tests.browser.conftest import DESKTOP, PHONE
from tests.small_model import small_bundle

LONG = "A STATEMENT TEXT OF MANY WORDS WITHOUT-A-PLACE-TO-BREAK-IT-INTO-LINES-000000000000000000 REF"


@pytest.fixture
def other(server):
    """Version 3, which has learned next to nothing."""
    models, at = server.services.models, datetime.now(UTC)
    models.keep(small_bundle(), version="3", run_id="run-3", mlflow_run_id="", metrics={}, at=at)
    yield "3"
    server.services.database.collection("models").delete_one({"_id": "version:3"})


@pytest.fixture
def run_with_changes(server, known):
    """A run with a promotion that changed some rows."""
    runs, at = server.services.runs, datetime.now(UTC)
    [row] = known({"description": LONG, "amount": "1234567.89"})
    runs.request(trigger=Trigger.MANUAL, reason="by hand", at=at)
    claimed = ClaimedRun(runs, runs.claim(holder="test", at=at), holder="test")
    pairs = (
        CategoryChange("dining", None, 2, {"EUR": Decimal(7), "USD": Decimal("1234567.89")}, (row.id,)),
        CategoryChange(None, "transport", 1, {"JPY": Decimal(500)}, ()),
    )
    claimed.record_changes(
        PredictionDiff("1", "2", 40_000, 20_000, 12, pairs, ((Band.UNKNOWN, Band.AUTO, 2),), at)
    )
    claimed.succeed(at=at)
    return claimed.run.id


@pytest.mark.parametrize(
    ("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light, desktop", "dark, phone"]
)
def test_what_would_change_comes_by_itself_and_is_accessible(
    open_page, known, other, run_with_changes, theme, size
):
    known({"description": "GREGGS BAKERY", "amount": "4.50"}, {"description": "NIGHT CAB", "amount": "12"})
    page = open_page("/models/3/promote", theme=theme, size=size)
    expect(page.locator("#changes .verdict")).to_contain_text("unanswered transactions")
    for path in (
        "/models/3/promote",
        "/models/3/changes",
        "/models/repredict",
        f"/models/runs/{run_with_changes}",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        violations = Axe().run(page).response["violations"]
        assert [(path, violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), path


def test_the_parts_of_an_act_follow_each_other_and_are_undone_at_once(open_page, known, server):
    count = AT_ONCE + 1
    server.services.champion.refresh()
    known(*[{"description": "NIGHT CAB", "amount": "12"}] * count)
    server.services.models.promote("2", by="person", reason="", at=datetime.now(UTC))
    page = open_page("/models/repredict")
    page.get_by_role("button", name="Predict again").click()
    expect(page.locator("#repredict .verdict")).to_contain_text(f"{count:,} transactions", timeout=30_000)
    expect(page.get_by_text("None left.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(f"{count:,} transactions restored.")).to_be_visible(timeout=30_000)
