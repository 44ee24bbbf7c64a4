import pytest

from src.domain.visible_text import or_blank


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "\u00a0\u2003", "\ufeff\u202e\u00ad", "\u3164", "\u2800", "\u0301\ufe0f"]
)
def test_a_text_that_shows_nothing_is_blank(text):
    assert or_blank(text) == ""


@pytest.mark.parametrize(
    "text", ["Giro", "-", "日常", "می\u200cخواهم", "👨\u200d👩", "e\u0301", "\u200bGiro"]
)
def test_any_other_text_stays(text):
    assert or_blank(text) == text
