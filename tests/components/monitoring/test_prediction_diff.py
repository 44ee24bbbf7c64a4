from datetime import date
from decimal import Decimal

from src.components.monitoring.prediction_diff import ChangeCount, ModelPrediction, PredictionPair
from src.domain.predictions import Band
from src.domain.promotions import CategoryChange
from src.domain.transactions import Transaction

AUTO, SUGGEST, UNKNOWN = Band.AUTO, Band.SUGGEST, Band.UNKNOWN


def pair(row_id, before, after, *, amount="1.00", currency="USD", merchant="", remembered=False):
    transaction = Transaction(
        f"text {row_id}", Decimal(amount), currency, date(2026, 3, 4), merchant=merchant
    )
    return PredictionPair(row_id, transaction, before, after, remembered)


def test_each_change_is_counted_in_rows_and_in_the_money_of_each_currency():
    dining, travel, unsure = (
        ModelPrediction("dining", AUTO),
        ModelPrediction("travel", AUTO),
        ModelPrediction(None, UNKNOWN),
    )
    count = ChangeCount.of(
        [
            pair("a", dining, travel, amount="0.10"),
            pair("b", dining, dining, amount="900"),
            pair("c", dining, travel, amount="0.20"),
            pair("d", dining, travel, amount="500", currency="JPY"),
            pair("e", travel, dining, amount="7"),
            pair("f", unsure, dining, amount="8"),
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
        pair(
            f"{name}{number}", ModelPrediction("dining", AUTO), ModelPrediction("travel", AUTO), merchant=name
        )
        for name in ("blue door", "taco garden", "orbit")
        for number in (1, 2)
    ]
    [change] = ChangeCount.of(rows, examples=2).pairs
    assert (change.rows, change.examples) == (6, ("blue door1", "taco garden1"))


def test_rows_without_a_merchant_differ_by_their_text():
    rows = [
        pair(text, ModelPrediction("dining", AUTO), ModelPrediction("travel", AUTO)) for text in ("a", "b")
    ]
    assert ChangeCount.of(rows).pairs[0].examples == ("a", "b")


def test_a_band_may_change_while_the_category_stays():
    count = ChangeCount.of(
        pair(str(number), ModelPrediction("dining", before), ModelPrediction("dining", after))
        for number, (before, after) in enumerate([(AUTO, SUGGEST), (AUTO, SUGGEST), (SUGGEST, AUTO)])
    )
    assert count.pairs == ()
    assert count.bands == ((AUTO, SUGGEST, 2), (SUGGEST, AUTO, 1))


def test_what_the_memory_decides_is_counted_apart():
    same = ModelPrediction("dining", AUTO)
    count = ChangeCount.of([pair("a", same, same, remembered=True), pair("b", same, same)])
    assert (count.rows, count.remembered, count.pairs, count.bands) == (2, 1, (), ())


def test_no_rows_change_nothing():
    assert ChangeCount.of([]) == ChangeCount(0, 0, (), ())
