"""The quality page: every chart is drawn, and a number opens the transactions it counts."""

from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.browser.conftest import PHONE


def test_every_chart_is_drawn_and_a_mix_up_opens_its_transactions(open_page, known, server):
    rows = known(*({"description": "NIGHT CAB", "amount": "12.50", "date": "2026-03-02"} for _ in range(3)))
    assert rows[0].category == "transport"
    for row, said in zip(rows, ("travel", "travel", "transport"), strict=True):
        server.services.feedback.record(row.id, said, at=datetime.now(UTC))
    page = open_page("/quality", size=PHONE)
    page.wait_for_selector("html[data-charts=drawn]")
    assert page.locator(".plot:has(.main-svg)").count() == page.locator("[data-plot]").count() >= 5
    page.get_by_role("link", name="2 predicted as Transport, changed to Travel").click()
    expect(page.locator("#total")).to_have_text("2 transactions match the filter")
    expect(page.get_by_label("Predicted as")).to_have_value("transport")
