"""The quality page: every chart is drawn, and a number opens the transactions it counts."""

from datetime import UTC, datetime

from playwright.sync_api import expect

from src.pipeline.feedback.feedback import Answer
from tests.browser.conftest import PHONE


def test_every_chart_is_drawn_and_a_mix_up_opens_its_transactions(open_page, known, server):
    rows = known(*({"description": "NIGHT CAB", "amount": "12.50", "date": "2026-03-02"} for _ in range(3)))
    assert rows[0].category == "transport"
    # In one batch: each by itself would predict the merchant's other rows again before they are answered.
    categories = ("travel", "travel", "transport")
    answers = [Answer(row.id, category) for row, category in zip(rows, categories, strict=True)]
    server.services.feedback.record_many(answers, at=datetime.now(UTC))
    page = open_page("/quality", size=PHONE)
    page.wait_for_selector("html[data-charts=drawn]")
    assert page.locator(".plot:has(.main-svg)").count() == page.locator("[data-plot]").count() >= 5
    page.get_by_role("link", name="2 predicted as Transport, changed to Travel").click()
    expect(page.locator("#total")).to_have_text("2 transactions match the filter")
    expect(page.get_by_label("Predicted as", exact=True)).to_have_value("transport")
