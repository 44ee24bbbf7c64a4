import json

import numpy as np
import pytest
from sklearn.metrics import f1_score

from benchmarks.quality import figures, measures, mistakes
from benchmarks.quality.answers import LEAST, likelihood
from benchmarks.quality.protocols import Run
from src.components.evaluation.metrics import expected_calibration_error
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction
from tests.benchmarks.invented_rows import answer, data, rows_of

DRAW = np.random.default_rng(5)
MERCHANTS = [f"m{number}" for number in DRAW.integers(0, 40, 300)]
TRUTH = DRAW.choice(["a", "b", "c"], 300, p=[0.6, 0.3, 0.1]).tolist()
PREDICTED = [true if DRAW.random() < 0.7 else "a" for true in TRUTH]
RIGHT = [true == predicted for true, predicted in zip(TRUTH, PREDICTED, strict=True)]
SURE = DRAW.uniform(0.4, 1, 300).tolist()


def test_every_interval_contains_its_figure():
    intervals = [
        measures.share(RIGHT, MERCHANTS),
        measures.mean(SURE, MERCHANTS),
        measures.macro_f1(TRUTH, PREDICTED, MERCHANTS),
        measures.macro_recall(TRUTH, RIGHT, MERCHANTS),
        measures.calibration_error(SURE, RIGHT, MERCHANTS),
    ]
    for interval in intervals:
        assert interval.low <= interval.value <= interval.high
        assert interval.low < interval.high
        assert interval.rows == 300


def test_figures_agree_with_those_of_the_product_and_of_scikit_learn():
    assert measures.share(RIGHT, MERCHANTS).value == pytest.approx(np.mean(RIGHT))
    f1 = f1_score(TRUTH, PREDICTED, average="macro", zero_division=0.0)
    assert measures.macro_f1(TRUTH, PREDICTED, MERCHANTS).value == pytest.approx(f1)
    expected = expected_calibration_error(np.array(SURE), np.array(RIGHT))
    assert measures.calibration_error(SURE, RIGHT, MERCHANTS).value == pytest.approx(expected)


def test_rows_of_one_merchant_count_together():
    hits = [True] * 50 + [False] * 50
    of_two = measures.share(hits, ["one"] * 50 + ["other"] * 50)
    of_many = measures.share(hits, [f"m{number}" for number in range(100)])
    assert of_two.high - of_two.low > 2 * (of_many.high - of_many.low)


def test_where_all_are_right_the_interval_still_admits_a_doubt():
    share = measures.share([True] * 12, [f"m{number}" for number in range(12)])
    assert (share.value, share.high) == (1.0, 1.0)
    assert share.low == pytest.approx(0.757, abs=0.001)  # Wilson, 12 of 12


def test_no_rows_are_no_figure_and_not_a_zero():
    assert figures.plain(measures.share([], [])) == {"value": None, "low": None, "high": None, "rows": 0}


def test_a_repeated_mistake_contradicts_the_last_answer_for_the_merchant():
    answers = [
        answer("a", "b", earlier=["b", "a"]),  # repeated, ambiguous
        answer("a", "b", earlier=["a"], merchant="red house"),  # repeated, one name
        answer("a", "b", earlier=["a", "b"]),  # the last answer was wrong too
        answer("a", "b"),  # never answered
        answer("a", "a", earlier=["a"]),  # right
    ]
    assert [answer.repeats for answer in answers] == [True, True, False, False, False]
    measured = figures.of_replay(Run(answers, {}, answers), rows_of(answers))
    assert measured["product"]["repeated mistakes"].value == pytest.approx(2 / 5)
    assert measured["product"]["repeated mistakes, one name"].value == pytest.approx(1 / 5)
    assert measured["repeated"]["at once"] == {
        "predictions": 2,
        "of ambiguous merchants": 1,
        "merchants": 2,
        "ambiguous merchants": 1,
    }


def test_the_last_quarter_is_that_of_the_file():
    answers = [answer("a", "b")] * 12 + [answer("a", "a")] * 4
    measured = figures.of_replay(Run(answers, {}, answers), data([("blue door", "a")] * 20))
    assert measured["product"]["accuracy, last quarter"].rows == 5
    assert measured["product"]["accuracy, last quarter"].value == pytest.approx(4 / 5)


def test_auto_is_counted_over_all_and_again_over_merchants_never_seen():
    answers = [
        answer("a", "a", earlier=["a"]),
        answer("a", "b", earlier=["b"]),
        answer("a", "a", merchant="red house"),
        answer("a", "b", merchant="green gate", band=Band.SUGGEST),
    ]
    measured = figures.of_split(Run(answers, {"majority": ["a"] * 4}), rows_of(answers))
    product = measured["product"]
    assert product["auto, share"].value == pytest.approx(3 / 4)
    assert product["auto, precision"].value == pytest.approx(2 / 3)
    assert product["auto of unseen merchants, share"].value == pytest.approx(1 / 2)
    assert product["auto of unseen merchants, precision"].value == 1.0
    assert product["suggest, precision"].value == 0.0
    assert measured["baselines"]["majority"]["accuracy"].value == 1.0


def test_a_cold_answer_is_right_by_any_of_the_meanings():
    rows = data([("blue door", "Food"), ("red house", "Fun")], {"Food": "dining|groceries", "Fun": "travel"})
    answers = [answer("Food", "groceries"), answer("Fun", "dining", merchant="red house")]
    measured = figures.of_cold(Run(answers, {"majority": ["dining", "dining"]}), rows, frozenset())
    assert measured["product"]["accuracy"].value == 0.5
    assert measured["product"]["macro_recall"].value == 0.5
    assert measured["mistakes"] == {mistakes.NO_WORD: 1}
    json.dumps(figures.plain(measured))


def test_a_category_not_shown_has_its_part_of_what_the_shown_leave():
    shown = (Alternative("a", 0.6), Alternative("b", 0.2))
    made = Prediction("a", 0.6, Band.AUTO, DecidedBy.MODEL, shown, (), "1", None)
    assert likelihood(made, "b", "abcd") == 0.2
    assert likelihood(made, "c", "abcd") == pytest.approx(0.1)
    assert likelihood(made, "never known", "abcd") == 0
    assert LEAST > 0


def test_each_mistake_has_the_first_kind_that_fits():
    rows = data(
        [("blue door", "a")] * 9
        + [("blue door", "b")]
        + [("everything bazaar", "a"), ("everything bazaar", "b")]
        + [("red house", "a")] * 3
    )
    answers = [
        answer("b", "a", earlier=["a"] * 9),
        answer("b", "a", merchant="everything bazaar"),
        answer("a", "shipped-one", merchant="red house"),
        answer("a", "b", merchant="red house"),
        answer("a", "b", merchant="red house", earlier=["a"]),
        answer("a", "a", merchant="red house"),
    ]
    assert mistakes.kinds(answers, rows) == {
        mistakes.NOISE: 1,
        mistakes.AMBIGUOUS: 1,
        mistakes.NOT_THEIRS: 1,
        mistakes.NEW_MERCHANT: 1,
        mistakes.KNOWN_MERCHANT: 1,
    }
