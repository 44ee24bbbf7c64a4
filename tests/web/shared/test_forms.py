"""What people type into forms."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from src.errors import InvalidInput
from src.web.prediction.forms import TransactionForm
from src.web.shared.amounts import plain_amount
from src.web.shared.forms import errors_of, local_address, with_query

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("350.75", "350.75"),
        ("350,75", "350.75"),
        ("350,7", "350.7"),
        ("1,234", "1234"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,23,456.78", "123456.78"),
        ("1 234,50", "1234.50"),
        ("1\N{NARROW NO-BREAK SPACE}234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("₹ 350.75", "350.75"),
        ("$.50", "0.50"),
        ("12 EUR", "12"),
        ("USD 12.5", "12.5"),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, meant):
    assert plain_amount(typed) == meant


@pytest.mark.parametrize("typed", ["-5", "abc", "1e5", "0x10", "twelve 5", "NaN", "5-3", "१२"])
def test_what_is_no_amount_is_left_for_the_check_to_refuse(typed):
    with pytest.raises(ValidationError) as refused:
        TransactionForm(description="cafe", amount=typed).to_domain(currency="USD", today=TODAY)
    assert errors_of(refused.value)["amount"].startswith("Amount must be a number above 0")


def test_a_form_becomes_a_transaction_with_the_defaults_of_what_is_blank():
    form = TransactionForm.read({"description": " cafe ", "amount": "4,20", "currency": "eur", "mode": ""})
    transaction = form.to_domain(currency="USD", today=TODAY)
    assert (transaction.description, transaction.amount, transaction.currency) == (
        "cafe",
        Decimal("4.20"),
        "EUR",
    )
    assert (transaction.date, transaction.mode, transaction.direction.value) == (TODAY, None, "expense")


def test_every_wrong_field_gets_its_sentence():
    form = TransactionForm(
        description="x" * 501, amount="0", currency="dollars", date="2026-02-30", direction="up"
    )
    with pytest.raises(ValidationError) as refused:
        form.to_domain(currency="USD", today=TODAY)
    errors = errors_of(refused.value)
    assert set(errors) == {"description", "amount", "currency", "date", "direction"}
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in errors.values()), errors


def test_a_form_without_text_and_note_is_rejected_at_the_text():
    with pytest.raises(InvalidInput) as refused:
        TransactionForm(amount="5").to_domain(currency="USD", today=TODAY)
    assert errors_of(refused.value) == {"description": "Give a description or a subcategory."}


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "",
        None,
        "/a\nb",
    ],
)
def test_a_form_sends_nobody_to_another_site(address):
    assert local_address(address, "/feedback") == "/feedback"


def test_a_form_returns_to_the_page_it_came_from():
    assert local_address("/history?q=swiggy&cursor=abc", "/feedback") == "/history?q=swiggy&cursor=abc"


def test_an_address_is_extended_with_what_is_set():
    assert with_query("/history?q=a", {"act": "x", "similar": None}) == "/history?q=a&act=x"
    assert with_query("/history", {"undone": 0}) == "/history?undone=0"
    assert with_query("/history", {}) == "/history"
