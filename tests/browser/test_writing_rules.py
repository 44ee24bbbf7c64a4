"""A rule is previewed while it is typed, and saved by Enter."""

from playwright.sync_api import expect


def test_a_rule_is_previewed_while_it_is_typed(open_page, known, server):
    known(*({"description": f"NIGHT CAB {day}", "amount": "10", "date": f"2026-03-0{day}"} for day in (1, 2)))
    page = open_page("/rules/new")
    preview, value = page.locator("#preview"), page.get_by_label("Value").first
    page.get_by_label("Field").first.select_option("description")
    page.get_by_label("Comparison").first.select_option("contains")
    value.fill("cab")
    expect(preview).to_contain_text("Matches 2 stored transactions: $20.00.")
    page.get_by_label("Field").nth(1).select_option("date")
    comparisons = page.get_by_label("Comparison").nth(1).locator("option:not([hidden])")
    expect(comparisons).to_have_text(["is", "is between"])
    page.get_by_label("Comparison").nth(1).select_option("between")
    page.get_by_label("From").fill("2026-03-02")
    expect(preview).to_contain_text("Matches 1 stored transaction: $10.00.")
    page.get_by_label("Category").select_option("transport")
    value.press("Enter")
    expect(page.get_by_text("Saved. It decides from the next prediction on.")).to_be_visible()
    [rule] = server.services.rules.all()
    assert (rule.category, len(rule.conditions)) == ("transport", 2)
