"""Amounts as texts."""

import pytest

from src.domain.money import amount_text


@pytest.mark.parametrize(
    ("units", "currency", "text"),
    [(35075, "USD", "350.75"), (5, "USD", "0.05"), (1200, "JPY", "1200"), (3333, "KWD", "3.333")],
)
def test_an_amount_in_the_smallest_unit_has_the_decimals_of_its_currency(units, currency, text):
    assert amount_text(units, currency) == text
