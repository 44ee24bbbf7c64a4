from datetime import date

import pytest

from src.components.features.tokens import tokenize
from src.components.text.cleaning import merchant, merchant_key


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


def test_a_merchant_category_code_is_one_word_of_the_text_also_if_it_is_the_subcategory_too():
    for subcategory, mcc in (("", "5411"), ("5411", "5411")):
        reading = tokenize("BLUE DOOR", subcategory, 10.0, "USD", "", "", None, "", "", mcc)
        assert reading.text == "blue door mcc5411"


@pytest.mark.parametrize(
    ("description", "text", "key"),
    [
        ("NOODLE GARDEN 12", "noodle garden", "noodle garden"),
        ("Card payment 4411", "card payment pizza corner", "pizza corner"),
        ("", "pizza corner", "pizza corner"),
    ],
)
def test_the_counterparty_counts_where_the_description_names_no_merchant(description, text, key):
    reading = tokenize(description, "", 10.0, "USD", "", "", None, "", "Pizza Corner")
    assert reading.text == text
    assert merchant(description, "", "Pizza Corner") == key


@pytest.mark.parametrize("texts", [("Card payment 4411", "weekly"), ("", "weekly"), ("", "")])
def test_without_a_counterparty_the_merchant_is_what_it_was(texts):
    assert merchant(*texts) == (merchant_key(texts[0]) or merchant_key(texts[1]))


def test_the_account_is_a_field():
    assert "account:my card" in tokenize("X", "", 10.0, "USD", "", "", None, " My  Card").fields


@pytest.mark.parametrize("nothing", [None, "", float("nan")])
def test_a_missing_field_has_no_token(nothing):
    reading = tokenize(nothing, nothing, None, nothing, nothing, nothing, nothing)
    assert (reading.text, reading.fields) == ("", ("amount:missing",))
