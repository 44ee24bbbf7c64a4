from src.components.monitoring.decision_counts import confusion, decided, decided_by_month
from src.domain.predictions import Band, DecidedBy
from src.domain.quality import ConfusionCount, PredictionCount


def held(predictions, band=Band.AUTO, decided_by=DecidedBy.MODEL, agrees=None, month="2026-03"):
    return PredictionCount(predictions, 0.9 * predictions, month, band, decided_by, agrees)


COUNTS = [
    held(60),
    held(10, decided_by=DecidedBy.MEMORY, agrees=True),
    held(5, agrees=False),
    held(15, Band.SUGGEST),
    held(4, Band.SUGGEST, agrees=True),
    held(6, Band.UNKNOWN, agrees=False, month="2026-02"),
]


def test_a_person_decided_what_an_answer_changed_and_nobody_what_still_waits():
    found = decided(COUNTS)
    assert found.by == {"rule": 0, "memory": 10, "model": 64, "person": 11, "waiting": 15}
    assert (found.total, found.automatic, found.automation) == (100, 70, 0.7)


def test_months_are_told_apart_and_nothing_is_no_share():
    february, march = decided_by_month(COUNTS)
    assert (february.month, february.automatic, february.by["person"]) == ("2026-02", 0, 6)
    assert march.total == 94
    assert decided([]).automation is None


def test_mistakes_are_told_by_size_and_being_unsure_is_none():
    found = confusion(
        [
            ConfusionCount(3, "groceries", "dining", "dining"),
            ConfusionCount(4, "dining", "dining", "dining"),
            ConfusionCount(2, "groceries", None, "groceries"),
            ConfusionCount(1, "travel", "dining", "dining"),
        ]
    )
    assert found.categories == ("groceries", "dining", "travel")
    assert found.mistakes() == [("dining", "groceries", 3), ("dining", "travel", 1)]
    assert found.count(None, "groceries") == 2
