"""Makes the picture of the README: SCREENSHOT=1 python -m pytest tests/browser/test_screenshot.py"""

import os
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from src.config import ROOT
from src.domain.transactions import Transaction

SHOWN = [
    ("WHOLE MARKET 1123", "62.18", "card"),
    ("CITY POWER AND LIGHT", "88.40", "bank transfer"),
    ("NETFLIX.COM", "15.99", "card"),
    ("UBER *TRIP 7F2K", "18.75", "card"),
    ("SHELL OIL 57444 PORTLAND", "41.60", "card"),
    ("GREEN CROSS PHARMACY", "23.10", "card"),
]


@pytest.mark.skipif("SCREENSHOT" not in os.environ, reason="Set SCREENSHOT to write docs/screenshot.png.")
def test_the_picture_of_the_readme(newborn, open_page):
    """The starter, a few invented transactions, one of them answered."""
    transactions = [
        Transaction(text, Decimal(amount), "USD", date(2026, 3, day), mode=mode)
        for day, (text, amount, mode) in enumerate(SHOWN, start=1)
    ]
    at = datetime.now(UTC)
    rows = newborn.services.predictor.predict_and_keep(transactions, source="page", at=at)
    newborn.services.feedback.record(rows[0].id, "groceries", at=at)

    page = open_page(newborn.address, size={"width": 1200, "height": 1290}, device_scale_factor=1.5)
    page.get_by_label("What does the statement say?").fill("DOMINO'S 2231 PORTLAND")
    page.get_by_label("Amount").fill("24.90")
    page.get_by_label("Date").fill("2026-03-09")
    page.get_by_label("Payment method").fill("card")
    page.get_by_role("button", name="Add and predict").click()
    expect(page.locator("#answer .chip.large")).to_be_visible()
    page.locator("h1").click()
    page.screenshot(path=ROOT / "docs" / "screenshot.png")
