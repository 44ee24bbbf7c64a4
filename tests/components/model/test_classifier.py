import numpy as np
import pytest
from scipy import sparse
from scipy.special import softmax
from sklearn.base import clone
from sklearn.linear_model import SGDClassifier
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from src.components.features.vectorizer import TransactionFeatures
from src.components.model.classifier import FAMILIES, LinearCategorizer
from tests.components.invented import rows


@pytest.fixture(scope="module")
def learned():
    training = rows(300)
    return TransactionFeatures().fit_transform(training), training["category"].to_numpy(str)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_learns_and_answers_by_its_coefficients_alone(family, learned):
    X, y = learned
    model = LinearCategorizer(family, temperature=0.5).fit(X, y)
    scores = X @ model.coef_.T.astype(float) + model.intercept_
    assert model.coef_.shape == (len(model.classes_), X.shape[1])
    assert np.allclose(model.predict_proba(X), softmax(scores / 0.5, axis=1))
    assert (model.predict(X) == y).mean() > 0.97


@pytest.mark.parametrize("family", FAMILIES)
def test_two_categories_have_a_row_of_coefficients_each(family, learned):
    X, y = learned
    two = np.isin(y, ["dining", "groceries"])
    model = LinearCategorizer(family).fit(X[two], y[two])
    assert model.coef_.shape == (2, X.shape[1])
    assert model.predict_proba(X[two]).shape == (two.sum(), 2)
    assert (model.predict(X[two]) == y[two]).mean() > 0.97


@pytest.mark.parametrize("family", FAMILIES)
def test_one_category_only_is_always_the_answer(family, learned):
    X, _ = learned
    model = LinearCategorizer(family).fit(X, ["dining"] * X.shape[0])
    assert set(model.predict(X)) == {"dining"}
    assert (model.predict_proba(X) == 1).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_category_with_one_row_is_learned_too(family, learned):
    X, y = learned
    few = np.concatenate([np.flatnonzero(y == "dining"), np.flatnonzero(y == "salary")[:1]])
    model = LinearCategorizer(family).fit(X[few], y[few])
    assert list(model.classes_) == ["dining", "salary"]
    assert np.isfinite(model.predict_proba(X)).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_weight_of_a_row_counts(family):
    X = sparse.csr_matrix(25 * [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    y = 25 * ["a", "b", "a", "b"]
    for weights, answers in (([5, 1, 1, 5], ["a", "b"]), ([1, 5, 5, 1], ["b", "a"])):
        model = LinearCategorizer(family, {"alpha": 0.01} if family == "sgd" else {})
        model.fit(X, y, np.array(25 * weights, float))
        assert model.predict(X[[0, 2]]).tolist() == answers


@pytest.mark.parametrize(
    ("family", "estimator"),
    [
        ("linear_svc", LinearSVC(C=0.5, tol=1e-2, random_state=3)),
        ("sgd", SGDClassifier(loss="log_loss", max_iter=15, random_state=3)),
        ("complement_nb", ComplementNB()),
    ],
)
def test_it_answers_as_the_estimator_of_its_family_does(family, estimator, learned):
    X, y = learned
    params = {"C": 0.5} if family == "linear_svc" else {}
    ours = LinearCategorizer(family, params, seed=3).fit(X, y)
    assert (ours.predict(X) == estimator.fit(X, y).predict(X)).mean() > 0.995


def test_the_temperature_changes_confidence_but_no_answer(learned):
    X, y = learned
    cold, hot = (LinearCategorizer("sgd", temperature=value).fit(X, y) for value in (0.5, 5.0))
    assert (cold.predict(X) == hot.predict(X)).all()
    assert (cold.predict_proba(X).max(axis=1) > hot.predict_proba(X).max(axis=1)).all()


def test_the_same_seed_gives_the_same_coefficients(learned):
    X, y = learned
    first, second = (LinearCategorizer("sgd", seed=7).fit(X, y).coef_ for _ in range(2))
    assert (first == second).all()


def test_it_is_a_scikit_learn_estimator_whose_clone_is_unfitted(learned):
    model = LinearCategorizer("sgd", {"alpha": 1e-3}, 2.0, seed=4).fit(*learned)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "coef_")


def test_an_unknown_family_is_refused_by_name(learned):
    with pytest.raises(ValueError, match=r"Unknown classifier family forest; .* logistic_regression"):
        LinearCategorizer("forest").fit(*learned)


def test_rows_without_any_feature_make_every_category_as_likely():
    model = LinearCategorizer().fit(sparse.csr_matrix((2, 0)), ["a", "b"])
    assert model.predict_proba(sparse.csr_matrix((1, 0))).tolist() == [[0.5, 0.5]]
