"""The analytics page: drawn charts, in the theme's colours, with the same numbers in tables."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from src.domain.categories import Category, Group


@pytest.fixture
def spending(known, server):
    rows = known(
        {"description": "CORNER STORE groceries", "amount": "30", "mode": "UPI", "date": "2026-03-02"},
        {"description": "NIGHT CAB", "amount": "12.50", "mode": "<b>A&B</b>", "date": "2026-02-01"},
        {"description": "ACME PAYROLL", "amount": "900", "direction": "income", "date": "2026-02-01"},
    )
    server.services.feedback.record(rows[0].id, "groceries", at=rows[0].created_at)


def drawn(page):
    page.wait_for_selector("html[data-charts=drawn]")
    return page.locator(".plot .main-svg").first


def test_every_chart_is_drawn_and_has_its_numbers_in_a_table(open_page, spending):
    page = open_page("/analytics?period=2026")
    expect(drawn(page)).to_be_visible()
    assert page.locator(".plot:has(.main-svg)").count() == page.locator("[data-plot]").count() == 7
    assert page.locator(".plot .bars .point").count() >= 4
    expect(page.locator("[data-plot='by-mode-figure'] .ytick", has_text="<b>A&B</b>")).to_be_visible()
    table = page.locator("#by-mode table")
    expect(table).to_be_hidden()
    page.locator("#by-mode").get_by_text("The same numbers as a table").click()
    expect(table).to_contain_text("UPI")
    expect(page.locator("#by-category table")).to_contain_text("30.00")


def test_a_click_on_a_bar_leads_to_its_rows(open_page, spending):
    page = open_page("/analytics?period=2026-03")
    drawn(page)
    page.locator("[data-plot='by-category-figure'] .bars .point").first.click(force=True)
    page.wait_for_url("**/history?counts=spent*counted_in=groceries*")
    expect(page.locator("#totals")).to_contain_text("$30.00")


def test_subcategories_unfold_by_keyboard(open_page, spending, server, known):
    bakery = Category("bakery", "Bakery", Group.ESSENTIAL, "#111111", parent="groceries")
    server.services.category_editor.add(bakery, at=datetime.now(UTC))
    [row] = known({"description": "BAKER", "amount": "4", "date": "2026-03-03"})
    server.services.feedback.record(row.id, bakery.slug, at=datetime.now(UTC))
    page = open_page("/analytics?period=2026-03")
    child = page.locator("#by-category tr.child", has_text="Bakery")
    expect(child).to_be_hidden()
    page.get_by_role("button", name="Subcategories of Groceries").press("Enter")
    expect(child).to_be_visible()


def test_a_month_prints_on_at_most_two_pages(open_page, spending):
    page = open_page("/analytics?period=2026-03")
    drawn(page)
    printed = page.pdf(prefer_css_page_size=True)
    assert max(map(int, re.findall(rb"/Count (\d+)", printed))) <= 2


def test_a_chart_shows_its_numbers_under_the_pointer(open_page, spending):
    page = open_page("/analytics")
    drawn(page)
    page.locator("#by-category-title").scroll_into_view_if_needed()
    page.locator("[data-plot='by-category-figure'] .bars .point").first.hover(force=True)
    expect(page.locator(".hoverlayer")).to_contain_text(["$30.00"])


def test_charts_take_the_colours_of_the_theme_when_it_changes(open_page, spending):
    page = open_page("/analytics", theme="light")
    color = "getComputedStyle(document.querySelector('.plot .xtick text')).fill"
    drawn(page)
    before = page.evaluate(color)
    page.get_by_role("button", name="Change between light and dark").click()
    page.wait_for_function(f"{color} !== '{before}'")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    drawn(page)
    assert page.evaluate(color) != before


def test_plotly_is_loaded_on_no_other_page(open_page):
    page = open_page("/history")
    assert page.evaluate("typeof Plotly") == "undefined"
