"""A run's page with a whole verdict: legible in both themes and on a phone."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from src.domain.training_runs import Trigger
from src.services.runs.worker_lease import ClaimedRun
from tests.browser.conftest import DESKTOP, PHONE
from tests.whole_verdict import WHOLE


@pytest.fixture
def judged(server):
    """The id of a run that has ended with a whole verdict."""
    runs = server.services.runs
    runs.request(trigger=Trigger.MANUAL, reason="by hand", at=datetime.now(UTC))
    claimed = ClaimedRun(runs, runs.claim(holder="test", at=datetime.now(UTC)), holder="test")
    claimed.record_verdict(WHOLE)
    claimed.succeed(at=datetime.now(UTC))
    return claimed.run.id


@pytest.mark.parametrize(
    ("theme", "size"),
    [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)],
    ids=["light, desktop", "dark, desktop", "light, phone", "dark, phone"],
)
def test_a_whole_verdict_is_accessible_and_fits_the_window(open_page, judged, theme, size):
    page = open_page(f"/models/runs/{judged}", theme=theme, size=size)
    page.get_by_text("By slice").click()
    expect(page.get_by_text("Merchant known to the new model only")).to_be_visible()
    assert [
        (violation["id"], violation["nodes"][0]["html"])
        for violation in Axe().run(page).response["violations"]
    ] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
