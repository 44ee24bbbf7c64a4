import numpy as np
import pytest
from scipy.special import expit, logit, softmax

from src.components.features.linear_form import apply_calibration
from src.components.model.calibration import ConfidenceMap, choose_map, fit_temperature


def drawn(count, temperature, seed=0):
    """Scores, and truths drawn with the probabilities softmax(scores / temperature)."""
    random = np.random.default_rng(seed)
    scores = random.normal(0, 3, (count, 4))
    chances = softmax(scores / temperature, axis=1)
    return scores, np.array([random.choice(4, p=row) for row in chances])


@pytest.mark.parametrize("true", [0.3, 1.0, 4.0])
def test_the_temperature_that_made_the_truth_is_found_again(true):
    assert fit_temperature(*drawn(6000, true)) == pytest.approx(true, rel=0.1)


def test_a_handful_of_right_answers_makes_nobody_certain():
    scores = np.tile([2.0, 0.0, 0.0], (5, 1))
    confidence = softmax(scores / fit_temperature(scores, np.zeros(5, int)), axis=1).max()
    assert 0.7 < confidence < 0.95


def test_answers_that_are_mostly_wrong_make_all_categories_nearly_equal():
    scores = np.tile([2.0, 0.0, 0.0], (90, 1))
    temperature = fit_temperature(scores, np.arange(90) % 3)
    assert softmax(scores[0] / temperature).max() < 0.36


def test_rows_whose_category_cannot_be_answered_are_ignored():
    scores, truth = drawn(2000, 1.0)
    barred = np.concatenate([scores, np.tile([-np.inf, 0.0, 5.0, 0.0], (500, 1))])
    temperature = fit_temperature(barred, np.concatenate([truth, np.zeros(500, int)]))
    assert temperature == pytest.approx(fit_temperature(scores, truth), rel=0.01)


def test_weights_decide_between_rows_that_disagree():
    sure, unsure = drawn(1500, 0.3, seed=1), drawn(1500, 4.0, seed=2)
    scores, truth = (np.concatenate(pair) for pair in zip(sure, unsure, strict=True))
    weights = np.repeat([1.0, 0.001], 1500)
    assert fit_temperature(scores, truth, weights) < 0.4 < 2 < fit_temperature(scores, truth, weights[::-1])


@pytest.mark.parametrize(("rows", "classes"), [(0, 3), (4, 1)])
def test_nothing_to_learn_from_leaves_the_scores_as_they_are(rows, classes):
    assert fit_temperature(np.zeros((rows, classes)), np.zeros(rows, int)) == 1.0


def lines(count, worth, seed=0):
    random = np.random.default_rng(seed)
    confidence = random.uniform(0.02, 0.98, count)
    correct = random.uniform(size=count) < worth(confidence)
    return confidence, correct, np.ones(count), np.arange(count).astype(str)


@pytest.mark.parametrize(
    ("worth", "names"),
    [
        (lambda confidence: confidence, {"temperature"}),
        (lambda confidence: expit(0.4 * logit(confidence) - 0.8), {"sigmoid", "isotonic"}),
        (lambda confidence: np.where(confidence > 0.7, 0.85, 0.25), {"isotonic"}),
    ],
)
def test_the_data_choose_how_confidence_is_calibrated(worth, names):
    chosen = choose_map(*lines(6000, worth))
    assert chosen.name in names
    confidence, *_ = lines(500, worth, seed=1)
    assert np.abs(chosen(confidence) - worth(confidence)).mean() < 0.04


def test_few_rows_change_nothing_but_the_temperature():
    few = lines(150, lambda confidence: 0.3 * confidence)
    assert choose_map(*few).name == "temperature"
    assert choose_map(few[0], np.ones(150, bool), *few[2:]).name == "temperature"


def test_a_line_keeps_the_leader_and_the_sum_and_shares_the_rest_as_before():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.45, 0.45], [1.0, 0.0, 0.0]])
    line = ConfidenceMap("isotonic", np.array([0.0, 1.0]), np.array([0.0, 0.5]))
    calibrated = apply_calibration(probabilities, line.confidence, line.calibrated)
    assert np.allclose(calibrated.sum(axis=1), 1)
    assert (calibrated.max(axis=1) <= calibrated[np.arange(3), [0, 1, 0]] + 1e-12).all()
    assert calibrated[0] == pytest.approx([0.4, 0.4, 0.2], abs=0.001)
    assert np.array_equal(apply_calibration(probabilities, np.empty(0), np.empty(0)), probabilities)
