"""What a person usually pays, and how much a model is to make of it."""

import numpy as np
import pandas as pd
import pytest
from skops import io as skops_io

from src.components.features.linear_form import LinearForm
from src.components.features.tokens import log2_amount
from src.components.features.typical_amounts import TypicalAmounts
from src.components.features.vectorizer import TransactionFeatures
from src.components.model.candidates import Candidate
from src.components.model.scorer import LinearScorer
from src.components.model.typical_amounts_weight import TypicalAmountsWeight
from src.components.text.exchange_rates import units_per_dollar
from src.services.models.bundle import TRUSTED
from tests.components.invented import rows, scorer_of, transactions
from tests.components.model.test_scorer import as_rows, fitted

PAID = [("blue door", 2.0), ("blue door", 4.0), ("city cab", 5.0), ("", 1.0), ("blue door", None)]


def test_a_habit_is_the_middle_of_at_least_two_amounts_and_a_person_has_one_over_all():
    usual = TypicalAmounts.learned(PAID)
    assert usual == TypicalAmounts(3.0, {"blue door": 3.0})
    assert TypicalAmounts.learned([]) == TypicalAmounts()


@pytest.mark.parametrize(
    ("merchant", "worth", "fields"),
    [
        ("blue door", 3.0, ["usual-person:0", "usual-merchant:0"]),
        ("blue door", 4.0, ["usual-person:2", "usual-merchant:2"]),  # twice as much
        ("city cab", 2.0, ["usual-person:-2"]),
        ("blue door", 30.0, ["usual-person:6", "usual-merchant:6"]),
        ("blue door", None, []),
    ],
)
def test_an_amount_is_given_in_steps_from_the_typical_ones(merchant, worth, fields):
    assert TypicalAmounts.learned(PAID).fields(merchant, worth) == fields


def test_typical_amounts_are_kept_as_text():
    for usual in (TypicalAmounts.learned(PAID), TypicalAmounts()):
        assert TypicalAmounts.from_text(usual.to_text()) == usual


def test_no_amount_and_nothing_paid_are_worth_nothing():
    eight_dollars = 8.0 * units_per_dollar("jpy")
    assert [log2_amount(size, "JPY") for size in (None, 0.0, eight_dollars)] == [None, None, 3.0]


def test_only_a_persons_own_rows_count_for_typical_amounts():
    training = rows(80)
    own = np.arange(80) < 40
    features = TransactionFeatures(usual_weight=0.7).fit(training, own=own)
    assert features.usual_ == TransactionFeatures(usual_weight=0.7).fit(training[own]).usual_
    columns = features.typical_amount_columns()
    spoken = np.asarray((features.fit_transform(training, own=own)[:, columns] != 0).sum(axis=1)).ravel()
    assert spoken[own].min() >= 1
    assert not spoken[~own].any()


def test_without_a_weight_no_typical_amounts_are_learned():
    features = TransactionFeatures().fit(rows(80))
    assert features.usual_ is None
    assert not features.typical_amount_columns().any()


def test_typical_amounts_are_served_as_they_were_trained_and_survive_both_files():
    model = fitted(usual_weight=0.7)
    training = transactions(rows(60, seed=3))
    expected = model.predict_proba(as_rows(training))
    assert np.abs(expected - fitted().predict_proba(as_rows(training))).max() > 1e-3
    again = skops_io.loads(skops_io.dumps(model), trusted=list(TRUSTED))
    assert (again.predict_proba(as_rows(training)) == expected).all()
    form = LinearForm.from_parts(*scorer_of(again).form.to_parts())
    assert np.abs(LinearScorer(form).probabilities(training) - expected).max() < 1e-9


def habits(count, *, treats):
    """A person's rows at shops of every price range; where `treats`, what is dear there is another thing."""
    draw = np.random.default_rng(2)
    shops = draw.integers(12, size=count)
    dear = draw.random(count) < 0.3
    made = pd.DataFrame(
        {
            "id": [f"{number:04}" for number in range(count)],
            "source": "feedback",
            "description": [f"{name} {name} store" for name in np.array(list("abcdefghijkl"))[shops]],
            "subcategory": "",
            "amount": 2.0 ** (shops / 2) * np.where(dear, 5.0, 1.0) * draw.uniform(0.9, 1.1, count),
            "currency": "USD",
            "mode": "",
            "direction": "expense",
            "date": pd.date_range("2026-01-01", periods=count),
            "merchant": [f"shop {shop}" for shop in shops],
            "account": "",
            "counterparty": "",
            "mcc": "",
        }
    )
    return made.assign(category=np.where(dear & treats, "gifts", "groceries"))


def chosen(training):
    trial = Candidate("logistic", "logistic_regression", {"C": 3.0})
    return TypicalAmountsWeight().choose(training, np.ones(len(training)), trial, 1.0, "", 0)


def test_typical_amounts_are_used_only_where_they_help():
    assert chosen(habits(400, treats=True)) > 0
    by_chance = habits(400, treats=True)
    by_chance["category"] = np.random.default_rng(4).permutation(by_chance["category"])
    assert chosen(by_chance) == 0


def test_too_few_rows_or_one_category_choose_nothing():
    assert chosen(habits(200, treats=True)) == 0
    assert chosen(habits(400, treats=False)) == 0


def test_rows_of_the_lexicon_choose_nothing():
    assert chosen(habits(400, treats=True).assign(source="knowledge")) == 0
