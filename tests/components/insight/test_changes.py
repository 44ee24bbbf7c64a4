"""What is out of the ordinary: nothing in stable months with their noise, and what was changed in them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import median

import pytest

from src.components.insight.changes import EarlierMonths, changed_sums, new_merchants
from src.components.insight.comparison import usual_amount
from src.components.insight.importance import largest_rises, most_important
from src.components.insight.recurring_changes import recurring_changes
from src.domain.categories import Flow
from src.domain.insight import Change, ChangeCode, MonthSums, Rise
from src.domain.recurring import Interval, RecurringPayment, SeriesDecision, SeriesStatus
from src.domain.transactions import Direction
from tests.components.insight.months import Household

LEDGERS = 200


def changes(now, months):
    """now, months: of a household; the months are those before, oldest first."""
    sums, merchants = zip(*months, strict=True)
    usual = median(month.of(Flow.SPENT) for month in sums)
    earlier = EarlierMonths(sums, sums)
    return [*changed_sums(now[0], earlier, complete=True), *new_merchants(now[1], merchants, usual)]


def test_stable_months_have_a_sentence_in_less_than_one_of_twenty():
    months, with_sentence = 0, 0
    for seed in range(LEDGERS):
        household = Household(seed)
        earlier = household.months(4 + seed % 9)
        for _ in range(3):
            months += 1
            with_sentence += bool(changes(household.month(), earlier))
    assert with_sentence < 0.05 * months


@pytest.mark.parametrize("earlier", [5, 12])
def test_a_change_that_is_large_for_its_category_is_named(earlier):
    """Five times the purchases: result in most households, although some shop irregularly."""
    named, households = 0, 0
    for seed in range(60):
        household = Household(seed)
        if "dining" in household.kinds:
            households += 1
            months = household.months(earlier)
            [*named_here] = [change.category for change in changes(household.month(dining=5), months)]
            named += "dining" in named_here
    assert named > 0.75 * households


def months_of(**spent):
    """Twelve months with these amounts; a pair alternates."""
    return [
        MonthSums(
            {Flow.SPENT: Decimal(sum(of_month.values())), Flow.EARNED: Decimal(3000)},
            {name: Decimal(amount) for name, amount in of_month.items()},
            dict.fromkeys(of_month, 10),
        )
        for number in range(12)
        for of_month in [{name: pair[number % 2] for name, pair in spent.items()}]
    ]


STABLE = months_of(groceries=(380, 420), dining=(95, 105), housing=(900, 900))


def with_spent(month, **spent):
    values = {**month.spent, **{name: Decimal(amount) for name, amount in spent.items()}}
    return replace(month, spent=values, flows={**month.flows, Flow.SPENT: sum(values.values(), Decimal(0))})


def codes(now, earlier=STABLE, **more):
    result = changed_sums(now, EarlierMonths(earlier, earlier), **{"complete": True, **more})
    return [(one.code.value, one.category) for one in result]


def test_a_category_is_compared_with_its_median_and_below_it_too():
    assert codes(STABLE[0]) == []
    assert codes(with_spent(STABLE[0], dining=130)) == []  # 2 % of the month's spending
    assert codes(with_spent(STABLE[0], dining=260)) == [("category_up", "dining")]
    assert codes(with_spent(STABLE[0], groceries=60))[-1] == ("category_down", "groceries")
    [change] = [
        one
        for one in changed_sums(
            with_spent(STABLE[0], dining="260.50"), EarlierMonths(STABLE, STABLE), complete=True
        )
        if one.category
    ]
    assert (change.amount, change.usual, change.weight) == (Decimal("260.50"), 100, Decimal("160.50"))


def test_four_months_are_needed():
    assert codes(with_spent(STABLE[0], dining=900), STABLE[:3]) == []
    assert codes(with_spent(STABLE[0], dining=900), STABLE[:4]) != []


def test_what_is_not_categorized_may_be_what_a_category_lacks():
    less = with_spent(STABLE[0], groceries=60)
    assert ("category_down", "groceries") in codes(less)
    unfinished = replace(less, spent={**less.spent, None: Decimal(350)})
    assert ("category_down", "groceries") not in codes(unfinished)


def test_a_month_that_is_not_over_tells_only_what_is_more_than_a_whole_month():
    """The rent that came on the first, not the third, is no change; nor is what did not come yet."""
    early = months_of(housing=(0, 0), groceries=(40, 50))
    earlier = EarlierMonths(whole=STABLE, same_days=early)
    for now in (with_spent(early[0], housing=900), with_spent(early[0], groceries=0)):
        assert changed_sums(now, earlier, complete=False) == []
    more = with_spent(early[0], groceries=700)
    assert [one.category for one in changed_sums(more, earlier, complete=False)] == ["groceries"]


def test_income_that_is_missing_or_higher():
    for amount, code in ((0, "income_down"), (5000, "income_up")):
        now = replace(STABLE[0], flows={**STABLE[0].flows, Flow.EARNED: Decimal(amount)})
        assert codes(now) == [(code, None)]


def test_a_new_merchant_must_be_large_for_the_ledger():
    months = [{"grocer": Decimal(400), f"shop {number}": Decimal(30)} for number in range(8)]
    now = {"grocer": Decimal(2000), "hotel": Decimal(700), "kiosk": Decimal(40)}
    assert [one.merchant for one in new_merchants(now, months, Decimal(1400))] == ["hotel"]
    assert new_merchants(now, months[:3], Decimal(1400)) == []


def change(code, weight, **fields):
    return Change(ChangeCode(code), fields.pop("amount", Decimal(weight)), Decimal(weight), **fields)


def test_at_most_five_changes_are_kept_the_largest_first_and_none_twice():
    result = [
        change("spending_up", 500),
        change("category_up", 480, category="travel"),
        change("new_merchant", 450, merchant="hotel"),
        change("income_down", 2000),
        change("missed", 2000, income=True, name="acme"),
        *(change("price_up", number, name=str(number)) for number in range(5)),
    ]
    kept = most_important(result, {"travel": Rise("hotel", Decimal(450), is_new=True)})
    assert [(one.code.value, one.merchant or one.name) for one in kept] == [
        ("missed", "acme"),
        ("category_up", "hotel"),
        ("price_up", "4"),
        ("price_up", "3"),
        ("price_up", "2"),
    ]


def test_the_merchant_that_rose_most_explains_a_category():
    months = ["2025-10", "2025-11", "2025-12"]
    spent = {
        ("health", "dentist"): {"2026-01": Decimal(900)},
        ("health", "chemist"): {**dict.fromkeys(months, Decimal(40)), "2026-01": Decimal(60)},
        ("home", "timber"): {**dict.fromkeys(months, Decimal(50)), "2026-01": Decimal(400)},
    }
    assert largest_rises(spent, "2026-01", months) == {
        "health": Rise("dentist", Decimal(900), is_new=True),
        "home": Rise("timber", Decimal(350), is_new=False),
    }


def test_a_merchant_that_explains_too_little_is_not_named():
    rises = {"travel": Rise("hotel", Decimal(200), is_new=True)}
    assert [
        one.merchant for one in most_important([change("category_up", 480, category="travel")], rises)
    ] == [None]


def payment(**fields):
    values = {
        "id": "1",
        "merchant": "film club",
        "name": "Film Club",
        "category": "subscriptions",
        "currency": "EUR",
        "direction": Direction.EXPENSE,
        "interval": Interval.MONTHLY,
        "amount": Decimal("17.99"),
        "varies": False,
        "status": SeriesStatus.ACTIVE,
        "last_date": date(2026, 3, 5),
        "next_date": date(2026, 4, 5),
        "price_changes": (),
        "missed": (),
        "doubled": (),
        "yearly_cost": Decimal("215.88"),
        "decision": SeriesDecision(),
    }
    return RecurringPayment(**{**values, **fields})


def recurring(**fields):
    result = recurring_changes([payment(**fields)], date(2026, 3, 1), date(2026, 3, 31))
    return [(one.code.value, one.day) for one in result]


def test_recurring_payments_change_by_price_and_when_they_are_missed_doubled_or_ended():
    day = date(2026, 3, 5)
    steps = ((Decimal("13.99"), Decimal("17.99"), day), (Decimal(10), Decimal("13.99"), date(2025, 3, 5)))
    assert recurring(price_changes=steps) == [("price_up", day)]
    assert recurring(price_changes=[(Decimal(20), Decimal(10), day)]) == [("price_down", day)]
    assert recurring(missed=(day, date(2026, 2, 5))) == [("missed", day)]
    assert recurring(doubled=(day,)) == [("doubled", day)]
    ended = {"status": SeriesStatus.ENDED, "last_date": date(2026, 2, 5), "next_date": None}
    assert recurring(**ended) == [("ended", date(2026, 2, 5))]
    assert recurring(**ended, decision=SeriesDecision(ended_on=date(2026, 2, 5))) == []
    weekly = {"interval": Interval.WEEKLY, "missed": (day,)}
    assert (recurring(**weekly), recurring(**weekly, decision=SeriesDecision(confirmed=True))) == (
        [],
        [("missed", day)],
    )


def test_usual_is_the_median_of_the_newest_six_with_the_decimals_of_the_currency():
    assert usual_amount([Decimal(1), Decimal(2)]) is None
    assert usual_amount([Decimal("1.01"), Decimal("1.04"), Decimal("9.00"), Decimal(0)]) == Decimal("1.02")
    assert usual_amount([Decimal(999)] * 6 + [Decimal(5)] * 6) == 5
