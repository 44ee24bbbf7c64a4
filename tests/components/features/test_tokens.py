from datetime import date

import pytest

from src.components.features.tokens import tokenize


def fields_of(description="BLUE DOOR", subcategory=None, amount=10.0, currency="USD", day=date(2026, 3, 7)):
    return tokenize(description, subcategory, amount, currency, "Card", "expense", day).fields


def step_of(amount, currency):
    return next(field for field in fields_of(amount=amount, currency=currency) if field.startswith("amount:"))


@pytest.mark.parametrize(
    ("amount", "currency"), [(850, "INR"), (850, "inr"), (1500, "JPY"), (10, "XXX"), (10, "")]
)
def test_amounts_of_equal_worth_are_read_alike_in_any_money(amount, currency):
    assert step_of(amount, currency) == step_of(10, "USD")


def test_the_payment_processor_is_a_field_and_not_a_word():
    reading = tokenize("TST* BLUE DOOR", None, 10.0, "USD", "", "", None)
    assert "via:tst" in reading.fields
    assert reading.description == "blue door"


def test_a_merchant_category_code_as_subcategory_is_a_word_of_the_text():
    assert tokenize("BLUE DOOR", "5411", 10.0, "USD", "", "", None).text == "blue door mcc5411"


@pytest.mark.parametrize("nothing", [None, "", float("nan")])
def test_a_missing_field_has_no_token(nothing):
    reading = tokenize(nothing, nothing, None, nothing, nothing, nothing, nothing)
    assert (reading.text, reading.fields) == ("", ("amount:missing",))
