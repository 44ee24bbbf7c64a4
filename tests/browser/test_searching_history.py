"""Filter the history, correct a row in its place, turn its pages."""

from urllib.request import urlopen

from playwright.sync_api import expect

from tests.browser.conftest import PHONE


def test_a_filter_narrows_the_list_and_its_csv(open_page, known, server):
    known(
        {"description": "NIGHT CAB", "amount": "12", "mode": "card", "date": "2026-03-01"},
        {"description": "CORNER STORE", "amount": "30", "mode": "UPI", "date": "2026-03-02"},
    )
    page = open_page("/history")
    page.get_by_text("More filters and order").click()
    page.locator(".search").get_by_label("Payment method").fill("UPI")
    page.get_by_label("Amount from").fill("20")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#total")).to_have_text("1 transaction matches the filter")
    expect(page.locator("#rows tr")).to_have_count(1)
    with urlopen(server.address + page.get_by_text("Backup (all details)").get_attribute("href")) as answer:
        csv = answer.read().decode()
    assert csv.count("CORNER STORE") == 1
    assert "NIGHT CAB" not in csv
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator("#rows tr")).to_have_count(2)


def test_a_category_is_corrected_in_its_row_and_undone_there(open_page, known, server):
    [row] = known({"description": "SQ *BLUE DOOR 0042", "amount": "4.20"})
    page = open_page("/history")
    page.get_by_label("Category of SQ *BLUE DOOR 0042").click()
    page.get_by_role("listbox").get_by_role("option", name="Pets").click()
    shown = page.locator(f"#row-{row.id}")
    expect(shown).to_contain_text("Learned: the next BLUE DOOR will be Pets.")
    expect(shown).to_contain_text("set by you")
    assert server.services.transactions.get(row.id).category == "pets"
    shown.get_by_role("button", name="Undo").click()
    expect(shown).not_to_contain_text("set by you")
    expect(shown.get_by_role("combobox")).to_be_focused()
    assert server.services.transactions.get(row.id).category == row.category


def test_an_amount_is_corrected_in_its_row(open_page, known, server):
    [row] = known({"description": "NIGHT CAB", "amount": "12"})
    page = open_page("/history?q=cab")
    page.get_by_role("link", name="Edit NIGHT CAB").click()
    expect(page.locator(".row-edit").get_by_label("Date")).to_be_focused()
    page.get_by_label("Amount in USD").fill("x")
    page.keyboard.press("Enter")
    expect(page.locator(".row-edit [aria-invalid=true]")).to_be_focused()
    page.watch.expect("422")
    page.get_by_label("Amount in USD").fill("21")
    page.locator(".row-edit").get_by_label("Your notes").fill("with tip")
    page.keyboard.press("Enter")
    shown = page.locator(f"#row-{row.id}")
    expect(shown).to_contain_text("$21.00")
    expect(shown).to_contain_text("with tip")
    expect(page.locator(".row-edit")).to_have_count(0)
    shown.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#row-{row.id}")).to_contain_text("$12.00")
    assert "q=cab" in page.url


def test_the_sums_above_the_list_follow_a_correction(open_page, known):
    known({"description": "NIGHT CAB", "amount": "12"}, {"description": "DAY CAB", "amount": "8"})
    page = open_page("/history?q=cab")
    expect(page.locator("#totals")).to_contain_text("$20.00")
    page.get_by_role("link", name="Edit NIGHT CAB").click()
    page.get_by_label("Amount in USD").fill("21")
    page.keyboard.press("Enter")
    expect(page.locator("#totals")).to_contain_text("$29.00")


def test_arrow_keys_in_a_row_send_nothing_before_enter(open_page, known, server):
    [row] = known({"description": "SQ *BLUE DOOR 0042", "amount": "4.20"})
    page = open_page("/history")
    page.get_by_label("Category of SQ *BLUE DOOR 0042").focus()
    for key in ("ArrowDown", "ArrowDown", "Escape", "ArrowDown", "ArrowDown", "Tab"):
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert server.services.transactions.get(row.id).status.value == "predicted"
    page.get_by_label("Category of SQ *BLUE DOOR 0042").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(f"#row-{row.id} .state.good")).to_be_visible()
    assert len(server.services.transactions.get(row.id).feedback) == 1


def test_the_merchants_other_rows_follow_an_answer_on_the_page(open_page, known):
    rows = known(*[{"description": f"SQ *BLUE DOOR {number}", "amount": "5"} for number in range(1001, 1004)])
    page = open_page("/history")
    page.locator(f"#row-{rows[0].id}").get_by_role("combobox").fill("pets")
    page.keyboard.press("Enter")
    expect(page.locator(f"#row-{rows[0].id}")).to_contain_text("Saved as Pets. 2 more updated.")
    for row in rows[1:]:
        expect(page.locator(f"#row-{row.id}").get_by_role("combobox")).to_have_value("Pets")
    page.keyboard.press("u")
    page.locator("h1").click()
    page.keyboard.press("u")
    expect(page.locator(f"#row-{rows[1].id}").get_by_role("combobox")).not_to_have_value("Pets")


def test_back_from_a_row_returns_to_its_page(open_page, known):
    known(*[{"description": f"SHOP {number}", "amount": "5"} for number in range(7)])
    page = open_page("/history?limit=3")
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".pager")).to_contain_text("4–6 of 7")
    texts = page.locator("#rows a.text").all_inner_texts()
    page.get_by_role("link", name=texts[1], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(texts[1])
    page.go_back()
    expect(page.locator("#rows a.text")).to_have_text(texts)
    page.get_by_role("link", name="Previous").click()
    expect(page.locator(".pager")).to_contain_text("1–3 of 7")


def test_on_a_phone_the_panel_is_closed_after_a_search_and_the_address_is_short(open_page, known):
    known({"description": "NIGHT CAB", "amount": "12"})
    page = open_page("/history", size=PHONE)
    page.get_by_label("Search words").fill("ab igh")
    page.keyboard.press("Enter")
    expect(page.locator("#rows tr")).to_have_count(1)
    assert page.url.endswith("/history?q=ab+igh")
    expect(page.get_by_label("Amount from")).to_be_hidden()
    expect(page.locator("#rows tr")).to_be_in_viewport()
