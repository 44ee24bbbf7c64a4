"""Finance rules, with figures computed by hand."""

from datetime import date
from decimal import Decimal

import pytest

from src.components.budgets.limits import Context, LimitMonths, judge_limit
from src.domain.categories import Category, Group
from src.domain.limits import DEFAULTS, Limit, LimitPeriod, LimitStatus, Measure, Unknown
from src.domain.sums import Cell
from src.domain.transactions import Direction

CATEGORIES = [
    Category("housing", "Housing", Group.ESSENTIAL, "#000000"),
    Category("heating", "Heating", Group.ESSENTIAL, "#000000", parent="housing"),
    Category("dining", "Dining", Group.DISCRETIONARY, "#000000"),
    Category("debt", "Debt", Group.TRANSFER, "#000000"),
    Category("savings", "Savings", Group.SAVING, "#000000"),
    Category("salary", "Salary", Group.INCOME, "#000000"),
]
GROUPS = {category.slug: category.group for category in CATEGORIES}
DEFAULT = {limit.measure: limit for limit in DEFAULTS}


def cell(category, amount, direction=Direction.EXPENSE, *, paired=False, account=None, month="2026-06"):
    return Cell(
        currency="EUR",
        category=category,
        direction=direction,
        group=GROUPS.get(category),
        amount=Decimal(amount),
        count=1,
        rows=1,
        paired=paired,
        again=False,
        refund=False,
        month=month,
        account=account,
    )


LEDGER = [
    cell("salary", "3000", Direction.INCOME),
    cell("housing", "850"),
    cell("heating", "100"),
    cell("heating", "20", Direction.INCOME),
    cell("dining", "700"),
    cell(None, "40"),
    cell("debt", "400", Direction.TRANSFER),
    cell("debt", "5000", Direction.INCOME),
    cell("savings", "250", Direction.TRANSFER),
    cell("transfer", "300", paired=True, account="Everyday"),
    cell("transfer", "300", Direction.INCOME, paired=True, account="Pot"),
]


def judge(limit, cells=LEDGER, why=None, months=("2026-06",)):
    period = LimitMonths(months, date(2026, 6, 1), date(2026, 6, 30), why)
    return judge_limit(limit, period, Context("EUR", cells, CATEGORIES, {"Pot"}))


@pytest.mark.parametrize(
    ("measure", "amount", "status"),
    [
        (Measure.ESSENTIAL, "930", LimitStatus.OK),  # 850 + 100 - 20, 31 %
        (Measure.DISCRETIONARY, "700", LimitStatus.OK),
        (Measure.SAVING, "550", LimitStatus.ALARM),  # 250 and 300 moved to the pot, 18 %
        (Measure.HOUSING, "930", LimitStatus.ALARM),
        (Measure.DEBT, "400", LimitStatus.OK),
        (Measure.SAVINGS_RATE, "1330", LimitStatus.OK),  # 3000 - 930 - 700 - 40
    ],
)
def test_the_default_rules_compare_with_the_income(measure, amount, status):
    state = judge(DEFAULT[measure])
    assert (state.amount, state.income, state.status) == (Decimal(amount), Decimal(3000), status)
    assert state.allowed == DEFAULT[measure].share * 3000


def test_a_figure_equal_to_its_limit_keeps_it():
    cells = [cell("salary", "1000", Direction.INCOME), cell("dining", "300"), cell("savings", "200")]
    assert judge(DEFAULT[Measure.DISCRETIONARY], cells).status is LimitStatus.OK
    assert judge(DEFAULT[Measure.SAVING], cells).status is LimitStatus.OK


def test_the_rows_behind_a_figure_are_its_categories():
    assert judge(DEFAULT[Measure.HOUSING]).by_category == (("housing", Decimal(930)),)
    savings = judge(DEFAULT[Measure.SAVINGS_RATE])
    assert (savings.by_category[-1], savings.uncategorized) == ((None, Decimal(40)), Decimal(40))


def test_a_limit_of_a_category_counts_its_subcategories():
    by_amount = Limit(Measure.CATEGORY, amount=Decimal(900), currency="EUR", category="housing")
    assert judge(by_amount).status is LimitStatus.ALARM
    by_share = Limit(Measure.CATEGORY, Decimal("0.4"), category="housing")
    assert judge(by_share).status is LimitStatus.OK


def test_three_months_are_compared_with_three_months():
    cells = [
        cell("dining", amount, month=f"2026-0{month}") for month, amount in ((4, 100), (5, 250), (6, 240))
    ]
    limit = Limit(
        Measure.CATEGORY,
        amount=Decimal(200),
        currency="EUR",
        category="dining",
        period=LimitPeriod.THREE_MONTHS,
    )
    state = judge(limit, cells, months=("2026-04", "2026-05", "2026-06"))
    assert (state.amount, state.allowed, state.status) == (Decimal(590), Decimal(600), LimitStatus.OK)


def test_without_income_a_share_cannot_be_told():
    state = judge(DEFAULT[Measure.ESSENTIAL], [cell("housing", "850")])
    assert (state.status, state.why, state.share) == (LimitStatus.CANNOT_TELL, Unknown.NO_INCOME, None)


def test_a_month_that_is_not_over_is_judged_only_if_it_is_too_much_already():
    assert judge(DEFAULT[Measure.HOUSING], why=Unknown.MONTH_INCOMPLETE).status is LimitStatus.CANNOT_TELL
    limit = Limit(Measure.CATEGORY, amount=Decimal(600), currency="EUR", category="dining")
    assert judge(limit, why=Unknown.MONTH_INCOMPLETE).status is LimitStatus.ALARM


def test_a_rule_that_is_off_is_not_judged():
    limit = Limit(Measure.HOUSING, Decimal("0.1"), categories=("housing",), enabled=False)
    assert judge(limit).status is LimitStatus.OFF
