from math import sqrt

import pytest

from src.components.evaluation.significance import wilson
from src.components.monitoring.quality import (
    Accuracy,
    Stratum,
    confusion,
    decisions,
    decisions_by_month,
    reliability,
    representative_answers,
    strata_of,
    stratified,
)
from src.domain.predictions import Band, DecidedBy
from src.domain.quality import AnswerCount, ConfusionCount, PredictionCount


def count(
    answers=1, *, right=True, band=Band.AUTO, audited=False, step=9, confidence=0.92, predicted_right=None
):
    return AnswerCount(
        answers,
        confidence * answers,
        "2026-03-02",
        "1",
        band,
        DecidedBy.MODEL,
        audited,
        step,
        right,
        right if predicted_right is None else predicted_right,
    )


def test_wilsons_interval_is_that_of_the_text_books():
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 1 of 29.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_each_band_has_the_weight_of_its_predictions():
    strata = [
        Stratum(Band.AUTO, 900, Accuracy(19, 20)),
        Stratum(Band.SUGGEST, 100, Accuracy(30, 60)),
    ]
    estimate = stratified(strata)
    assert estimate.share == pytest.approx(0.9 * 0.95 + 0.1 * 0.5)
    (low_a, high_a), (low_s, high_s) = wilson(19, 20), wilson(30, 60)
    below = (0.9 * (0.95 - low_a)) ** 2 * 880 / 900 + (0.1 * (0.5 - low_s)) ** 2 * 40 / 100
    above = (0.9 * (high_a - 0.95)) ** 2 * 880 / 900 + (0.1 * (high_s - 0.5)) ** 2 * 40 / 100
    assert estimate.ci95 == pytest.approx((estimate.share - sqrt(below), estimate.share + sqrt(above)))
    assert estimate.enough


def test_a_fully_answered_band_has_no_interval_and_an_unanswered_one_the_widest():
    known = stratified([Stratum(Band.SUGGEST, 12, Accuracy(9, 12))])
    assert (known.share, known.ci95, known.enough) == (0.75, (0.75, 0.75), True)
    assert not stratified([Stratum(Band.SUGGEST, 4, Accuracy(3, 4))]).enough
    unknown = stratified([Stratum(Band.AUTO, 50, Accuracy(0, 0))])
    assert (unknown.ci95, unknown.enough) == ((0.0, 1.0), False)
    assert stratified([Stratum(Band.AUTO, 0, Accuracy(0, 0))]) is None


def test_an_estimate_is_shown_although_a_tiny_band_has_few_answers():
    tiny = Stratum(Band.UNKNOWN, 4, Accuracy(1, 2))
    assert stratified([Stratum(Band.AUTO, 96, Accuracy(19, 20)), tiny]).enough
    assert not stratified([Stratum(Band.AUTO, 60, Accuracy(19, 20)), tiny]).enough


def test_of_automatic_rows_only_the_audit_sample_counts():
    counts = [
        count(40, right=False),  # corrections nobody asked for
        count(18, audited=True),
        count(2, audited=True, right=False),
        count(5, band=Band.SUGGEST),
    ]
    strata = {stratum.band: stratum for stratum in strata_of(counts, {Band.AUTO: 1000, Band.SUGGEST: 30})}
    assert strata[Band.AUTO].answered == Accuracy(18, 20)
    assert strata[Band.SUGGEST].answered == Accuracy(5, 5)
    assert strata[Band.UNKNOWN].predictions == 0


def test_reliability_has_the_mean_confidence_of_a_step_and_how_often_it_was_right():
    counts = [
        count(3, step=9, confidence=0.92),
        count(1, step=9, confidence=0.94, right=False),
        count(2, step=11, confidence=0.995),
    ]
    nine, top = reliability(counts)
    assert (nine.low, nine.high, nine.answered) == (0.9, 0.95, Accuracy(3, 4))
    assert nine.confidence == pytest.approx((3 * 0.92 + 0.94) / 4)
    assert (top.low, top.high) == (0.99, 1.0)


def test_corrections_are_ignored_once_enough_of_the_audit_sample_is_answered():
    unasked, few, doubtful = count(7, right=False), count(9, audited=True), count(5, band=Band.SUGGEST)
    assert representative_answers([unasked, few, doubtful]) == [unasked, few, doubtful]
    enough = count(10, audited=True)
    assert representative_answers([unasked, enough, doubtful]) == [enough, doubtful]


def test_ten_answers_are_the_fewest_that_count():
    assert (Accuracy(9, 9).enough, Accuracy(10, 10).enough) == (False, True)


def predicted(predictions, band=Band.AUTO, decided_by=DecidedBy.MODEL, agrees=None, month="2026-03"):
    return PredictionCount(predictions, 0.9 * predictions, month, band, decided_by, agrees)


COUNTS = [
    predicted(60),
    predicted(10, decided_by=DecidedBy.MEMORY, agrees=True),
    predicted(5, agrees=False),
    predicted(15, Band.SUGGEST),
    predicted(4, Band.SUGGEST, agrees=True),
    predicted(6, Band.UNKNOWN, agrees=False, month="2026-02"),
]


def test_a_person_decided_a_changed_prediction_and_nobody_an_unanswered_suggestion():
    counted = decisions(COUNTS)
    assert counted.by == {"rule": 0, "memory": 10, "model": 64, "person": 11, "waiting": 15}
    assert (counted.total, counted.automatic, counted.automation) == (100, 70, 0.7)


def test_months_are_counted_apart_and_no_rows_have_no_share():
    february, march = decisions_by_month(COUNTS)
    assert (february.month, february.automatic, february.by["person"]) == ("2026-02", 0, 6)
    assert march.total == 94
    assert decisions([]).automation is None


def test_mistakes_are_sorted_by_size_and_unknown_is_not_one():
    matrix = confusion(
        [
            ConfusionCount(3, "groceries", "dining", "dining"),
            ConfusionCount(4, "dining", "dining", "dining"),
            ConfusionCount(2, "groceries", None, "groceries"),
            ConfusionCount(1, "travel", "dining", "dining"),
        ]
    )
    assert matrix.categories == ("groceries", "dining", "travel")
    assert matrix.mistakes == [("dining", "groceries", 3), ("dining", "travel", 1)]
    assert matrix.counts[None, "groceries"] == 2
