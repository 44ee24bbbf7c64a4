import numpy as np
import pytest

from src.components.model.selection_rows import (
    KNOWN,
    NEW_CATEGORY,
    NEW_MERCHANT,
    DeploymentWeights,
    row_kinds,
)


def test_a_row_is_of_a_known_merchant_a_new_one_or_a_new_category():
    subjects = np.array(["tea house", "tea house", "fuel", "planetarium", "cafe"])
    excluded = np.array(["tea house", "", "fuel", "planetarium", "cafe"])
    folds = np.array([0, 1, 0, 1, -1])
    categories = np.array(["dining", "dining", "transport", "education", "dining"])
    kinds = row_kinds(categories, folds, subjects, excluded)
    assert kinds.tolist() == [NEW_MERCHANT, KNOWN, NEW_CATEGORY, NEW_CATEGORY, NEW_MERCHANT]


def test_each_kind_weighs_as_much_as_it_is_frequent_in_the_sample():
    kind = np.array([KNOWN] * 9 + [NEW_MERCHANT] * 1 + [NEW_MERCHANT] * 60 + [NEW_CATEGORY] * 30)
    sample = np.arange(len(kind)) < 10
    weights = DeploymentWeights(prior=0.0).weights(kind, sample)
    assert weights.mean() == pytest.approx(1)
    assert weights[kind == KNOWN].sum() / weights.sum() == pytest.approx(0.9)
    assert weights[kind == NEW_MERCHANT].sum() / weights.sum() == pytest.approx(0.1)
    assert DeploymentWeights().weights(kind, sample)[kind == NEW_CATEGORY].min() > 0


def test_where_a_sample_shows_neither_fewer_new_categories_than_new_merchants_are_expected():
    kind = np.array([KNOWN] * 9 + [NEW_MERCHANT] * 5 + [NEW_CATEGORY] * 5)
    weights = DeploymentWeights().weights(kind, kind == KNOWN)
    assert weights[kind == NEW_MERCHANT].sum() == pytest.approx(8 * weights[kind == NEW_CATEGORY].sum())


def test_without_rows_that_come_as_in_use_all_count_alike():
    kind = np.array([NEW_MERCHANT, NEW_CATEGORY])
    assert DeploymentWeights().weights(kind, np.zeros(2, bool)).tolist() == [1, 1]
