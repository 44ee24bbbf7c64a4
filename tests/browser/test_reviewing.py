"""The groups that wait for an answer, answered by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE

WORDS = ("ZQXV", "WVZZ", "XQQJ", "QJXZ", "VVXQ", "JZQW", "XWVJ", "QQZX")


def doubtful(*words):
    """Transactions no model can know, a group each; the largest first."""
    return [
        {"description": f"{word} KJHGQ", "amount": str(90 - 10 * number), "date": "2026-03-01"}
        for number, word in enumerate(words)
    ]


@pytest.fixture
def queue(known):
    return known(*doubtful(*WORDS[:3]))


@pytest.fixture
def group(known):
    """A group of three, and one of a single transaction."""
    return known(
        *[{"description": f"SQ *WVQZ JXKQ {number}", "amount": "50"} for number in range(1001, 1004)],
        {"description": "ZQXV KJHGQ", "amount": "8"},
    )


def counted(page):
    return page.locator("#review-count")


def test_keys_answer_move_on_and_undo(open_page, queue, server):
    page = open_page("/review?order=amount")
    items = page.locator("[data-item]")
    expect(counted(page)).to_have_text("3 groups, 3 transactions to review.")
    expect(items.first).to_have_class("card item group current")

    page.keyboard.press("2")
    expect(items.first).to_contain_text("1 saved as")
    expect(page.locator("#announce")).to_contain_text("1 saved as")
    expect(counted(page)).to_have_text("2 groups, 2 transactions to review.")
    expect(page.locator("#waiting-count")).to_contain_text("2")
    expect(items.nth(1)).to_have_class("card item group current")
    assert server.services.transactions.get(queue[0].id).status.value in ("corrected", "confirmed")

    page.keyboard.press("j")
    expect(items.nth(2)).to_have_class("card item group current")
    page.keyboard.press("k")
    expect(items.nth(1)).to_have_class("card item group current")
    page.keyboard.press("z")
    expect(counted(page)).to_have_text("3 groups, 3 transactions to review.")
    expect(items.first).to_have_class("card item group current")
    assert server.services.transactions.get(queue[0].id).needs_review


def test_undo_again_and_again_goes_back_from_the_newest_answer(open_page, queue, server):
    page = open_page("/review?order=amount")
    for left in ("2 groups", "1 group", "Nothing needs review."):
        page.keyboard.press("Enter")
        expect(counted(page)).to_contain_text(left)
    waits = [False] * 3
    for number in (2, 1, 0):
        page.keyboard.press("z")
        expect(page.locator("[data-answered]")).to_have_count(number)
        waits[number] = True
        assert [server.services.transactions.get(row.id).needs_review for row in queue] == waits


def test_one_key_answers_a_group_and_one_undoes_it(open_page, group, server):
    page = open_page("/review")
    expect(counted(page)).to_have_text("2 groups, 4 transactions to review.")
    page.keyboard.press("/")
    page.keyboard.type("pets")
    page.keyboard.press("Enter")
    expect(page.locator("[data-item]").first).to_contain_text("3 saved as Pets.")
    rows = server.services.transactions.get_many([row.id for row in group[:3]])
    assert [row.category for row in rows] == ["pets"] * 3
    page.keyboard.press("z")
    expect(counted(page)).to_have_text("2 groups, 4 transactions to review.")
    assert all(row.needs_review for row in server.services.transactions.get_many([row.id for row in group]))


def test_x_leaves_transactions_out_and_they_keep_waiting(open_page, group, server):
    page = open_page("/review")
    page.keyboard.press("x")
    boxes = page.locator("[data-row]")
    expect(boxes.first).to_be_focused()
    expect(boxes).to_have_count(3)
    page.keyboard.press("k")
    expect(boxes.last).to_be_focused()
    page.keyboard.press("j")
    expect(boxes.first).to_be_focused()
    page.keyboard.press("j")
    expect(boxes.nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(boxes.nth(1)).not_to_be_checked()
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("[data-item]").first).to_contain_text("2 saved as")
    expect(page.locator("[data-item]").first).to_contain_text("1 still waits.")
    waiting = [row.needs_review for row in server.services.transactions.get_many([row.id for row in group])]
    assert sorted(waiting) == [False, False, True, True]


def test_shift_and_x_leave_out_all_from_the_last_one(open_page, group):
    page = open_page("/review")
    boxes = page.locator("[data-row]")
    page.keyboard.press("x")
    expect(boxes.first).to_be_focused()
    for key in ("j", "X", "k", "k", "Shift+X"):  # without an earlier one, of one alone
        page.keyboard.press(key)
    expect(boxes.last).to_be_focused()
    assert [boxes.nth(number).is_checked() for number in range(3)] == [True, False, False]


def test_a_changed_scope_teaches_nothing(open_page, group, server):
    page = open_page("/review")
    page.keyboard.press("a")
    expect(page.locator("select[name=scope]").first).to_have_value("these")
    page.keyboard.press("1")
    expect(page.locator("[data-item]").first).to_contain_text("3 saved as")
    [event] = server.services.transactions.get(group[0].id).feedback
    assert event.source.value == "once"


def test_s_puts_a_group_off_and_z_brings_it_back(open_page, queue):
    page = open_page("/review?order=amount")
    page.keyboard.press("s")
    expect(page.locator("[data-item]").first).to_contain_text("Put off for a week.")
    expect(counted(page)).to_have_text("2 groups, 2 transactions to review. 1 group put off.")
    expect(page.locator("[data-item]").nth(1)).to_have_class("card item group current")
    page.keyboard.press("z")
    expect(counted(page)).to_have_text("3 groups, 3 transactions to review.")


def test_the_question_mark_lists_the_keys(open_page, queue):
    page = open_page("/review")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("skip the group for a week")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_next_groups_load_by_themselves_and_take_the_keys(open_page, known):
    letters = "bcdfghjklmnpqrstvwxz"
    words = [f"{first}{second}{first}qx" for first in letters[:6] for second in letters[:3]]
    known(*[{"description": word.upper(), "amount": "8"} for word in words])
    page = open_page("/review")
    for left in range(len(words) - 1, -1, -1):
        expect(page.locator(".item.current:not(.answered)")).to_be_visible()  # the next page takes a moment
        page.keyboard.press("Enter")
        expect(counted(page)).to_contain_text(f"{left} group" if left else "Nothing needs")
    expect(page.get_by_role("heading", name="Review", exact=True)).to_be_visible()


def test_any_other_category_is_chosen_from_the_list(open_page, queue, server):
    page = open_page("/review?order=amount")
    item = page.locator("[data-item]").first
    item.get_by_label("Another category").click()
    page.get_by_role("option", name="Pets").click()
    expect(item).to_contain_text("1 saved as Pets.")
    assert server.services.transactions.get(queue[0].id).category == "pets"


def top_of_current(page):
    """Where the current card begins, as a share of the window's height."""
    page.wait_for_function("document.querySelectorAll('.item.current').length === 1")
    return page.evaluate("document.querySelector('.item.current').getBoundingClientRect().top / innerHeight")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_current_card_is_in_the_upper_third_and_nothing_covers_it(open_page, known, size):
    known(*doubtful(*WORDS))
    page = open_page("/review", size=size)
    for key in ("j", "j", "j", "k", "2", "Enter", "j", "j"):
        page.keyboard.press(key)
        if key in ("2", "Enter"):
            expect(page.locator("[data-answered]")).to_have_count({"2": 1, "Enter": 2}[key])
        assert 0 <= top_of_current(page) <= 1 / 3
    assert page.locator("#toasts").inner_text() == ""
    covered = """() => [...document.querySelectorAll('.item.current .option')].some((option) => {
        const { left, top, width, height } = option.getBoundingClientRect();
        return width && !option.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    })"""
    assert page.evaluate(covered) is False


def test_on_a_phone_the_date_of_a_listed_transaction_is_one_line_and_its_text_has_room(open_page, known):
    text = "WVQZ JXKQ WVQZ JXKQ MUENCHEN//MUENCHEN/DE"
    known(*[{"description": f"{text} {number}", "amount": "50"} for number in range(1001, 1004)])
    page = open_page("/review", size=PHONE)
    page.get_by_text("Show the 3 transactions, or exclude some").click()
    row = page.locator(".rows-of-group label").first
    assert row.locator(".num").bounding_box()["height"] < 30
    assert row.locator("bdi").bounding_box()["width"] > PHONE["width"] / 3


def test_a_list_that_is_only_passed_through_changes_nothing(open_page, queue, server):
    page = open_page("/review")
    first = page.locator("[data-item]").first
    for leave in ("Escape", "Tab"):
        page.locator("h1").click()
        page.keyboard.press("/")
        page.keyboard.type("phone")
        expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text("Utilities and phone")
        page.keyboard.press("ArrowDown")
        page.keyboard.press(leave)
        expect(page.get_by_role("listbox")).to_be_hidden()
        expect(first.get_by_label("Another category")).to_have_value("")
    page.keyboard.press("Tab")
    page.wait_for_timeout(200)
    assert all(not row.feedback for row in server.services.transactions.get_many([row.id for row in queue]))


def test_a_category_is_found_by_any_part_or_by_a_synonym(open_page, queue):
    page = open_page("/review")
    field = page.locator("[data-item]").first.get_by_label("Another category")
    for typed, name in (
        ("phone", "Utilities and phone"),
        ("mobile", "Utilities and phone"),
        ("sport", "Entertainment"),
        ("vet", "Pets"),
    ):
        field.fill(typed)
        expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text(name)
        expect(page.get_by_role("listbox").get_by_role("option").first).to_have_attribute(
            "aria-selected", "true"
        )
    page.keyboard.press("Enter")
    expect(page.locator("[data-item]").first).to_contain_text("saved as Pets.")


def test_a_category_is_created_in_the_list_but_never_by_a_slip(open_page, queue, server):
    page = open_page("/review?order=amount")
    item = page.locator("[data-item]").first
    item.get_by_label("Another category").fill("Beekeeping")
    page.keyboard.press("Enter")  # nothing is chosen yet
    page.wait_for_timeout(200)
    assert "beekeeping" not in server.services.categories.slugs()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(item).to_contain_text("saved as Beekeeping.")
    assert server.services.transactions.get(queue[0].id).category == "beekeeping"
    page.locator("[data-item]").nth(1).get_by_label("Another category").fill("bee")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text("Beekeeping")
