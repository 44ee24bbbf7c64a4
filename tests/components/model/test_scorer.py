import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from src.components.dataset.schema import MODEL_FIELDS
from src.components.features.linear_form import LinearForm
from src.components.features.vectorizer import TransactionFeatures
from src.components.model.classifier import FAMILIES, LinearCategorizer
from src.components.model.scorer import LinearScorer
from src.config import ROOT
from src.domain.transactions import Direction
from tests.components.invented import rows, scorer_of, transaction, transactions

ODD = [
    transaction(),
    transaction("12345 67890"),
    transaction("CAFÉ ÑANDÚ", "0.00"),
    transaction("blue blue blue blue door blue"),
    transaction("مطعم الباب الأزرق 🍕", "99999999999.99", mode="  UPI "),
    transaction("x " * 3000, "0.01"),
    transaction("never seen before", direction=Direction.TRANSFER, subcategory="Rent"),
    transaction("", subcategory="rent", day=date(1, 1, 1)),
    transaction("CARD PAYMENT 4411", counterparty="Pizza Corner", mcc="5411", account="savings"),
    transaction("noodle garden", subcategory="5411", counterparty="Metro Line", mcc="5411", account="?"),
]


def fitted(family="logistic_regression", training=None, **features):
    training = rows(400) if training is None else training
    model = Pipeline(
        [
            ("features", TransactionFeatures(**features)),
            ("classifier", LinearCategorizer(family, temperature=0.4)),
        ]
    )
    return model.fit(training[MODEL_FIELDS], training["category"])


def as_rows(inputs):
    import pandas as pd

    return pd.DataFrame(
        [
            (
                t.description,
                t.subcategory or "",
                float(t.amount),
                t.currency,
                t.mode or "",
                str(t.direction),
                t.date,
                t.account or "",
                t.counterparty or "",
                t.mcc or "",
            )
            for t in inputs
        ],
        columns=MODEL_FIELDS,
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_it_gives_the_probabilities_of_the_pipeline(family):
    model = fitted(family)
    inputs = transactions(rows(300, seed=1)) + ODD
    expected = model.predict_proba(as_rows(inputs))
    scorer = scorer_of(model)
    assert scorer.classes == tuple(model.classes_)
    assert np.abs(scorer.probabilities(inputs) - expected).max() < 1e-9
    one_by_one = np.concatenate([scorer.probabilities([one]) for one in inputs])
    assert np.abs(one_by_one - expected).max() < 1e-9


def test_it_gives_them_for_twenty_thousand_texts_at_once_and_one_by_one():
    draw = random.Random(4)
    frame = rows(5_000, seed=9)
    frame = frame.loc[frame.index.repeat(4)].reset_index(drop=True)
    noise = ["".join(draw.choices("abcdeilmnorst 0123&*.#é", k=draw.randrange(20))) for _ in range(20_000)]
    frame["description"] = [f"{text} {more}" for text, more in zip(frame["description"], noise, strict=True)]
    model = fitted()
    offline, inputs, scorer = model.predict_proba(frame[MODEL_FIELDS]), transactions(frame), scorer_of(model)
    assert np.abs(scorer.probabilities(inputs) - offline).max() < 1e-9
    one_by_one = np.concatenate([scorer.probabilities([one]) for one in inputs[::4]])
    assert np.abs(one_by_one - offline[::4]).max() < 1e-9


def test_it_reads_the_weights_and_limits_of_the_features():
    model = fitted(side_weight=0.9, pair_weight=0.0, word_weight=1.7, max_words=4, max_ngrams=20)
    inputs = transactions(rows(50, seed=2)) + ODD
    scorer = scorer_of(model)
    assert np.abs(scorer.probabilities(inputs) - model.predict_proba(as_rows(inputs))).max() < 1e-9


@pytest.mark.parametrize("categories", [("dining",), ("dining", "salary")])
def test_one_or_two_categories_are_scored_too(categories):
    model = fitted(training=rows(60, categories=categories))
    inputs = transactions(rows(40, seed=3)) + ODD
    scorer = scorer_of(model)
    assert scorer.probabilities(inputs).shape == (40 + len(ODD), len(categories))
    assert np.abs(scorer.probabilities(inputs) - model.predict_proba(as_rows(inputs))).max() < 1e-9


def test_a_model_of_rows_without_text_is_scored_by_the_other_fields():
    training = rows(100).assign(description="", subcategory="", counterparty="", mcc="")
    model = fitted(training=training)
    scorer = scorer_of(model)
    assert np.abs(scorer.probabilities(ODD) - model.predict_proba(as_rows(ODD))).max() < 1e-9


def test_no_transaction_at_all_gives_an_empty_answer():
    assert scorer_of(fitted()).probabilities([]).shape == (0, 5)


def test_equal_transactions_get_equal_answers_in_their_places():
    scorer = scorer_of(fitted())
    first, second = transactions(rows(2, seed=4))
    mixed = scorer.probabilities([first, second, first, first, second])
    assert (mixed[[0, 2, 3]] == mixed[0]).all()
    assert (mixed[[1, 4]] == mixed[1]).all()
    assert not np.allclose(mixed[0], mixed[1])


def test_many_threads_get_the_answers_of_one():
    inputs = transactions(rows(200, seed=5))
    alone = scorer_of(fitted()).probabilities(inputs)
    shared = scorer_of(fitted())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: shared.probabilities([one])[0], inputs * 5))
    assert np.allclose(answers, np.tile(alone, (5, 1)), atol=1e-12)


def test_it_survives_being_taken_apart():
    scorer = scorer_of(fitted())
    again = LinearScorer(LinearForm.from_parts(*scorer.form.to_parts()))
    inputs = transactions(rows(50, seed=6)) + ODD
    assert (again.probabilities(inputs) == scorer.probabilities(inputs)).all()


def test_the_reasons_are_whole_words_and_codes_of_fields():
    scorer = scorer_of(fitted())
    reasons = scorer.explain(
        transaction("BLUE DOOR COFFEE 4411", "12.49", mode="Credit Card"), "dining", limit=20
    )
    assert {reason.feature for reason in reasons} <= {
        "blue", "door", "coffee", "amount:12.49", "mode:credit card", "expense", "currency:usd", "day:4",
    }  # fmt: skip
    assert {"blue", "door", "coffee", "mode:credit card"} <= {
        one.feature for one in reasons if one.weight > 0
    }


def test_the_strongest_reasons_come_first_and_at_most_as_many_as_asked_for():
    reasons = scorer_of(fitted()).explain(transactions(rows(1, seed=7))[0], "dining", limit=3)
    assert len(reasons) == 3
    assert [abs(one.weight) for one in reasons] == sorted((abs(one.weight) for one in reasons), reverse=True)


def test_a_reason_for_one_category_is_a_reason_against_another():
    scorer = scorer_of(fitted())
    income = transaction("PAYROLL BRIGHTWORKS", "2600.00", direction=Direction.INCOME)
    weights = [
        {one.feature: one.weight for one in scorer.explain(income, category)}
        for category in ("salary", "dining")
    ]
    assert weights[0]["income"] > 0 > weights[1]["income"]


def test_what_nearly_all_transactions_share_explains_nothing():
    reasons = scorer_of(fitted()).explain(transactions(rows(1, seed=8))[0], "dining", limit=50)
    assert "currency:usd" not in {one.feature for one in reasons}


def test_a_subcategory_is_one_reason_of_its_own():
    reasons = scorer_of(fitted()).explain(transaction(subcategory="Rent"), "housing")
    assert reasons[0].feature == "subcategory:rent"
    assert reasons[0].weight > 0


def test_the_reasons_add_up_to_the_lead_over_the_average_category():
    model = fitted(training=rows(300).assign(direction="", currency="", mode="", date=None, amount=np.nan))
    scorer = scorer_of(model)
    one = transaction("BLUE DOOR COFFEE HOUSE", "3.00")
    scores = np.log(scorer.probabilities([one])[0])
    lead = scores - scores.mean()
    bias = scorer.form.intercept - scorer.form.intercept.mean()
    for position, category in enumerate(scorer.classes):
        total = sum(reason.weight for reason in scorer.explain(one, category, limit=99))
        assert total == pytest.approx(lead[position] - bias[position] / 0.4, abs=0.01)


def test_a_category_the_model_does_not_know_has_no_reasons():
    assert scorer_of(fitted()).explain(ODD[0], "never-heard-of") == ()


def test_serving_imports_neither_pandas_nor_scikit_learn():
    code = (
        "import sys, src.components.model.scorer, src.components.model.thresholds;"
        "import src.services.models.bundle;"
        "print([one for one in ('pandas', 'sklearn', 'skops', 'mlflow') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
