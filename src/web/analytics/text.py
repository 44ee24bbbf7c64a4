"""The words of the analytics page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from src.web.shared import format
from src.web.shared.labels import UNCATEGORIZED
from src.web.shared.periods import period

if TYPE_CHECKING:
    from src.components.monitoring.quality import Accuracy

Rows = Sequence[Mapping[str, Any]]
Money = Callable[[Decimal], str]

NO_MODE = "No payment method"
INCOME = "Income"
COUNTED_AS = {"saved": "Saved", "transferred": "Transfer"}

CHARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "by-month": ("Month by month", ("Month", "Spent", INCOME, "Net", "Transactions")),
    "by-category": ("Spending by category", ("Category", "Spent", "Share", "Transactions")),
    "by-mode": ("Spending by payment method", ("Payment method", "Spent", "Share", "Transactions")),
    "by-merchant": ("Top merchants", ("Merchant", "Spent", "Transactions")),
    "savings-and-transfers": (
        "Savings and transfers",
        ("Category", "Counted as", "Out", "In", "Transactions"),
    ),
}
"""Title, and heads of the table."""
AGREEMENT = "Your answers that agreed with the predicted category, by week"
WEEK_HEADS = ("Week of", "Right", "Answers", "Accuracy", "95 % interval")

_NO_EXPENSES = "No expenses in this period."


def span(overview: Mapping[str, Any] | None) -> str:
    if overview is None:
        return "This period is not valid."
    days = period(overview["from"], overview["until"]) or "everything you have added"
    return f"{days[0].upper()}{days[1:]}, in {overview['currency']}."


def uncategorized(overview: Mapping[str, Any] | None) -> str:
    """How much of the totals is counted by the type of transactions alone."""
    if overview is None or not overview["uncategorized"]["count"]:
        return ""
    part = overview["uncategorized"]
    amounts = [
        f"{format.money(part[name], overview['currency'])} as {words}"
        for name, words in (("expense", "spending"), ("income", "income"), ("transfer", "transfers"))
        if part[name]
    ]
    they, their = ("counts", "its") if part["count"] == 1 else ("count", "their")
    transactions = format.counted(part["count"], "transaction")
    return (
        f"{transactions} {they} by type, without a category or with a suggested one that contradicts {their} "
        f"type: {', '.join(amounts)}."
    )


def largest(names: Sequence[str], rows: Rows, money: Money, all_unnamed: str) -> str:
    """all_unnamed: the sentence if no row has a category, or payment method."""
    if not rows:
        return _NO_EXPENSES
    total = sum((row["amount"] for row in rows if row["amount"] > 0), Decimal(0))
    named = next((i for i, name in enumerate(names) if name not in (UNCATEGORIZED, NO_MODE)), None)
    if named is None:
        return f"All {money(total)} {all_unnamed}."
    name, row = names[named], rows[named]
    share = f"{format.percent(row['share'])} of {money(total)}"
    return f"{name[:1].upper()}{name[1:]} is the largest with {money(row['amount'])}, {share}."


def top_merchant(names: Sequence[str], rows: Rows, money: Money) -> str:
    if not rows:
        return "No merchants in this period."
    return f"You spent the most at {names[0]}: {money(rows[0]['amount'])}."


def savings_and_transfers(totals: Mapping[str, Any], money: Money) -> str:
    return (
        f"Saved: {money(totals['saved'])}. Transfers and card payments: "
        f"{money(totals['transfer'])}. They count neither as spending nor as income."
    )


def months(rows: Rows, money: Money) -> str:
    """Partial and empty months are left out of the average."""
    spent = [month for month in rows if month["expense"] > 0]
    if not spent:
        return _NO_EXPENSES
    most = max(spent, key=lambda month: month["expense"])
    if len(rows) == 1:
        return f"You spent {money(most['expense'])} in {format.month(most['month'])}."
    peak = f"the most in {format.month(most['month'])}, {money(most['expense'])}"
    complete = [month["expense"] for month in rows if month["count"] and not month["partial"]]
    if not complete:
        total = sum((month["expense"] for month in rows), Decimal(0))
        return f"You spent {money(total)}; {peak}. No month is complete, so there is no average."
    mean = money(sum(complete, Decimal(0)) / len(complete))
    over = f" (over {format.counted(len(complete), 'month')}; partial and empty ones do not count)"
    return f"You spend {mean} a month on average{over if len(complete) < len(rows) else ''}; {peak}."


def overall_accuracy(overall: Accuracy) -> str:
    if not overall.answers:
        return (
            "No answers yet. Confirm or correct some predictions, and this shows how often they were right."
        )
    agreed = f"{format.number(overall.correct)} agreed with the prediction ({format.percent(overall.share)})"
    counted = f"Of {format.counted(overall.answers, 'answer')}, {agreed}."
    if not overall.enough:
        anywhere = format.interval(overall.ci95, " to ")
        return f"{counted} Too few answers to tell: the true share may be anywhere from {anywhere}."
    return (
        f"{counted} The true share is between {format.interval(overall.ci95, ' and ')}, with 95 % certainty. "
        "Your answers are mostly to doubtful predictions."
    )
