"""The queue of doubtful transactions, answered by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE


@pytest.fixture
def queue(known):
    """Three transactions no model can know; the oldest first."""
    return known(
        *[
            {"description": f"{word} KJHGQ", "amount": "8", "date": f"2026-03-0{day}"}
            for day, word in enumerate(("ZQXV", "WVZZ", "XQQJ"), start=1)
        ]
    )


def test_keys_answer_move_on_and_undo(open_page, queue, server):
    page = open_page("/feedback")
    items = page.locator("[data-item]")
    expect(page.locator("#queue-count")).to_contain_text("3 transactions need review")
    expect(items.first).to_have_class("card item current")

    page.keyboard.press("2")
    expect(items.first).to_contain_text("Saved as")
    expect(items.first).to_contain_text("Learned: the next")
    expect(page.locator("#announce")).to_contain_text("Learned: the next")
    expect(page.locator("#queue-count")).to_contain_text("2 transactions need review")
    expect(page.locator("#waiting-count")).to_contain_text("2")
    expect(items.nth(1)).to_have_class("card item current")
    assert server.services.transactions.get(queue[0].id).status.value in ("corrected", "confirmed")

    page.keyboard.press("j")
    expect(items.nth(2)).to_have_class("card item current")
    page.keyboard.press("k")
    expect(items.nth(1)).to_have_class("card item current")
    page.keyboard.press("u")
    expect(page.locator("#queue-count")).to_contain_text("3 transactions need review")
    expect(items.first).to_have_class("card item current")
    assert server.services.transactions.get(queue[0].id).needs_review


def test_undo_again_and_again_goes_back_from_the_newest_answer(open_page, queue, server):
    page = open_page("/feedback")
    for left in ("2 transactions need review", "1 transaction needs review", "Nothing needs review."):
        page.keyboard.press("Enter")
        expect(page.locator("#queue-count")).to_contain_text(left)
    waits = [False] * 3
    for number in (2, 1, 0):
        page.keyboard.press("u")
        expect(page.locator("[data-answered]")).to_have_count(number)
        waits[number] = True
        assert [server.services.transactions.get(row.id).needs_review for row in queue] == waits


def test_enter_takes_the_first_and_the_last_answer_empties_the_queue(open_page, queue):
    page = open_page("/feedback")
    for left in ("2 transactions need review", "1 transaction needs review", "Nothing needs review."):
        page.keyboard.press("Enter")
        expect(page.locator("#queue-count")).to_contain_text(left)
    expect(page.locator("[data-answered]")).to_have_count(3)


def test_after_the_last_card_of_a_page_the_next_ones_load_and_take_the_keys(open_page, known):
    letters = "bcdfghjklmnpqrstvwxz"
    words = [f"{first}{second}{first}qx" for first in letters[:9] for second in letters[:3]]
    known(*[{"description": word.upper(), "amount": "8"} for word in words])
    page = open_page("/feedback")
    for left in range(len(words) - 1, -1, -1):
        expect(page.locator(".item.current:not(.answered)")).to_be_visible()  # the next page takes a moment
        page.keyboard.press("Enter")
        expect(page.locator("#queue-count")).to_contain_text(
            f"{left} transaction" if left else "Nothing needs"
        )
    expect(page.get_by_role("heading", name="Review")).to_be_visible()


def test_j_at_the_end_loads_more(open_page, known):
    letters = "bcdfghjklmnpqrstvwxz"
    known(*[{"description": f"{a}{b}{a}QX".upper(), "amount": "8"} for a in letters[:9] for b in letters[:3]])
    page = open_page("/feedback")
    for _ in range(25):
        page.keyboard.press("j")
    expect(page.locator("[data-item]")).to_have_count(27)
    expect(page.locator("[data-item]").nth(25)).to_have_class("card item current")


def test_the_search_has_a_key_on_every_page(open_page, queue):
    page = open_page("/feedback")
    page.keyboard.press("/")
    expect(page.get_by_label("Search words")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.get_by_label("Search words")).to_be_focused()
    expect(page.get_by_label("Search words")).to_have_value("")


def test_a_list_opened_by_key_is_used_with_enter_alone(open_page, queue):
    page = open_page("/feedback")
    page.keyboard.press("c")
    name = page.get_by_role("option").first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("[data-item]").first).to_contain_text(f"Saved as {name}.")


def test_a_card_names_its_account(open_page, known):
    known({"description": "ZQXV KJHGQ", "amount": "8", "account": "Joint"})
    expect(open_page("/feedback").locator("[data-item]")).to_contain_text("· Joint")


def test_any_other_category_is_chosen_from_the_list(open_page, queue, server):
    page = open_page("/feedback")
    item = page.locator("[data-item]").first
    item.get_by_label("Another category").click()
    page.get_by_role("option", name="Pets").click()
    expect(item).to_contain_text("will be Pets.")
    assert server.services.transactions.get(queue[0].id).category == "pets"


def top_of_current(page):
    """Where the current card begins, as a share of the window's height."""
    page.wait_for_function("document.querySelectorAll('.item.current').length === 1")
    return page.evaluate("document.querySelector('.item.current').getBoundingClientRect().top / innerHeight")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_current_card_is_in_the_upper_third_and_nothing_covers_it(open_page, known, size):
    known(
        *[
            {"description": f"{word} KJHGQ", "amount": "8", "date": f"2026-03-{day:02}"}
            for day, word in enumerate(
                ["ZQXV", "WVZZ", "XQQJ", "QJXZ", "VVXQ", "JZQW", "XWVJ", "QQZX"], start=1
            )
        ]
    )
    page = open_page("/feedback", size=size)
    for key in ("j", "j", "j", "k", "2", "Enter", "j", "j"):
        page.keyboard.press(key)
        if key in ("2", "Enter"):
            expect(page.locator("[data-answered]")).to_have_count({"2": 1, "Enter": 2}[key])
        assert 0 <= top_of_current(page) <= 1 / 3
    assert page.locator("#toasts").inner_text() == ""
    covered = """() => [...document.querySelectorAll('.item.current .option')].some((option) => {
        const { left, top, width, height } = option.getBoundingClientRect();
        return !option.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    })"""
    assert page.evaluate(covered) is False


def test_an_answer_removes_the_merchants_other_cards_and_undo_restores_them(open_page, known, server):
    rows = known(
        *[{"description": f"SQ *WVQZ JXKQ {number}", "amount": "5"} for number in range(1001, 1004)],
        {"description": "ZQXV KJHGQ", "amount": "8"},
    )
    page = open_page("/feedback")
    visible = page.locator("[data-item]:visible")
    expect(visible).to_have_count(4)
    first = page.locator(f"#item-{rows[0].id}")
    first.get_by_label("Another category").fill("pets")
    page.keyboard.press("Enter")
    expect(first).to_contain_text("Saved as Pets. 2 more updated.")
    expect(visible).to_have_count(2)
    expect(page.locator(f"#item-{rows[3].id}")).to_have_class("card item current")
    assert not server.services.transactions.get(rows[1].id).needs_review
    page.keyboard.press("u")
    expect(visible).to_have_count(4)
    expect(page.locator("#queue-count")).to_contain_text("4 transactions need review")
    assert server.services.transactions.get(rows[1].id).needs_review


def test_a_list_that_is_only_passed_through_changes_nothing(open_page, queue, server):
    page = open_page("/feedback")
    first = page.locator("[data-item]").first
    for leave in ("Escape", "Tab"):
        page.locator("h1").click()
        page.keyboard.press("c")
        page.keyboard.type("phone")
        expect(page.get_by_role("option").first).to_have_text("Utilities and phone")
        page.keyboard.press("ArrowDown")
        page.keyboard.press(leave)
        expect(page.get_by_role("listbox")).to_be_hidden()
        expect(first.get_by_label("Another category")).to_have_value("")
    page.keyboard.press("Tab")
    page.wait_for_timeout(200)
    assert all(not row.feedback for row in server.services.transactions.get_many([row.id for row in queue]))


def test_a_category_is_found_by_any_part_or_by_a_synonym(open_page, queue, server):
    page = open_page("/feedback")
    field = page.locator("[data-item]").first.get_by_label("Another category")
    for typed, name in (("phone", "Utilities and phone"), ("mobile", "Utilities and phone"), ("vet", "Pets")):
        field.fill(typed)
        expect(page.get_by_role("option").first).to_have_text(name)
        expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("[data-item]").first).to_contain_text("Saved as Pets.")


def test_a_category_is_created_in_the_list_but_never_by_a_slip(open_page, queue, server):
    page = open_page("/feedback")
    item = page.locator("[data-item]").first
    item.get_by_label("Another category").fill("Beekeeping")
    page.keyboard.press("Enter")  # nothing is chosen yet
    page.wait_for_timeout(200)
    assert "beekeeping" not in server.services.categories.slugs()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(item).to_contain_text("Saved as Beekeeping.")
    assert server.services.transactions.get(queue[0].id).category == "beekeeping"
    page.locator("[data-item]").nth(1).get_by_label("Another category").fill("bee")
    expect(page.get_by_role("option").first).to_have_text("Beekeeping")
