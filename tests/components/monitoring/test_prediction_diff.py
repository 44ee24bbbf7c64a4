from datetime import date
from decimal import Decimal

from src.components.monitoring.prediction_diff import ChangeCount, Judged, Said
from src.domain.predictions import Band
from src.domain.promotions import CategoryChange
from src.domain.transactions import Transaction

AUTO, SUGGEST, UNKNOWN = Band.AUTO, Band.SUGGEST, Band.UNKNOWN


def judged(row_id, before, after, *, amount="1.00", currency="USD", merchant="", remembered=False):
    given = Transaction(f"text {row_id}", Decimal(amount), currency, date(2026, 3, 4), merchant=merchant)
    return Judged(row_id, given, before, after, remembered)


def test_each_change_is_counted_in_rows_and_in_the_money_of_each_currency():
    dining, travel, unsure = Said("dining", AUTO), Said("travel", AUTO), Said(None, UNKNOWN)
    count = ChangeCount.of(
        [
            judged("a", dining, travel, amount="0.10"),
            judged("b", dining, dining, amount="900"),
            judged("c", dining, travel, amount="0.20"),
            judged("d", dining, travel, amount="500", currency="JPY"),
            judged("e", travel, dining, amount="7"),
            judged("f", unsure, dining, amount="8"),
        ]
    )
    assert count.rows == 6
    assert count.pairs == (
        CategoryChange("dining", "travel", 3, {"JPY": Decimal(500), "USD": Decimal("0.30")}, ("a", "c", "d")),
        CategoryChange(None, "dining", 1, {"USD": Decimal(8)}, ("f",)),
        CategoryChange("travel", "dining", 1, {"USD": Decimal(7)}, ("e",)),
    )
    assert count.bands == ((UNKNOWN, AUTO, 1),)


def test_the_newest_of_different_merchants_are_the_examples():
    rows = [
        judged(f"{name}{number}", Said("dining", AUTO), Said("travel", AUTO), merchant=name)
        for name in ("blue door", "taco garden", "orbit")
        for number in (1, 2)
    ]
    [change] = ChangeCount.of(rows, examples=2).pairs
    assert (change.rows, change.examples) == (6, ("blue door1", "taco garden1"))


def test_rows_without_a_merchant_are_told_apart_by_their_text():
    rows = [judged(each, Said("dining", AUTO), Said("travel", AUTO)) for each in ("a", "b")]
    assert ChangeCount.of(rows).pairs[0].examples == ("a", "b")


def test_a_band_may_change_while_the_category_stays():
    count = ChangeCount.of(
        judged(str(number), Said("dining", before), Said("dining", after))
        for number, (before, after) in enumerate([(AUTO, SUGGEST), (AUTO, SUGGEST), (SUGGEST, AUTO)])
    )
    assert count.pairs == ()
    assert count.bands == ((AUTO, SUGGEST, 2), (SUGGEST, AUTO, 1))


def test_what_the_memory_decides_is_counted_apart():
    same = Said("dining", AUTO)
    count = ChangeCount.of([judged("a", same, same, remembered=True), judged("b", same, same)])
    assert (count.rows, count.remembered, count.pairs, count.bands) == (2, 1, (), ())


def test_no_rows_change_nothing():
    assert ChangeCount.of([]) == ChangeCount(0, 0, (), ())
