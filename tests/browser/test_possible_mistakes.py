"""Possible mistakes and the random checks, as a visitor with a keyboard or a phone meets them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from bson import ObjectId
from playwright.sync_api import expect

from src.components.dataset.possible_mistakes import CategoryRelabels, LabelConflicts
from src.domain.transactions import PossibleMistake
from src.pipeline.feedback.label_review import to_learn_from
from tests.browser.conftest import DESKTOP, PHONE

NOW = datetime.now(UTC)


@pytest.fixture
def asked(known, server):
    """Two slips among the answers for one merchant, a random check, and a row that waits."""
    services = server.services
    rows = known(
        *[
            {"description": f"SQ *BLUE DOOR {4000 + day}", "amount": "4.20", "date": f"2026-02-{day:02}"}
            for day in range(1, 13)
        ]
    )
    stored = services.database.collection("transactions")
    stored.update_many({}, {"$set": {"holdout": False}})
    for number, row in enumerate(rows):
        category = {3: "pets", 7: "groceries"}.get(number, "dining")
        services.feedback.record(row.id, category, at=NOW + timedelta(minutes=number))
    to_learn_from(
        services.transactions, LabelConflicts(), CategoryRelabels(), services.possible_mistakes, at=NOW
    )
    for _ in range(3):
        [cab] = known({"description": "NIGHT CAB", "amount": "12"})
        services.feedback.record(cab.id, "transport", at=NOW)
    check, waiting = known(
        {"description": "NIGHT CAB", "amount": "12"}, {"description": "ZQXV KJHGQ", "amount": "8"}
    )
    assert not check.needs_review
    stored.update_one({"_id": ObjectId(check.id)}, {"$set": {"audit": True}})
    return {"pets": rows[3].id, "groceries": rows[7].id, "check": check.id, "waiting": waiting.id}


def test_both_answers_are_given_by_key_and_undone(open_page, asked, server):
    page = open_page("/review/mistakes")
    expect(page.locator(f"#item-{asked['groceries']}")).to_have_class("card item current")
    page.keyboard.press("2")
    expect(page.locator(f"#item-{asked['groceries']}")).to_contain_text("will be Dining out")
    expect(page.locator(f"#item-{asked['pets']}")).to_have_class("card item current")
    page.locator(f"#item-{asked['groceries']}").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#item-{asked['groceries']}")).to_contain_text("Change to Dining out")
    assert server.services.transactions.get(asked["groceries"]).category == "groceries"
    page.locator(f"#item-{asked['pets']}").get_by_text("Correct: Pets").click()
    expect(page.locator(f"#item-{asked['pets']}")).to_contain_text("Confirmed.")
    page.reload()
    expect(page.locator(f"#item-{asked['pets']}")).to_have_count(0)
    assert server.services.transactions.get(asked["pets"]).category == "pets"


def test_a_spot_check_is_answered_like_any_other(open_page, asked, server):
    page = open_page("/review/checks")
    page.locator(f"#item-{asked['check']}").locator(".option").first.click()
    expect(page.locator(f"#item-{asked['check']}")).to_contain_text("Learned")
    assert server.services.transactions.get(asked["check"]).status.value == "confirmed"


@pytest.mark.parametrize("path", ["/review", "/review/mistakes", "/review/checks"])
@pytest.mark.parametrize(
    ("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light, desktop", "dark, phone"]
)
def test_every_part_of_the_review_is_accessible(open_page, asked, path, theme, size):
    page = open_page(path, theme=theme, size=size)
    expect(page.locator("[data-item]").first).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_whole_category_is_asked_about_in_one_note(open_page, known, server):
    rows = known(
        *[{"description": text, "amount": "9"} for text in ("TACO GARDEN", "NOODLE BAR", "PIZZA ORBIT")]
    )
    for row in rows:
        server.services.feedback.record(row.id, "groceries", at=NOW)
    mistakes = [PossibleMistake(row.id, "groceries", "dining", 3, NOW, whole_category=True) for row in rows]
    at = server.services.transactions.get(rows[0].id).feedback[-1].at
    server.services.possible_mistakes.replace(
        [replace(mistake, labelled_at=at) for mistake in mistakes], at=NOW
    )
    page = open_page("/review/mistakes", size=PHONE)
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="Change all back to Dining out").click()
    expect(page.locator("main")).to_contain_text("3 answers changed back.")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Yes, it is intended").click()
    expect(page.locator("main")).to_contain_text("Confirmed.")
    assert server.services.transactions.get(rows[0].id).category == "groceries"
