"""The champion with the categories of today."""

import pytest

from src.components.model.scorer import LinearScorer
from src.components.model.serving import Serving
from src.domain.categories import Category, Group
from src.domain.prediction_basis import PredictionBasis
from src.domain.predictions import Band
from src.pipeline.prediction.present_categories import PresentCategories
from tests.components.invented import transaction
from tests.components.model.test_named_categories import learned  # noqa: F401

COFFEE = Category("coffee", "Coffee", Group.DISCRETIONARY, "#7a5195")
CAFE = transaction("MOONBEAN 0042")


def serving_of(scorer, **labels):
    return Serving("7", scorer, auto_at=0.9, suggest_at=0.5, labels=labels)


def of(serving, own=(), merged=None):
    return PresentCategories()(serving, PredictionBasis(own, merged or {}))


@pytest.fixture
def scorer(learned):  # noqa: F811
    return learned


def test_without_own_categories_the_model_serves_as_it_is(scorer):
    assert isinstance(of(serving_of(scorer)).scorer, LinearScorer)


def test_what_is_predicted_from_a_name_is_suggested_earlier_and_never_automatic(scorer):
    serving = of(serving_of(scorer), [COFFEE])
    assert [serving.band(share, "coffee") for share in (1.0, 0.31, 0.29)] == [
        Band.SUGGEST,
        Band.SUGGEST,
        Band.UNKNOWN,
    ]
    assert [serving.band(share, "dining") for share in (0.9, 0.31)] == [Band.AUTO, Band.UNKNOWN]


@pytest.mark.parametrize(("labels", "helped"), [(1, True), (500, False)])
def test_the_name_helps_until_a_category_has_enough_labels(scorer, labels, helped):
    own = [Category("groceries", "Coffee", Group.DISCRETIONARY, "#7a5195")]
    serving = of(serving_of(scorer, groceries=labels, dining=500), own)
    share = dict(zip(serving.scorer.classes, serving.scorer.probabilities([CAFE])[0], strict=True))
    assert (share["groceries"] > 0.3) == helped


def test_a_category_that_others_were_merged_into_is_learned(scorer):
    own = [Category("out", "Coffee", Group.DISCRETIONARY, "#7a5195")]
    serving = of(serving_of(scorer, out=1, groceries=500), own, {"groceries": "out"})
    [before], [after] = (one.probabilities([CAFE]) for one in (scorer, serving.scorer))
    assert after[serving.scorer.classes.index("dining")] == before[scorer.classes.index("dining")]


def test_a_new_category_and_a_merge_count_at_the_next_call(scorer):
    serving, present = serving_of(scorer), PresentCategories()
    first = present(serving, PredictionBasis())
    assert present(serving, PredictionBasis()) is first
    assert "coffee" in present(serving, PredictionBasis([COFFEE])).scorer.classes
    merged = present(serving, PredictionBasis([COFFEE], {"dining": "coffee"}))
    assert set(merged.scorer.classes) == {*scorer.classes, "coffee"} - {"dining"}
