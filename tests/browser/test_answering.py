"""Add a transaction, see its prediction, correct it, see the correction, undo it."""

from playwright.sync_api import expect


def add(page, description, amount="4.20"):
    page.get_by_label("What does the statement say?").fill(description)
    page.get_by_label("Amount").fill(amount)
    page.get_by_role("button", name="Add and predict").click()
    expect(page.locator("#answer")).to_contain_text(description)


def choose(page, name):
    page.locator("#answer input[role=combobox]").fill(name)
    page.keyboard.press("Enter")


def test_a_correction_is_learned_decides_the_next_prediction_and_is_undone(open_page):
    page = open_page("/")
    add(page, "SQ *BLUE DOOR 0042")
    choose(page, "Pets")
    answer = page.locator("#answer")
    expect(answer).to_contain_text("Learned: the next BLUE DOOR will be Pets.")

    add(page, "SQ *BLUE DOOR 0107", "5.10")
    expect(answer.locator(".chip.large")).to_have_text("Pets")
    expect(answer).to_contain_text("by your earlier answer for this merchant")

    page.goto("/history?q=0042")
    page.locator("#rows a.text").click()
    choose(page, "Gifts and donations")
    expect(answer).to_contain_text("Gifts and donations")
    answer.get_by_role("button", name="Undo").click()
    expect(answer).to_contain_text("Undone. 2 transactions restored.")
    expect(answer.locator(".chip.large")).to_have_text("Pets")


def test_an_alternative_is_chosen_with_one_key(open_page, server):
    page = open_page("/")
    add(page, "ZQ KJH 17")
    second = page.locator("[data-key='2']")
    name = second.locator(".name").inner_text()
    page.locator("h1").click()
    page.keyboard.press("2")
    expect(page.locator("#answer")).to_contain_text("Learned: the next")
    expect(page.locator("#answer .chip.large")).to_have_text(name)


def test_enter_confirms_what_is_predicted(open_page, known, server):
    [first] = known({"description": "SQ *BLUE DOOR 0042", "amount": "4.20"})
    server.services.feedback.record(first.id, "pets", at=first.created_at)
    [second] = known({"description": "SQ *BLUE DOOR 0107", "amount": "5.10"})
    page = open_page(f"/?id={second.id}")
    page.locator("h1").click()
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text("confirmed by you")
    assert server.services.transactions.get(second.id).category == "pets"


def test_a_quiet_guess_is_shown_while_typing_and_nothing_is_kept(open_page, server):
    page = open_page("/")
    page.get_by_label("What does the statement say?").fill("NETFLIX.COM subscription")
    expect(page.locator("[data-guess] .chip, [data-guess]:has-text('Uncategorized')").first).to_be_visible()
    page.get_by_label("Amount").fill("9,9")
    page.get_by_label("Amount").fill("nine")
    expect(page.locator("[data-guess]")).to_be_empty()
    page.get_by_label("Amount").fill("9,99")
    expect(page.locator("[data-guess] .chip, [data-guess]:has-text('Uncategorized')").first).to_be_visible()
    assert server.services.transactions.count() == 0


def test_what_is_wrong_is_shown_at_its_field_without_leaving_the_page(open_page):
    page = open_page("/")
    page.get_by_label("What does the statement say?").fill("a cafe")
    page.get_by_label("Amount").fill("four")
    page.get_by_role("button", name="Add and predict").click()
    expect(page.locator("#amount-wrong")).to_contain_text("Amount must be a number above 0")
    expect(page.get_by_label("What does the statement say?")).to_have_value("a cafe")
    expect(page.get_by_label("Amount")).to_be_focused()
    page.watch.expect("422")


def test_all_of_one_merchant_are_set_at_once(open_page, known, server):
    rows = known(*[{"description": f"SQ *BLUE DOOR {number}", "amount": "5"} for number in range(3)])
    page = open_page(f"/?id={rows[0].id}")
    page.get_by_label("Also save it as my answer for 2 other unanswered transactions").check()
    choose(page, "Dining out")
    expect(page.locator("#answer")).to_contain_text("2 similar transactions set too.")
    assert {server.services.transactions.get(row.id).category for row in rows} == {"dining"}


def test_an_unreachable_server_is_reported_and_the_input_is_kept(open_page):
    page = open_page("/")
    page.context.set_offline(True)
    page.get_by_label("What does the statement say?").fill("a cafe")
    page.get_by_label("Amount").fill("4")
    page.get_by_role("button", name="Add and predict").click()
    expect(page.locator("#toasts")).to_contain_text("Ledgerloop did not answer; nothing was changed.")
    expect(page.get_by_label("What does the statement say?")).to_have_value("a cafe")
    page.watch.expect("ERR_INTERNET_DISCONNECTED")


def test_on_the_page_of_a_transaction_an_answer_is_saved_listed_and_undone(open_page, known, server):
    [row] = known({"description": "SQ *BLUE DOOR 0042", "amount": "4.20"})
    page = open_page(f"/transactions/{row.id}")
    choose(page, "mobile")
    expect(page.locator("#answer .chip.large")).to_have_text("Utilities and phone")
    expect(page.locator("#life")).to_contain_text("You answered")
    assert page.url.split("?")[0].endswith(f"/transactions/{row.id}")
    page.locator("#life").get_by_role("button", name="Undo").first.click()
    expect(page.locator("#life")).to_contain_text("You undid an answer")
    assert server.services.transactions.get(row.id).status.value == "predicted"
