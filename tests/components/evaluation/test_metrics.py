import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score
from sklearn.metrics import log_loss as sklearn_log_loss

from src.components.evaluation.metrics import Evaluation, expected_calibration_error
from tests.components.labelled_rows import labelled, rows_of

CLASSES = ["dining", "travel"]


def report_of(truth, probabilities, classes=CLASSES, seen=(), **columns):
    rows = rows_of(*(labelled(f"{n:03}", f"SHOP {n}", name) for n, name in enumerate(truth))).assign(
        **columns
    )
    seen_rows = rows["merchant"].isin(list(seen)).to_numpy()
    return Evaluation().report(rows, np.asarray(probabilities, float), classes, seen_rows)


def test_the_scores_agree_with_scikit_learn():
    random = np.random.default_rng(3)
    truth = random.choice(["a", "b", "c"], 200).tolist()
    probabilities = random.dirichlet([1, 1, 1], 200)
    answers = np.array(["a", "b", "c"])[probabilities.argmax(axis=1)]
    scores = report_of(truth, probabilities, ["a", "b", "c"]).scores
    assert scores.accuracy == pytest.approx(accuracy_score(truth, answers))
    assert scores.macro_f1 == pytest.approx(f1_score(truth, answers, average="macro"))
    assert scores.log_loss == pytest.approx(sklearn_log_loss(truth, probabilities))


def test_a_category_the_model_does_not_know_is_answered_wrongly():
    report = report_of(["dining", "pets"], [[0.9, 0.1], [0.6, 0.4]])
    assert report.scores.accuracy == 0.5
    assert {one.category: one.recall for one in report.categories} == {"dining": 1.0, "pets": 0.0}
    assert report.scores.log_loss > 10


def test_a_category_that_never_occurs_is_not_in_macro_f1_but_in_the_confusion():
    report = report_of(["dining", "dining"], [[0.9, 0.1], [0.2, 0.8]])
    assert report.scores.macro_f1 == pytest.approx(2 / 3)
    assert report.labels == ("dining", "travel")
    assert report.confusion.tolist() == [[1, 1], [0, 0]]


def test_an_honest_model_has_no_calibration_error_and_a_boastful_one_has():
    confidence = np.full(100, 0.8)
    honest = np.arange(100) < 80
    assert expected_calibration_error(confidence, honest) == pytest.approx(0)
    assert expected_calibration_error(confidence, np.arange(100) < 50) == pytest.approx(0.3)
    assert math.isnan(expected_calibration_error(np.empty(0), np.empty(0, bool)))


def test_slices_separate_known_merchants_from_new_ones_and_the_newest_quarter():
    report = report_of(
        ["dining"] * 4,
        [[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7]],
        seen={"shop"},
        merchant=["shop", "shop", "new", "new"],
        date=np.array(["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"], "datetime64[ns]"),
    )
    slices = {one.name: (one.challenger, one.rows) for one in report.slices}
    assert slices == {"seen_merchants": (1.0, 2), "unseen_merchants": (0.0, 2), "newest_quarter": (0.0, 1)}


def test_money_weighted_accuracy_counts_money_within_each_currency():
    report = report_of(["dining", "dining"], [[0.9, 0.1], [0.1, 0.9]], amount=[90.0, 10.0])
    assert report.scores.money_weighted_accuracy == pytest.approx(0.9)
    mixed = report_of(
        ["dining"] * 2, [[0.9, 0.1], [0.1, 0.9]], amount=[5.0, 700_000.0], currency=["USD", "VND"]
    )
    assert mixed.scores.money_weighted_accuracy == pytest.approx(0.5)


def test_no_rows_make_a_report_without_figures():
    report = report_of([], np.empty((0, 2)))
    assert report.scores.rows == 0
    assert math.isnan(report.scores.accuracy)
    assert report.reliability == ()
