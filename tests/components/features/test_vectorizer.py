from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from skops import io as skops_io

from src.components.dataset.schema import MODEL_FIELDS
from src.components.features.tokens import tokenize
from src.components.features.vectorizer import TransactionFeatures
from src.services.models.bundle import TRUSTED
from tests.components.invented import rows


def frame(*records):
    blank = {
        "description": "",
        "subcategory": "",
        "amount": np.nan,
        "currency": "",
        "mode": "",
        "direction": "",
        "account": "",
        "counterparty": "",
        "mcc": "",
    }
    return pd.DataFrame([blank | {"date": pd.NaT} | one for one in records], columns=MODEL_FIELDS)


def columns_of(features, *records):
    """The names of the columns that are not 0 in a row."""
    matrix = features.transform(frame(*records))
    names = features.get_feature_names_out()
    return [set(names[matrix[row].indices]) for row in range(matrix.shape[0])]


def test_a_row_becomes_words_pairs_ngrams_and_a_column_per_other_field():
    record = {
        "description": "Blue Door",
        "amount": 16.0,
        "mode": "UPI",
        "direction": "income",
        "date": pd.Timestamp(2026, 3, 7),
    }
    features = TransactionFeatures().fit(frame(record))
    (columns,) = columns_of(features, record)
    assert {"words:blue", "words:door", "pairs:blue door", "ngrams: blu", "ngrams:door "} <= columns
    assert {"amount:8", "cents:00", "mode:upi", "direction:income", "monthday:1"} <= columns


def test_subcategory_is_read_as_text_and_as_a_field():
    features = TransactionFeatures().fit(frame({"subcategory": "Train"}))
    (columns,) = columns_of(features, {"subcategory": "train"})
    assert {"words:train", "subcategory:train"} <= columns


@pytest.mark.parametrize("missing", [["account"], ["counterparty"], ["account", "counterparty", "mcc"]])
def test_a_column_that_is_missing_is_as_if_it_were_blank(missing):
    row = {"description": "CARD PAYMENT", "account": "visa", "counterparty": "Blue Door", "mcc": "5411"}
    features = TransactionFeatures(usual_weight=1).fit(frame(row))
    blank = features.transform(frame({**row, **dict.fromkeys(missing, "")}))
    assert (features.transform(frame(row).drop(columns=missing)) != blank).nnz == 0


def test_a_table_without_a_text_is_no_input():
    with pytest.raises(KeyError):
        TransactionFeatures().fit(frame({"mode": "card"}).drop(columns="description"))


def test_each_block_of_text_has_its_length_and_each_field_the_side_weight():
    training = rows(80)
    features = TransactionFeatures(word_weight=0.7, pair_weight=0.4, ngram_weight=1.1, side_weight=0.2)
    matrix = features.fit_transform(training)
    names = features.get_feature_names_out()
    for block, length in (("words", 0.7), ("pairs", 0.4), ("ngrams", 1.1)):
        inside = np.char.startswith(names.astype(str), f"{block}:")
        norms = np.sqrt(matrix[:, np.flatnonzero(inside)].power(2).sum(axis=1))
        assert set(np.unique(norms.round(9))) <= {0.0, length}
        assert length in norms.round(9)
    assert set(np.unique(matrix[:, -len(features.fields_) :].data)) == {0.2}


def test_where_there_is_no_text_the_fields_are_all_there_is_and_count_in_full():
    features = TransactionFeatures(side_weight=0.2, bare_weight=0.9).fit(rows(80))
    bare = features.transform(rows(80).assign(description="", subcategory="", counterparty="", mcc=""))
    assert np.unique(bare.data) == pytest.approx([0.9])


def test_fitting_and_transforming_give_the_same_numbers():
    training = rows(120)
    features = TransactionFeatures()
    fitted = features.fit_transform(training)
    assert abs(fitted - features.transform(training)).max() < 1e-12


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"description": None, "subcategory": None, "mode": None, "direction": None, "currency": None},
        {"description": "   ", "amount": float("inf")},
        {"description": "!!! ???", "amount": -5.0},
        {"description": "مطعم 🍕 ресторан", "amount": 0.0},
        {"description": "a", "amount": 1e300, "date": pd.Timestamp(1700, 1, 1)},
        {"description": "x " * 5000, "amount": 1e-300},
        {"amount": None, "date": None},
        {"amount": "12.50", "date": "2026-03-04"},
        {"amount": "twelve", "date": "yesterday"},
    ],
)
def test_odd_and_missing_values_are_read_without_an_error(odd):
    features = TransactionFeatures().fit(rows(60))
    matrix = features.transform(frame(odd).astype(object))
    assert np.isfinite(matrix.data).all()
    TransactionFeatures().fit(frame(odd).astype(object))


def test_rows_without_any_text_leave_only_the_other_fields():
    features = TransactionFeatures().fit(frame({"amount": 5.0, "mode": "Cash"}, {"amount": 7.0}))
    assert set(features.get_feature_names_out()) == {"amount:5", "amount:6", "cents:00", "mode:cash"}


def test_values_never_seen_in_training_add_nothing():
    features = TransactionFeatures().fit(rows(60))
    assert columns_of(features, {"mode": "Cheque", "direction": "barter", "amount": 9.37e9}) == [{"cents:00"}]


def test_a_word_of_one_row_is_kept_and_a_rare_ngram_is_not():
    training = pd.concat([rows(100), frame({"description": "zyxwv"})], ignore_index=True)
    names = set(TransactionFeatures().fit(training).get_feature_names_out())
    assert "words:zyxwv" in names
    assert "ngrams:zyxwv" not in names


def test_the_number_of_columns_has_a_limit():
    features = TransactionFeatures(max_words=5, max_pairs=4, max_ngrams=30, max_fields=6).fit(rows(200))
    assert [len(features.terms(block)) for block in ("words", "pairs", "ngrams")] == [5, 4, 30]
    assert len(features.fields_) == 6


def test_it_is_a_scikit_learn_estimator_whose_clone_is_unfitted():
    features = TransactionFeatures(side_weight=0.1).fit(rows(60))
    copy = clone(features)
    assert copy.get_params() == features.get_params()
    assert not hasattr(copy, "terms_")


def test_it_survives_being_written_down_and_read_again():
    training = rows(150)
    features = TransactionFeatures().fit(training)
    again = skops_io.loads(skops_io.dumps(features), trusted=list(TRUSTED))
    assert (again.transform(training) != features.transform(training)).nnz == 0
    assert list(again.get_feature_names_out()) == list(features.get_feature_names_out())


def test_an_amount_reads_the_same_whatever_its_sign_or_type():
    readings = {tokenize("x", "", amount, "usd", "", "", None).fields for amount in (12.5, -12.5, "12.50")}
    assert len(readings) == 1


@pytest.mark.parametrize(
    "day", [date(2026, 3, 6), pd.Timestamp(2026, 3, 6), "2026-03-06", "2026-03-06T10:00:00Z"]
)
def test_a_date_reads_the_same_whatever_its_type(day):
    assert tokenize("x", "", None, "", "", "", day).fields == ("amount:missing", "monthday:1")
