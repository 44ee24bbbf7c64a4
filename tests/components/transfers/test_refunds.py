"""Which purchase an income may refund."""

from decimal import Decimal

import pytest

from src.components.transfers.refunds import refund_match
from tests.components.transfers.ends import GROUPS, IN, end


def purchase(name, amount, day, **fields):
    return end(name, "SHOE SHOP", amount, day=day, merchant="shoe shop", **fields)


def refund(amount="30", day=20, **fields):
    return end("refund", "SHOE SHOP", amount, day=day, direction=IN, merchant="shoe shop", **fields)


def purchase_of(income, *purchases, refunded=None):
    match = refund_match(income, purchases, GROUPS, refunded or {})
    return match and match.out.id


def test_a_purchase_of_the_same_amount_is_likelier_than_a_later_one():
    assert purchase_of(refund(), purchase("same", "30", 1), purchase("later", "90", 9)) == "same"
    assert purchase_of(refund(), purchase("early", "80", 1), purchase("later", "90", 9)) == "later"


@pytest.mark.parametrize(
    "no_purchase",
    [purchase("p", "29.99", 1), purchase("p", "90", 21), purchase("p", "90", 1, currency="USD")],
    ids=["smaller", "later", "another currency"],
)
def test_what_does_not_fit_is_not_refunded(no_purchase):
    assert purchase_of(refund(), no_purchase) is None


@pytest.mark.parametrize("words", ["REFUND {}", "{} RETOURE", "Gutschrift {}"])
def test_words_for_a_refund_are_no_part_of_the_merchant(words):
    text = words.format("SHOE SHOP")
    income = end("refund", text, "30", day=20, direction=IN, merchant=text.lower())
    assert purchase_of(income, purchase("p", "30", 1)) == "p"
    assert purchase_of(income, end("q", "HAT SHOP", "30", day=1, merchant="hat shop")) is None


@pytest.mark.parametrize("words", ["shoe shop se berlin refund", "ruckerstattung shoe shop inc"])
def test_what_refunds_may_keep_the_town_and_the_company_form(words):
    income = end("refund", words, "30", day=20, direction=IN, merchant=words)
    assert purchase_of(income, purchase("p", "90", 1)) == "p"
    salary = end("salary", "shoe shop se berlin", "30", day=20, direction=IN, merchant="shoe shop se berlin")
    assert purchase_of(salary, purchase("p", "90", 1)) is None


def test_words_for_a_purchase_are_no_part_of_the_merchant():
    income = end("refund", "", "30", day=20, direction=IN, merchant="shoe shop gutschrift retoure")
    order = end("p", "", "30", day=1, merchant="shoe shop bestellung")
    assert purchase_of(income, order) == "p"
    same = end("q", "", "30", day=20, direction=IN, merchant="shoe shop bestellung")
    assert purchase_of(same, order) == "p"


def test_what_is_refunded_already_is_not_refunded_again():
    assert purchase_of(refund(), purchase("p", "90", 1), refunded={"p": Decimal(61)}) is None
    assert purchase_of(refund(), purchase("p", "90", 1), refunded={"p": Decimal(60)}) == "p"


def test_a_transfer_or_a_salary_is_no_refund():
    assert purchase_of(refund(category="debt"), purchase("p", "90", 1)) is None
    assert purchase_of(refund(category="salary", sure=True), purchase("p", "90", 1)) is None
