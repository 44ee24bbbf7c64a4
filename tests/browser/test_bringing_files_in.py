"""A bank's file on the page: seen, asked about, brought in while one looks on, taken back."""

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
def emptied(server):
    yield server.services
    database = server.services.database
    for name in ("imports", "import_rejects", "import_profiles", "answers_aside"):
        database.collection(name).delete_many({})


def is_accessible(page):
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light, desktop", "dark, phone"]
)
def test_a_file_is_seen_asked_about_brought_in_and_taken_back(open_page, emptied, tmp_path, theme, size):
    (tmp_path / "may.csv").write_text(FILE)
    page = open_page("/import", theme=theme, size=size)
    is_accessible(page)
    page.set_input_files("#file", tmp_path / "may.csv")
    page.get_by_role("button", name="Show how it is read").click()
    expect(page.get_by_text("NIGHT CAB [card]")).to_be_visible()
    is_accessible(page)

    page.get_by_role("button", name="Bring in 4 transactions").click()
    expect(page.get_by_role("alert")).to_contain_text("Which part of a date")
    page.watch.expect("422")
    page.get_by_label("Day first").check()
    page.get_by_label("Those with a minus").check()
    page.get_by_role("button", name="Bring in 4 transactions").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    is_accessible(page)

    claimed = emptied.imports.claim(holder="test")
    emptied.importing.run(claimed, holder="test")
    expect(page.get_by_text("4 transactions of this file would go")).to_be_visible()
    is_accessible(page)
    page.get_by_role("button", name="Take the whole import back").click()
    expect(page.get_by_text("Taken back")).to_be_visible()
    page.goto("/import")
    expect(page.get_by_role("link", name="may.csv")).to_be_visible()
    is_accessible(page)
