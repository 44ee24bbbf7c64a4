"""The labels that pages show for values of the domain."""

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
    ("confidence", "words"),
    [(0.99, "almost certain"), (0.93, "very likely"), (0.7, "likely"), (0.4, "perhaps"), (0.1, "a guess")],
)
def test_a_confidence_has_words(confidence, words):
    assert labels.sure(confidence) == words


def test_reasons_for_and_against_are_separated_and_weightless_ones_ignored():
    prediction = predicted(("swiggy", 2.8), ("amount about 350", -0.3), ("mode upi", 0.01))
    assert labels.reasons(prediction) == (["swiggy"], ["amount about 350"])
    assert labels.reasons(predicted()) == ([], [])


@pytest.mark.parametrize(
    ("feature", "text"),
    [
        ("memory:1/1", "your last answer for this merchant"),
        ("memory:2/3", "2 of your last 3 answers for this merchant"),
        ("memory-hint:similar", "your answers for merchants of a similar name"),
        ("memory-hint:differing", "your answers for this merchant, which differ"),
        ("amount:350.75", "amount about 350"),
        ("amount:12499", "amount about 12,000"),
        ("amount:0.994", "amount about 0.99"),
        ("amount:0.00", "amount about 0"),
        ("amount:missing", "no amount"),
        ("typical-amount:", "amount compared with the typical one"),
        ("day:4", "day 4 of the month"),
        ("via:sq", "paid through sq"),
        ("mode:credit card", "mode credit card"),
        ("currency:usd", "currency usd"),
        ("subcategory:food: {0}", "subcategory food: {0}"),
        ("lexicon:dining", "listed under dining"),
        ("memory", "memory"),
        ("amount:of a restored file", "amount about of a restored file"),
        ("amount about 350", "amount about 350"),
        ("your last answer for this merchant", "your last answer for this merchant"),
    ],
)
def test_a_reasons_code_has_words_and_the_text_of_an_earlier_version_stays(feature, text):
    assert labels.reason_text(feature) == text


def test_who_decided_has_a_label():
    assert labels.decided(predicted()) == "by model 7"
    assert labels.decided(predicted(decided_by=DecidedBy.MEMORY)).startswith("by your earlier answer")


def test_every_value_of_the_domain_has_a_label():
    assert set(labels.OUTCOMES) == set(Outcome)
    assert set(labels.RUN_STATUSES) == set(RunStatus)
    assert set(labels.TRIGGERS) == set(Trigger)
    assert set(labels.BANDS) == set(Band)


def test_a_stage_nobody_named_here_is_shown_by_its_own_name():
    assert labels.stage("drift_check") == "Drift check"
