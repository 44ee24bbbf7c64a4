from src.components.monitoring.quality import confusion, decisions, decisions_by_month
from src.domain.predictions import Band, DecidedBy
from src.domain.quality import ConfusionCount, PredictionCount


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
