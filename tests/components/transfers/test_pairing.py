"""Which transactions are the two ends of one own transfer."""

import pytest

from src.components.transfers.pairing import conversions, pairs
from tests.components.transfers.ends import GROUPS, IN, end


def matched(*ends, new=None):
    matches = pairs(ends, GROUPS, new=new or {row.id for row in ends})
    return {(match.out.id, match.into.id): match.certain for match in matches}


def test_a_transfer_between_two_known_accounts_is_certain_if_one_side_reads_like_one():
    out = end("out", "TRANSFER TO HOLIDAY POT", account="Main")
    into = end("in", "J DOE", direction=IN, account="Pot", day=6)
    assert matched(out, into) == {("out", "in"): True}


@pytest.mark.parametrize(
    "changes",
    [{"account": "main"}, {"day": 7}, {"amount": "500.01"}, {"currency": "USD"}],
    ids=["same account", "six days", "another amount", "another currency"],
)
def test_what_does_not_fit_is_no_pair(changes):
    out = end("out", "TRANSFER TO POT", account="Main")
    into = end("in", "TRANSFER FROM MAIN", direction=IN, **{"account": "Pot", **changes})
    assert matched(out, into) == {}


def test_without_accounts_both_sides_must_read_like_a_transfer():
    out = end("out", "CREDIT CARD PAYMENT 1234")
    assert matched(out, end("in", "PAYMENT RECEIVED THANK YOU", direction=IN)) == {("out", "in"): True}
    assert matched(out, end("in", "J DOE", direction=IN)) == {("out", "in"): False}
    assert matched(end("out", "CORNER SHOP"), end("in", "J DOE", direction=IN)) == {}


def test_a_category_of_the_transfer_group_is_evidence():
    out = end("out", "BANK 99", category="debt", account="Main")
    assert matched(out, end("in", "J DOE", direction=IN, account="Card")) == {("out", "in"): True}


def test_the_name_of_the_other_account_is_evidence():
    out = end("out", "to Rainy Day", account="Main")
    into = end("in", "J DOE", direction=IN, account="Rainy day")
    assert matched(out, into) == {("out", "in"): True}


def test_two_counterparts_are_only_suggested():
    out = end("out", "TRANSFER TO POT", account="Main")
    both = [end(name, "J DOE", direction=IN, account="Pot", day=2) for name in ("one", "two")]
    assert matched(out, *both) == {("out", "one"): False, ("out", "two"): False}


def test_an_amount_with_many_counterparts_is_left_alone():
    out = end("out", "TRANSFER TO POT", account="Main")
    assert matched(out, *(end(f"in{n}", "J DOE", direction=IN, account="Pot") for n in range(7))) == {}


@pytest.mark.parametrize(
    "fields", [{"category": "dining", "sure": True, "answered": True}, {"category": "dining", "sure": True}]
)
def test_a_sure_category_of_spending_or_income_makes_it_doubtful(fields):
    out = end("out", "TRANSFER TO POT", account="Main", **fields)
    into = end("in", "J DOE", direction=IN, account="Pot", category="salary", sure=True)
    assert not any(matched(out, into).values())


def test_a_refund_of_another_account_is_no_transfer():
    out = end("out", "CORNER SHOP", account="Main", category="dining", sure=True)
    assert matched(out, end("in", "SHOES REFUND", direction=IN, account="Card")) == {}


def test_only_pairs_with_a_new_transaction_are_returned():
    out = end("out", "TRANSFER TO POT", account="Main")
    into = end("in", "J DOE", direction=IN, account="Pot")
    assert matched(out, into, new={"other"}) == {}


def converted(*ends):
    matches = conversions(ends, GROUPS, new={row.id for row in ends})
    return {(match.out.id, match.into.id): match.certain for match in matches}


def test_a_conversion_is_suggested_if_both_sides_read_like_a_transfer():
    out = end("out", "EXCHANGED TO USD", account="Main")
    into = end("in", "TRANSFER FROM MAIN", "540.10", direction=IN, currency="USD", account="Dollars", day=2)
    assert converted(out, into) == {("out", "in"): False}
    assert converted(out, end("in", "J DOE", "540.10", direction=IN, currency="USD", account="Dollars")) == {}


def test_of_several_conversions_the_one_of_the_same_worth_and_currency_is_suggested():
    out = end("out", "EXCHANGED TO USD", account="Main")
    into = end("in", "TRANSFER FROM EUR", "540.10", direction=IN, currency="USD", account="Dollars", day=2)
    small = end("small", "WIRE", "12", direction=IN, currency="USD", account="Dollars", day=2)
    bill = end("bill", "CREDIT CARD PAYMENT", "480", account="Main", day=2)
    assert converted(out, into, small, bill) == {("out", "in"): False}
    twin = end("twin", "TRANSFER FROM EUR", "541", direction=IN, currency="USD", account="Dollars", day=3)
    assert converted(out, into, twin) == {}
