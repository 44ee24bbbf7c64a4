"""Select rows with the mouse and the keyboard, change them at once, split one."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE

ROWS = [
    {"description": f"NIGHT CAB {name}", "amount": "10", "date": f"2026-03-0{day}"}
    for day, name in enumerate("EDCBA", start=1)
]


def test_rows_are_selected_in_ranges_and_by_key_and_changed_at_once(open_page, known, server):
    rows = known(*ROWS)
    page = open_page("/history?q=cab")
    bar, count = page.locator("#bulk"), page.locator("[data-bulk-count]")
    expect(bar).to_be_hidden()
    page.get_by_label("Select NIGHT CAB B").check()
    page.get_by_label("Select NIGHT CAB D").click(modifiers=["Shift"])
    expect(count).to_have_text("3 transactions selected")
    page.get_by_role("link", name="NIGHT CAB A", exact=True).focus()
    page.keyboard.press("x")
    expect(count).to_have_text("4 transactions selected")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_label("Select NIGHT CAB B")).not_to_be_checked()
    page.keyboard.press("k")
    page.keyboard.press("x")
    page.keyboard.press("x")
    for _ in range(4):
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(count).to_have_text("5 transactions selected")
    expect(page.get_by_label("Select all on this page")).to_be_checked()
    page.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()

    page.get_by_label("Select all on this page").check()
    page.get_by_label("Select NIGHT CAB E").uncheck()
    page.get_by_text("Change them…").click()
    page.get_by_label("Category", exact=True).last.select_option("pets")
    page.get_by_role("button", name="Continue…").click()
    page.get_by_role("button", name="Change 4 transactions").click()
    expect(page.get_by_text("4 transactions changed.")).to_be_visible()
    assert "q=cab" in page.url
    stored = server.services.transactions.get_many([row.id for row in rows])
    assert [row.category for row in stored].count("pets") == 4
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone. 4 transactions restored.")).to_be_visible()


def test_cancel_restores_the_selection(open_page, known):
    known(*ROWS)
    page = open_page("/history?q=cab")
    page.get_by_label("Select NIGHT CAB B").check()
    page.get_by_label("Select NIGHT CAB D").check()
    page.get_by_text("Change them…").click()
    page.locator("#bulk-tags").fill("taxi")
    known({"description": "NIGHT CAB NEW", "amount": "10"})
    page.get_by_role("button", name="Continue…").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("[data-bulk-count]")).to_have_text("2 transactions selected")
    ticked = page.locator("#rows tr:has(input:checked) a.text")
    expect(ticked).to_have_text(["NIGHT CAB B", "NIGHT CAB D"])
    expect(page.locator("#bulk-tags")).to_have_value("taxi")
    page.reload()
    expect(page.locator("#bulk-tags")).to_have_value("")


def test_enter_in_a_field_never_asks_to_delete(open_page, known):
    known(*ROWS)
    page = open_page("/history?q=cab")
    page.get_by_label("Select NIGHT CAB B").check()
    page.get_by_text("Change them…").click()
    page.locator("#bulk-tags").fill("taxi")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Change 1 transaction")).to_be_visible()


def test_on_a_phone_the_bar_leaves_most_of_the_list_visible(open_page, known):
    known(*ROWS)
    page = open_page("/history", size=PHONE)
    page.get_by_label("Select NIGHT CAB B").check()
    page.get_by_text("Change them…").click()
    expect(page.get_by_role("button", name="Continue…")).to_be_in_viewport(ratio=1)
    assert page.locator("#bulk").bounding_box()["height"] < 0.45 * PHONE["height"]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_row_with_the_focus_is_not_behind_the_bar(open_page, known, size):
    known(*[{"description": f"CAB {letter * 4}", "amount": "10"} for letter in "ABCDEFGHIJKLMNOPQRSTUVWX"])
    page = open_page("/history", size=size)
    page.get_by_label("Select CAB").first.check()
    is_on_top = """() => {
        const { left, top, height } = document.activeElement.getBoundingClientRect();
        return document.activeElement.contains(document.elementFromPoint(left + 5, top + height / 2));
    }"""
    for _ in range(20):
        page.keyboard.press("j")
        assert page.evaluate(is_on_top)


def test_on_a_phone_a_row_shows_its_whole_text_and_what_was_saved(open_page, known):
    text = "TRANSFER TO THE SAVINGS ACCOUNT OF THE FAMILY"
    [row] = known({"description": text, "amount": "10", "mode": "bank transfer"})
    page = open_page("/history", size=PHONE)
    shown = page.locator(f"#row-{row.id}")
    shown.get_by_role("combobox").fill("pets")
    page.keyboard.press("Enter")
    expect(shown).to_contain_text("Saved as Pets.")
    is_whole = "link => link.scrollWidth <= link.clientWidth && link.scrollHeight <= link.clientHeight"
    assert shown.locator("a.text").evaluate(is_whole)
    cells = (
        "row => [...row.cells].every((cell) => getComputedStyle(cell).backgroundColor === 'rgba(0, 0, 0, 0)')"
    )
    assert shown.evaluate(cells)  # the row itself has the colour


@pytest.mark.parametrize(
    ("typed", "left"),
    [("60,70", "40.05"), ("1,000.75", "−900.00"), ("1.000,75", "−900.00"), ("60,5", "40.25")],
)
def test_what_is_left_reads_an_amount_as_the_server_does(open_page, known, typed, left):
    [row] = known({"description": "BIG STORE", "amount": "100.75"})
    page = open_page(f"/transactions/{row.id}")
    page.get_by_text("Split over categories").click()
    page.locator("[data-split-line]").nth(0).get_by_label("Amount").fill(typed)
    expect(page.locator("[data-split-left]")).to_have_text(left)


def test_the_split_form_shows_what_is_left_and_adds_lines(open_page, known, server):
    [row] = known({"description": "BIG STORE", "amount": "100.75"})
    page = open_page(f"/transactions/{row.id}")
    page.get_by_text("Split over categories").click()
    lines, left = page.locator("[data-split-line]"), page.locator("[data-split-left]")
    lines.nth(0).get_by_label("Amount").fill("60.70")
    expect(left).to_have_text("40.05")
    page.get_by_role("button", name="More lines").click()
    expect(lines).to_have_count(4)
    lines.nth(0).get_by_label("Category").select_option("groceries")
    lines.nth(3).get_by_label("Category").select_option("pets")
    page.get_by_role("button", name="Save the parts").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert [str(split.amount) for split in server.services.transactions.get(row.id).splits] == [
        "60.70",
        "40.05",
    ]


@pytest.mark.parametrize(
    ("theme", "size"),
    [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE)],
    ids=["light, desktop", "dark, desktop", "light, phone"],
)
def test_the_bar_the_page_that_asks_and_the_split_form_are_accessible(open_page, known, theme, size):
    row, *_ = known(*ROWS)
    page = open_page("/history", theme=theme, size=size)

    def check():
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    page.get_by_label("Select NIGHT CAB B").check()
    page.get_by_text("Change them…").click()
    check()
    page.get_by_label("Tags").fill("trip")
    page.get_by_role("button", name="Continue…").click()
    expect(page.get_by_role("heading", name="Change 1 transaction?")).to_be_visible()
    check()
    page.goto(f"/transactions/{row.id}")
    page.get_by_text("Split over categories").click()
    check()


def test_j_and_k_pass_the_open_form_of_a_row(open_page, known):
    known({"description": "NIGHT CAB", "amount": "12"}, {"description": "DAY CAB", "amount": "13"})
    page = open_page("/history")
    first, second = (page.locator("#rows .row a.text").nth(number) for number in (0, 1))
    page.locator("[data-row-edit]").first.click()
    expect(page.locator(".row-edit").get_by_label("Date")).to_be_focused()
    first.focus()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
