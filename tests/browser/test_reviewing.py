"""The queue of doubtful transactions, worked off by keyboard."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def queue(known):
    """Three transactions no model can know; the oldest first."""
    return known(
        *[
            {"description": f"{word} KJHGQ", "amount": "8", "date": f"2026-03-0{day}"}
            for day, word in enumerate(("ZQXV", "WVZZ", "XQQJ"), start=1)
        ]
    )


def test_keys_answer_move_on_and_take_back(open_page, queue, server):
    page = open_page("/feedback")
    items = page.locator("[data-item]")
    expect(page.locator("#queue-count")).to_contain_text("3 transactions wait")
    expect(items.first).to_have_class("card item current")

    page.keyboard.press("2")
    expect(page.locator("#toasts")).to_contain_text("Learned: the next")
    expect(page.locator("#queue-count")).to_contain_text("2 transactions wait")
    expect(page.locator("#waiting-count")).to_contain_text("2")
    expect(items.nth(1)).to_have_class("card item current")
    assert server.services.transactions.get(queue[0].id).status.value in ("corrected", "confirmed")

    page.keyboard.press("j")
    expect(items.nth(2)).to_have_class("card item current")
    page.keyboard.press("k")
    expect(items.nth(1)).to_have_class("card item current")
    page.keyboard.press("u")
    expect(page.locator("#queue-count")).to_contain_text("3 transactions wait")
    expect(items.first).to_have_class("card item current")
    assert server.services.transactions.get(queue[0].id).needs_review


def test_enter_takes_the_first_and_the_last_answer_empties_the_queue(open_page, queue):
    page = open_page("/feedback")
    for left in ("2 transactions wait", "1 transaction waits", "Nothing waits for your answer."):
        page.keyboard.press("Enter")
        expect(page.locator("#queue-count")).to_contain_text(left)
    expect(page.locator("[data-answered]")).to_have_count(3)


def test_any_other_category_is_chosen_from_the_list(open_page, queue, server):
    page = open_page("/feedback")
    page.locator("[data-item]").first.click()
    page.locator("[data-item]").first.get_by_label("Another category").select_option("pets")
    page.keyboard.press("Tab")
    expect(page.locator("#toasts")).to_contain_text("will be Pets.")
    assert server.services.transactions.get(queue[0].id).category == "pets"
