import json

import numpy as np
import pytest

from src.components.model.thresholds import NEVER, BandThresholds


def honest(count, seed=0):
    """Confidence, and answers that are right with that probability."""
    random = np.random.default_rng(seed)
    confidence = random.uniform(0.05, 1.0, count)
    return confidence, random.uniform(size=count) < confidence


def test_rows_above_the_auto_threshold_are_right_as_often_as_was_asked_for():
    bands = BandThresholds.fit(*honest(5000))
    confidence, correct = honest(20_000, seed=1)
    for wanted in (0.7, 0.8, 0.9, 0.95):
        auto_at, _ = bands.thresholds(wanted)
        assert correct[confidence >= auto_at].mean() == pytest.approx(wanted, abs=0.02)


def test_a_higher_precision_never_lowers_the_threshold():
    bands = BandThresholds.fit(*honest(300))
    thresholds = [bands.thresholds(wanted)[0] for wanted in np.linspace(0.5, 0.999, 60)]
    assert thresholds == sorted(thresholds)


def test_below_the_suggest_threshold_a_guess_is_more_often_wrong_than_right():
    _, suggest_at = BandThresholds.fit(*honest(5000)).thresholds(0.95)
    assert suggest_at == pytest.approx(0.5, abs=0.08)
    confidence, correct = honest(20_000, seed=2)
    assert correct[confidence < suggest_at].mean() < 0.5


def test_an_overconfident_model_is_trusted_only_where_it_was_right():
    random = np.random.default_rng(3)
    confidence = random.uniform(0.5, 1.0, 4000)
    correct = random.uniform(size=4000) < np.where(confidence > 0.9, 0.99, 0.6)
    auto_at, _ = BandThresholds.fit(confidence, correct).thresholds(0.95)
    assert 0.88 < auto_at < 0.92


def test_a_model_that_is_never_right_enough_answers_nothing_by_itself():
    confidence = np.linspace(0.5, 0.9999, 3000)
    auto_at, _ = BandThresholds.fit(confidence, np.arange(3000) % 2 == 0).thresholds(0.95)
    assert auto_at > 0.9996


def test_without_any_row_twice_the_confidence_is_asked_for():
    bands = BandThresholds.fit(np.empty(0), np.empty(0, bool))
    auto_at, suggest_at = bands.thresholds(0.9)
    assert auto_at == pytest.approx(0.95, abs=0.001)
    assert suggest_at == pytest.approx(0.5, abs=0.05)


def test_a_few_lucky_rows_do_not_lower_the_threshold_much():
    auto_at, _ = BandThresholds.fit(np.full(5, 0.6), np.ones(5, bool)).thresholds(0.95)
    assert auto_at > 0.9


def test_the_suggest_threshold_is_never_above_the_auto_threshold():
    bands = BandThresholds.fit(*honest(1000))
    for wanted in (0.5, 0.6, 0.95):
        auto_at, suggest_at = bands.thresholds(wanted)
        assert suggest_at <= auto_at


def test_a_precision_beyond_what_was_measured_is_never_reached():
    assert BandThresholds.fit(*honest(100)).thresholds(0.9999)[0] == NEVER


def test_rows_that_were_not_answered_are_ignored():
    confidence, correct = honest(500)
    with_holes = BandThresholds.fit(np.append(confidence, np.nan), np.append(correct, False))
    assert with_holes == BandThresholds.fit(confidence, correct)


def test_bands_survive_json():
    bands = BandThresholds.fit(*honest(400))
    assert BandThresholds.from_dict(json.loads(json.dumps(bands.to_dict()))) == bands


def test_a_category_with_enough_answers_has_a_threshold_of_its_own():
    random = np.random.default_rng(4)
    answers = random.choice(["sure", "doubtful", "rare"], 6000, p=[0.495, 0.495, 0.01])
    confidence = random.uniform(0.5, 1.0, 6000)
    correct = random.uniform(size=6000) < np.where(answers == "sure", 0.99, confidence)
    bands = BandThresholds.fit(confidence, correct, answers)
    own = {name: auto_at for name, (auto_at, _) in bands.own_thresholds(0.95).items()}
    assert set(own) == {"sure", "doubtful"} | ({"rare"} if (answers == "rare").sum() >= 60 else set())
    assert own["sure"] == pytest.approx(0.9)
    assert own["doubtful"] > bands.thresholds(0.95)[0]
    of_it = (answers == "doubtful") & (confidence >= own["doubtful"])
    assert correct[of_it].mean() == pytest.approx(0.95, abs=0.03)
    assert BandThresholds.from_dict(json.loads(json.dumps(bands.to_dict()))) == bands


def test_a_category_that_is_seldom_right_is_suggested_later():
    random = np.random.default_rng(5)
    answers = random.choice(["plain", "tempting"], 4000)
    confidence = random.uniform(0.3, 1.0, 4000)
    worth = np.where(answers == "plain", confidence, confidence - 0.25)
    bands = BandThresholds.fit(confidence, random.uniform(size=4000) < worth, answers)
    own = {name: suggest_at for name, (_, suggest_at) in bands.own_thresholds(0.95).items()}
    assert own["plain"] == pytest.approx(0.5, abs=0.08)
    assert own["tempting"] == pytest.approx(0.75, abs=0.08)


def test_a_row_that_represents_several_rows_counts_as_so_many():
    confidence, correct = honest(300)
    weights = np.random.default_rng(6).integers(1, 5, 300)
    repeated = BandThresholds.fit(np.repeat(confidence, weights), np.repeat(correct, weights))
    weighted = BandThresholds.fit(confidence, correct, weights=weights)
    assert weighted.auto_at == pytest.approx(repeated.auto_at)
    assert weighted.suggest_at == pytest.approx(repeated.suggest_at)
