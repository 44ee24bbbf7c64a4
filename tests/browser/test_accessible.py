"""axe-core finds nothing in either theme, nothing scrolls sideways on a phone, the keyboard finds its way."""

from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from src.domain.budgets import Budget
from src.domain.feed import EntryKind, NewEntry
from src.domain.rules import Condition, Field, Match, Operator, Rule
from src.domain.training_runs import Trigger
from tests.browser.conftest import DESKTOP, PHONE

PAGES = (
    "/",
    "/?id={id}",
    "/transactions/{id}",
    "/acts",
    "/transfers",
    "/transactions/{id}/link",
    "/review",
    "/review?skipped=true",
    "/review/mistakes",
    "/review/checks",
    "/history",
    "/history?q=cab&sort=amount",
    "/summary",
    "/analytics",
    "/analytics/insights",
    "/insight/recurring",
    "/insight/forecast",
    "/budgets",
    "/insight/limits",
    "/insight/unusual",
    "/insight/feed",
    "/quality",
    "/models",
    "/categories",
    "/categories/dining",
    "/settings",
    "/settings/accounts",
    "/settings/accounts/{account}",
    "/merchants",
    "/merchants/{merchant}",
    "/merchant-variants",
    "/learned",
    "/rules",
    "/rules/new?transaction={id}",
    "/rules/{rule}",
    "/models/2/promote",
    "/models/runs/{run}",
)
LONG = "A STATEMENT TEXT OF MANY WORDS WITHOUT-A-PLACE-TO-BREAK-IT-INTO-LINES-000000000000000000 REF"


@pytest.fixture
def filled(known, server):
    rows = known(
        {"description": LONG, "amount": "1234567.89", "mode": "bank transfer", "subcategory": "a note"},
        {"description": "NIGHT CAB", "amount": "12.50", "mode": "card", "account": LONG[:100]},
        {"description": "ZQXV KJHGQ", "amount": "8"},
        {"subcategory": "milk", "amount": "60", "currency": "INR"},
    )
    server.services.feedback.record(rows[1].id, "transport", at=datetime.now(UTC))
    known(
        {"description": "TRANSFER TO POT", "amount": "500", "account": "Main"},
        {"description": "J DOE", "amount": "500", "account": "Pot", "direction": "income"},
        {"description": LONG, "amount": "99", "direction": "income"},
    )
    bill = {"description": f"{LONG} BILL", "currency": "INR", "mode": "card"}
    known(*({**bill, "amount": f"{9999 + month}.50", "date": f"2026-0{month}-28"} for month in range(1, 8)))
    server.services.link_matching.maintain()
    values = {"name": LONG, "merchant": LONG, "currency": "USD", "old": "1", "new": "2"}
    alarm = NewEntry(EntryKind.RECURRING, "alarm", date(2026, 7, 28), "price-change", values)
    server.services.feed_entries.add([alarm], [], at=datetime.now(UTC))
    server.services.settings_editor.change({"feed_atom": True}, at=datetime.now(UTC))
    budget = Budget("INR", (("2026-01", Decimal(9000)),), "groceries")
    server.services.budget_editor.change(lambda _: [budget], at=datetime.now(UTC))
    run = server.services.runs.request(trigger=Trigger.MANUAL, reason="by hand", at=datetime.now(UTC))
    account = server.services.accounts.by_name(rows[1].transaction.account)
    condition = Condition(Field.DESCRIPTION, Operator.CONTAINS, LONG[:60])
    rules = [Rule("", LONG[:100], Match.ALL, (condition,), category) for category in ("travel", "health")]
    rule, _ = [server.services.rule_editor.add(one, at=datetime.now(UTC))[0] for one in rules]
    return {
        "id": rows[0].id,
        "run": run.id,
        "account": account.id,
        "rule": rule.id,
        "merchant": quote(rows[1].transaction.merchant),
    }


@pytest.mark.parametrize(
    ("theme", "size"),
    [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE)],
    ids=["light, desktop", "dark, desktop", "light, phone"],
)
def test_every_page_is_accessible_and_fits_the_window(open_page, filled, theme, size):
    page = open_page("/", theme=theme, size=size)
    for path in PAGES:
        page.goto(path.format(**filled))
        if path in ("/analytics", "/quality"):
            page.wait_for_selector("html[data-charts=drawn]")
        violations = Axe().run(page).response["violations"]
        assert [(path, violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), path


@pytest.mark.parametrize("width", [320, 360, 390])
def test_the_names_in_the_bottom_bar_do_not_touch(open_page, width):
    page = open_page("/history", size={**PHONE, "width": width})
    spans = page.locator(".nav a").evaluate_all(
        """links => links.map((link) => {
            const range = document.createRange();
            range.selectNode([...link.childNodes].find((node) => node.textContent.trim()));
            const { left, right } = range.getBoundingClientRect();
            return [left, right];
        })"""
    )
    edges = [0, *[edge for span in spans for edge in span], width]
    gaps = [end - start for start, end in zip(edges[::2], edges[1::2], strict=True)]
    assert min(gaps) >= 3, gaps


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", ["/review", "/history", "/transactions/{id}"])
def test_an_open_list_of_categories_is_accessible_and_in_the_window(open_page, filled, path, size):
    page = open_page(path.format(**filled), size=size)
    page.locator("[role=combobox]").last.click()
    expect(page.get_by_role("listbox")).to_be_in_viewport(ratio=0.99)
    page.keyboard.type("phone")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text("Utilities and phone")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(
    "path", ["/", "/acts", "/transfers", "/review", "/history", "/analytics", "/quality", "/models"]
)
def test_an_empty_page_is_accessible_too(open_page, path):
    page = open_page(path, theme="dark", size=PHONE)
    assert Axe().run(page).response["violations"] == []


def test_the_first_tab_leads_past_the_navigation(open_page):
    page = open_page("/history")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
