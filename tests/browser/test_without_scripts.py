"""Everything works in a browser that runs no scripts."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def plain(open_page):
    return open_page("/", java_script_enabled=False)


def test_the_loop_is_whole_without_scripts(plain):
    def add(description):
        plain.goto("/")
        plain.get_by_label("What does the statement say?").fill(description)
        plain.get_by_label("Amount").fill("4.20")
        plain.get_by_role("button", name="Add and predict").click()

    add("SQ *BLUE DOOR 0042")
    plain.get_by_label(re.compile("Another category")).select_option("pets")
    plain.get_by_role("button", name="Set").click()
    expect(plain.locator("#answer")).to_contain_text("Learned: the next BLUE DOOR will be Pets.")
    add("SQ *BLUE DOOR 0107")
    expect(plain.locator("#answer .chip.large")).to_have_text("Pets")
    plain.go_back()
    plain.go_back()
    plain.reload()
    plain.get_by_role("button", name="Undo").click()
    expect(plain.locator("#answer")).to_contain_text("Undone.")


def test_a_row_of_the_history_is_corrected_without_scripts(plain, known):
    [row] = known({"description": "NIGHT CAB", "amount": "12"})
    plain.goto("/history?q=cab")
    plain.get_by_label("Category of NIGHT CAB").select_option("pets")
    plain.get_by_role("button", name="Set").click()
    expect(plain.locator("#list")).to_contain_text("Learned: the next NIGHT CAB will be Pets.")
    assert "q=cab" in plain.url
    expect(plain.locator(f"#row-{row.id}")).to_contain_text("set by you")


def test_rows_are_changed_at_once_without_scripts(plain, known, server):
    row, other = known(
        {"description": "NIGHT CAB", "amount": "12"}, {"description": "DAY CAB", "amount": "9"}
    )
    plain.goto("/history")
    expect(plain.locator("#bulk")).to_have_css("position", "static")  # it covers no row
    plain.get_by_label("Select NIGHT CAB").check()
    plain.get_by_text("Change them…").click()
    plain.get_by_label("Your notes").last.fill("late")
    plain.get_by_role("button", name="Continue…").click()
    plain.get_by_role("button", name="Change 1 transaction").click()
    expect(plain.locator("#list")).to_contain_text("1 transaction changed.")
    stored = server.services.transactions.get_many([row.id, other.id])
    assert [shown.transaction.notes for shown in stored] == ["late", None]


def test_a_transaction_is_split_without_scripts(plain, known, server):
    [row] = known({"description": "BIG STORE", "amount": "100.75"})
    plain.goto(f"/transactions/{row.id}")
    plain.get_by_text("Split over categories").click()
    plain.get_by_role("button", name="More lines").click()
    for number, category in enumerate(("groceries", "pets")):
        plain.locator("[name=part_category]").nth(number).select_option(category)
    plain.locator("[name=part_amount]").first.fill("60.75")
    plain.get_by_role("button", name="Save the parts").click()
    expect(plain.get_by_text("Saved.")).to_be_visible()
    assert [str(split.amount) for split in server.services.transactions.get(row.id).splits] == [
        "60.75",
        "40.00",
    ]


def test_the_queue_is_answered_without_scripts(plain, known):
    known({"description": "ZQXV KJHGQ", "amount": "8"})
    plain.goto("/review")
    plain.locator(".option").first.click()
    expect(plain.get_by_role("heading", name="All reviewed")).to_be_visible()


def test_the_numbers_of_the_charts_are_read_without_scripts(plain, known):
    known({"description": "NIGHT CAB", "amount": "12.50", "mode": "card"})
    plain.goto("/analytics?currency=USD")
    expect(plain.locator(".plot").first).to_be_hidden()
    expect(plain.locator("#by-month table")).to_be_visible()
    expect(plain.locator("#by-month table")).to_contain_text("12.50")


def test_the_models_page_reloads_itself_while_a_run_is_under_way(plain, server):
    plain.goto("/models")
    plain.get_by_role("button", name="Train now").click()
    expect(plain.get_by_role("heading", name="Training is running")).to_be_visible()
    assert 'http-equiv="refresh"' in plain.content()


def test_a_transaction_is_edited_deleted_and_restored_without_scripts(plain, known, server):
    [row] = known({"description": "NIGHT CAB", "amount": "12"})
    plain.goto("/history")
    plain.get_by_role("link", name="NIGHT CAB", exact=True).first.click()
    plain.locator("#edit").get_by_label("Amount").fill("13.50")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("main")).to_contain_text("Amount: $12.00 → $13.50")
    plain.locator("#answer select").select_option("pets")
    plain.get_by_role("button", name="Set").click()
    expect(plain.locator("#answer")).to_contain_text("Learned: the next NIGHT CAB will be Pets.")
    plain.get_by_text("Delete this transaction").click()
    plain.get_by_role("button", name="Delete").click()
    expect(plain.locator("#list")).to_contain_text("Deleted.")
    plain.get_by_role("button", name="Undo").click()
    plain.goto("/acts")
    expect(plain.locator("main")).to_contain_text("You answered Pets")
    assert server.services.transactions.get(row.id).category == "pets"


def test_a_suggested_transfer_is_paired_and_unpaired_without_scripts(plain, known, server):
    rows = known(
        {"description": "TRANSFER TO POT", "amount": "500", "account": "Main"},
        {"description": "TRANSFER FROM MAIN", "amount": "500", "account": "Pot", "direction": "income"},
        {"description": "J DOE", "amount": "500", "account": "Pot", "direction": "income"},
    )
    server.services.link_matching.maintain()
    plain.goto("/history")
    plain.get_by_role("link", name="Transfers").click()
    plain.get_by_role("button", name="Pair: TRANSFER TO POT and TRANSFER FROM MAIN").click()
    expect(plain.locator("main")).to_contain_text("Paired: neither counts as spending or income.")
    assert server.services.transactions.get(rows[0].id).transfer
    plain.get_by_role("button", name="Unpair").click()
    expect(plain.locator("main")).to_contain_text("These two are not paired")
    plain.get_by_role("button", name="Undo").click()
    assert server.services.transactions.get(rows[0].id).transfer


def test_an_account_is_added_merged_and_restored_without_scripts(plain, known, server):
    [row] = known({"description": "NIGHT CAB", "amount": "12", "account": "Giro"})
    plain.goto("/settings/accounts")
    plain.get_by_label("Name").fill("Everyday")
    plain.get_by_label("Opening balance").fill("100")
    plain.get_by_role("button", name="Add account").click()
    plain.get_by_role("link", name="Giro").click()
    plain.get_by_label("Move to").select_option("Everyday")
    plain.get_by_role("button", name="Move and delete").click()
    expect(plain.get_by_role("row", name="Everyday")).to_contain_text("$88.00")
    plain.get_by_role("button", name="Undo").click()
    expect(plain.get_by_role("row", name="Giro")).to_contain_text("$12.00")
    plain.get_by_role("row", name="Giro").get_by_role("link", name="1 transaction").click()
    plain.get_by_role("link", name="NIGHT CAB", exact=True).first.click()
    plain.get_by_label("Account", exact=True).fill("everyday")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("main")).to_contain_text("Giro → Everyday")
    assert server.services.transactions.get(row.id).transaction.account == "Everyday"
