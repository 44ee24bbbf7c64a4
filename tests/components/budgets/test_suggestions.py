"""Suggested budgets: medians of complete months."""

from decimal import Decimal

from src.components.budgets.suggestions import suggested
from src.components.insight.comparison import median_amount
from tests.components.budgets.test_limits import cell

PARENTS = {"dining": None, "housing": None, "heating": "housing"}
MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04"]


def test_a_suggestion_is_the_median_of_all_complete_months():
    cells = [
        cell("dining", amount, month=month) for month, amount in zip(MONTHS, (100, 300, 120, 90), strict=True)
    ]
    cells += [cell("dining", "999", month="2026-05"), cell(None, "50", month="2026-01")]
    cells += [cell("heating", "60", month=month) for month in MONTHS[:2]]
    cells += [cell("housing", "500", month=month) for month in MONTHS]
    suggestions = suggested(cells, MONTHS, PARENTS, "EUR")
    assert [(one.category, one.amount, one.lowest, one.highest) for one in suggestions.budgets] == [
        ("housing", Decimal(530), Decimal(500), Decimal(560)),
        ("dining", Decimal(110), Decimal(90), Decimal(300)),
    ]


def test_a_median_has_the_decimals_of_its_currency():
    cells = [
        cell("dining", amount, month=month)
        for month, amount in zip(MONTHS, (100, 101, 102, 103), strict=True)
    ]
    assert suggested(cells, MONTHS, PARENTS, "JPY").budgets[0].amount == 102


def test_half_a_cent_is_rounded_as_in_the_medians_of_analytics():
    amounts = [Decimal("10.00"), Decimal("10.01"), Decimal("10.02"), Decimal("10.03")]
    for members, expected in ((amounts[:2] * 2, "10.00"), (amounts[1:3] * 2, "10.02")):
        cells = [cell("dining", amount, month=month) for month, amount in zip(MONTHS, members, strict=True)]
        assert suggested(cells, MONTHS, PARENTS, "EUR").budgets[0].amount == Decimal(expected)
        assert median_amount(members) == Decimal(expected)


def test_what_comes_seldom_and_what_is_too_new_gets_no_suggestion():
    seldom = [cell("dining", "100", month=MONTHS[0])]
    assert suggested(seldom, MONTHS, PARENTS, "EUR").budgets == ()
    monthly = [cell("dining", "100", month=month) for month in MONTHS[:2]]
    few = suggested(monthly, MONTHS[:2], PARENTS, "EUR")
    assert (few.budgets, few.needed, len(few.months)) == ((), 3, 2)
