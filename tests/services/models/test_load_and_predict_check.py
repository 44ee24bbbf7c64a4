"""The check in a real fresh process, on a real bundle."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from src.components.features.vectorizer import TransactionFeatures
from src.components.model.classifier import LinearCategorizer
from src.components.model.smoke_transactions import model_fields
from src.components.model.thresholds import BandThresholds
from src.domain.models import Bundle
from src.domain.transactions import Transaction
from src.services.models.bundle import dumps
from src.services.models.load_and_predict_check import LoadAndPredictCheck
from src.web.models.verdict_sentences import sentence

TRANSACTIONS = [
    Transaction(f"{name} {number}", Decimal(5 + number), "USD", date(2026, 3, 1))
    for number in range(6)
    for name in ("corner bakery", "metro office")
]


@pytest.fixture(scope="module")
def fitted():
    rows = model_fields(TRANSACTIONS)
    truth = np.array(["dining", "transport"] * 6)
    return Pipeline([("features", TransactionFeatures()), ("classifier", LinearCategorizer())]).fit(
        rows, truth
    )


@pytest.fixture(scope="module")
def bundle(fitted):
    bands = BandThresholds.fit(np.array([0.9, 0.8]), np.array([True, True])).to_dict()
    return dumps(Bundle(fitted, bands, {"run_id": "r"}))


@pytest.fixture(scope="module")
def own_answers(fitted):
    return fitted.predict_proba(model_fields(TRANSACTIONS))


def test_a_good_bundle_predicts_the_same_in_a_fresh_process_and_reports_speed_and_size(bundle, own_answers):
    report = LoadAndPredictCheck().run(bundle, TRANSACTIONS, ["dining", "transport"], own_answers)
    assert report.fault == ""
    assert 0 < report.load_s < 60
    assert 0 < report.per_row_ms < 25
    assert report.megabytes == len(bundle) / 1e6


def test_other_answers_than_the_trained_models_are_a_fault(bundle, own_answers):
    report = LoadAndPredictCheck().run(bundle, TRANSACTIONS, ["dining", "transport"], own_answers[:, ::-1])
    assert sentence(report.fault) == "it gives other answers than the model that was trained."


def test_other_categories_are_a_fault(bundle, own_answers):
    report = LoadAndPredictCheck().run(bundle, TRANSACTIONS, ["dining", "travel"], own_answers)
    assert "other categories" in sentence(report.fault)


def test_a_file_that_does_not_load_is_a_fault_and_not_a_crash(own_answers):
    report = LoadAndPredictCheck().run(b"no bundle", TRANSACTIONS, ["dining", "transport"], own_answers)
    assert sentence(report.fault).startswith("the fresh process ended with 1")


def test_a_description_of_any_script_reaches_the_fresh_process_unchanged(fitted, bundle):
    odd = [Transaction("кофе ☕ \u202ecafe\u202c", Decimal("1"), "USD", date(2026, 3, 1), subcategory="چای")]
    report = LoadAndPredictCheck().run(
        bundle, odd, ["dining", "transport"], fitted.predict_proba(model_fields(odd))
    )
    assert report.fault == ""
