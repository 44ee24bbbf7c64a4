"""A bank's file on the page: preview, questions, import with progress, undo."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE

FILE = """Date,Details,Amount,Currency
04/05/2026,NIGHT CAB 4111111111111111,-12.50,USD
05/06/2026,GREGGS BAKERY,-4.20,USD
05/06/2026,A STATEMENT TEXT OF MANY WORDS WITHOUT-A-PLACE-TO-BREAK-IT-INTO-LINES-ANYWHERE-AT-ALL REF,-1.00,USD
06/06/2026,BROKEN,not money,USD
07/06/2026,ACME PAYROLL,2500.00,USD
"""


@pytest.fixture
def services(server):
    return server.services


def is_accessible(page):
    violations = Axe().run(page).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light, desktop", "dark, phone"]
)
def test_a_file_is_previewed_imported_and_undone(open_page, services, tmp_path, theme, size):
    (tmp_path / "may.csv").write_text(FILE)
    page = open_page("/import", theme=theme, size=size)
    is_accessible(page)
    page.set_input_files("#file", tmp_path / "may.csv")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("cell", name="NIGHT CAB [card]", exact=True)).to_be_visible()
    is_accessible(page)

    page.get_by_role("button", name="Import 4 transactions").click()
    expect(page.get_by_role("alert")).to_contain_text("Which part of a date")
    page.watch.expect("422")
    page.get_by_label("Day first").check()
    page.get_by_label("Those with a minus").check()
    page.get_by_role("button", name="Import 4 transactions").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    is_accessible(page)

    claimed = services.imports.claim(holder="test")
    services.import_run.run(claimed, holder="test")
    expect(page.get_by_text("This deletes 4 transactions")).to_be_visible()
    is_accessible(page)
    page.get_by_role("button", name="Undo import").click()
    expect(page.get_by_text("Undone")).to_be_visible()
    page.goto("/import")
    expect(page.get_by_role("link", name="may.csv")).to_be_visible()
    is_accessible(page)


LONG = "Name der Partei an der Gegenseite/Zahlungspflichtiger-oder-Beguenstigter-ohne-Umbruch-im-Namen"
PARTIES = f"""Buchungstag;Verwendungszweck;{LONG};Betrag;Mandatsreferenz
13.03.2026;Karte;Kiosk Blau;-2,50;M{"0" * 30}
14.03.2026;Karte;Hofladen;-8,10;
15.03.2026;Karte;Bahn;-4,00;
"""


@pytest.mark.parametrize(
    ("theme", "size", "scripts"),
    [("light", DESKTOP, True), ("dark", PHONE, True), ("light", PHONE, False)],
    ids=["light, desktop", "dark, phone", "without scripts"],
)
def test_an_unused_column_is_offered_and_added(open_page, services, tmp_path, theme, size, scripts):
    (tmp_path / "march.csv").write_text(PARTIES)
    page = open_page("/import", theme=theme, size=size, java_script_enabled=scripts)
    page.set_input_files("#file", tmp_path / "march.csv")
    page.get_by_role("button", name="Preview").click()
    for summary in page.locator("details > summary").all():
        summary.click()
    expect(page.locator("#column-2")).to_have_value("other-text")
    if scripts:
        is_accessible(page)
        assert fits(page)
    page.get_by_role("button", name="to the text").click()
    expect(page.get_by_text("Karte Kiosk Blau")).to_be_visible()
    expect(page.get_by_role("button", name="to the text")).to_have_count(0)


def fits(page):
    """Whether every control is inside its card."""
    return page.evaluate(
        """[...document.querySelectorAll(".card :is(select, input, label)")].every(element => {
             const card = element.closest(".card").getBoundingClientRect()
             return element.getBoundingClientRect().right <= card.right + .5
           })"""
    )


CATEGORIES = """Date,Details,Amount,Currency,Category
2026-03-04,NIGHT CAB,-12.50,USD,Transport
2026-03-05,KIOSK,-2.50,USD,A long name of a category with wordswithoutanyplacetobreakthemintolines
2026-03-06,KIOSK,-2.60,USD,Oddities
"""


@pytest.mark.parametrize(
    ("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light, desktop", "dark, phone"]
)
def test_categories_of_a_file_are_mapped_once_the_box_is_checked(open_page, services, tmp_path, theme, size):
    (tmp_path / "app.csv").write_text(CATEGORIES)
    page = open_page("/import", theme=theme, size=size)
    page.set_input_files("#file", tmp_path / "app.csv")
    page.get_by_role("button", name="Preview").click()
    field = page.get_by_label("Oddities")
    expect(field).to_be_hidden()
    page.get_by_label("Use them as my own answers").check()
    expect(field).to_be_visible()
    expect(page.get_by_label("Transport", exact=False).first).to_have_value("transport")
    is_accessible(page)
    field.select_option("Groceries")
    page.locator(".mapping").get_by_role("button", name="Update preview").click()
    expect(page.get_by_label("Oddities")).to_have_value("groceries")
