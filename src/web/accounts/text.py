"""The words of the accounts page."""

from __future__ import annotations

from src.domain.accounts import AccountKind

KINDS = {
    AccountKind.CHECKING: "Checking",
    AccountKind.SAVINGS: "Savings",
    AccountKind.CARD: "Card",
    AccountKind.CASH: "Cash",
    AccountKind.LOAN: "Loan",
    AccountKind.INVESTMENT: "Investment",
}
