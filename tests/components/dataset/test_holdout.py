"""The fingerprint of a transaction."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from src.components.dataset.holdout import fingerprint
from src.domain.transactions import Transaction

FEE = Transaction("ACCOUNT FEE", Decimal("4.90"), "EUR", date(2026, 3, 1), mode="debit")


def test_a_fingerprint_stays_what_it_was_without_an_account():
    assert fingerprint(FEE) == "bf168aa1a1bfc0d7a827879de47c052ca2a2fc324a05cb87c3b1f5011a48bf62"
    assert fingerprint(
        replace(FEE, counterparty="A Bank", notes="a", mcc="6012", tags=("b",))
    ) == fingerprint(FEE)


def test_equal_fees_of_two_accounts_are_not_the_same():
    ours, other, none = (fingerprint(replace(FEE, account=name)) for name in ("Ours", "Other", None))
    assert len({ours, other, none}) == 3
    assert fingerprint(replace(FEE, account=" OURS ")) == ours
