"""Amounts as people type them, in the form of their language."""

import pytest
from flask import Flask

from src.web.shared.amounts import readings


@pytest.fixture
def read():
    app = Flask(__name__)

    def read_as(language, typed, currency="EUR"):
        with app.test_request_context(headers={"Accept-Language": language}):
            return readings(typed, currency)

    return read_as


@pytest.mark.parametrize(
    ("language", "typed", "currency", "meant"),
    [
        ("de-DE", "1.150", "EUR", ("1150", "1.150")),
        ("de", "12.000", "EUR", ("12000", "12.000")),
        ("de", "1.234", "EUR", ("1234",)),  # the euro has no third decimal
        ("de", "1,234", "EUR", ("1.234",)),  # which is refused
        ("de", "1,15", "EUR", ("1.15",)),
        ("de", "1.15", "EUR", ("1.15",)),
        ("de", "1.150,00", "EUR", ("1150.00",)),
        ("de", "1,150", "EUR", ("1.150", "1150")),
        ("de", "1,150", "KWD", ("1.150",)),
        ("de", "1.150", "KWD", ("1150", "1.150")),
        ("de", "1.150", "JPY", ("1150",)),
        ("en-US", "1,150", "USD", ("1150",)),
        ("en-US", "1.150", "USD", ("1.150", "1150")),
        ("en-US", "1.234", "USD", ("1.234",)),
        ("en-US", "1.234", "KWD", ("1.234",)),
        ("fr-FR", "1.150", "EUR", ("1.150", "1150")),
        ("fr-FR", "1\N{NARROW NO-BREAK SPACE}150", "EUR", ("1150",)),
        ("de-CH", "1’150.50", "CHF", ("1150.50",)),
        ("en-IN", "1,23,456", "INR", ("123456",)),
        ("de", "0.150", "EUR", ("0.150",)),
        ("de", "1150", "EUR", ("1150",)),
        ("de", "1.150 €", "EUR", ("1150", "1.150")),
    ],
)
def test_the_first_language_decides_and_two_readings_are_both_given(read, language, typed, currency, meant):
    assert read(language, typed, currency) == meant


@pytest.mark.parametrize("typed", ["", "abc", "1e5", "-5", "5-3", "1.2.x", "twelve 5", ".", "EUR"])
def test_what_is_no_amount_has_no_reading(read, typed):
    assert read("de", typed) == ()
