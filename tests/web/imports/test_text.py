"""The words of imports, for codes of this release and for what older ones stored."""

import pytest

from src.components.bank_files.entry import Reason
from src.components.bank_files.plan import Format
from src.web.imports import text


@pytest.mark.parametrize("code", Reason)
def test_every_reason_has_a_sentence(code):
    assert text.reason(code).endswith(".")


def test_a_detail_is_in_the_sentence_and_a_sentence_of_an_older_release_stays():
    assert text.reason("invalid-field:own_categories") == "The field “own categories” is missing or invalid."
    old = "It is no transaction: it has neither a day nor an amount."
    assert text.reason(old) == old


@pytest.mark.parametrize(
    ("detected", "plan", "name"),
    [
        ("csv", {"delimiter": ";", "encoding": "utf-8"}, "CSV, semicolon-separated, UTF-8"),
        ("csv:Revolut", {"delimiter": ",", "encoding": "cp1252"}, "Revolut CSV, Western (Windows)"),
        ("csv", {"delimiter": None, "encoding": None}, "CSV, comma-separated"),
        ("xlsx:Mint", {}, "Mint Excel workbook"),
        ("ledgerloop:JSON lines", {}, "Ledgerloop export (JSON lines)"),
        (
            "text in columns parted by tabs, UTF-8",
            {"delimiter": "\t"},
            "text in columns parted by tabs, UTF-8",
        ),
    ],
)
def test_a_format_in_words(detected, plan, name):
    assert text.format_name(detected, plan) == name


@pytest.mark.parametrize("code", Format)
def test_every_format_has_a_name(code):
    assert text.format_name(code, {}) != code
