import pytest

from src.domain.spreadsheet_cells import escape_formula, unescape_formula


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20A1", "'\uff1d1"]
)
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe_that_an_import_removes(text):
    assert escape_formula(text) == f"'{text}"
    assert unescape_formula(f"'{text}") == text


@pytest.mark.parametrize("text", ["", "'plain", "a=1", "\u72ac", "1-1"])
def test_other_texts_stay(text):
    assert escape_formula(text) == unescape_formula(text) == text
