"""The page's words for what the domain says in numbers."""

from datetime import UTC, datetime

import pytest

from src.domain.predictions import Band, DecidedBy, Prediction, Reason
from src.domain.training_runs import RunStatus, Trigger
from src.domain.verdicts import Outcome
from src.web.shared import labels


def predicted(*reasons, decided_by=DecidedBy.MODEL, version="7"):
    explanation = tuple(Reason(feature, weight) for feature, weight in reasons)
    at = datetime(2026, 3, 4, tzinfo=UTC)
    return Prediction("dining", 0.9, Band.AUTO, decided_by, (), explanation, version, at)


@pytest.mark.parametrize(
    ("confidence", "said"),
    [(0.99, "almost certain"), (0.93, "very likely"), (0.7, "likely"), (0.4, "perhaps"), (0.1, "a guess")],
)
def test_a_confidence_has_words(confidence, said):
    assert labels.sure(confidence) == said


def test_reasons_are_told_apart_and_the_weightless_left_out():
    prediction = predicted(("swiggy", 2.8), ("amount about 350", -0.3), ("mode upi", 0.01))
    assert labels.reasons(prediction) == (["swiggy"], ["amount about 350"])
    assert labels.reasons(predicted()) == ([], [])


def test_who_decided_is_said():
    assert labels.decided(predicted()) == "by model 7"
    assert labels.decided(predicted(decided_by=DecidedBy.MEMORY)).startswith("by your earlier answer")


def test_every_word_of_the_domain_has_one_here():
    assert set(labels.OUTCOMES) == set(Outcome)
    assert set(labels.RUN_STATUSES) == set(RunStatus)
    assert set(labels.TRIGGERS) == set(Trigger)
    assert set(labels.BANDS) == set(Band)


def test_a_stage_nobody_named_here_is_shown_by_its_own_name():
    assert labels.stage("drift_check") == "Drift check"
