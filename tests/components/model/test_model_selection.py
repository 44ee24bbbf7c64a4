import random
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from src.components.dataset.schema import MODEL_FIELDS
from src.components.dataset.splitting import Splitting
from src.components.model.candidates import CANDIDATES, Candidate
from src.components.model.model_selection import NEAR, USUAL_AMOUNTS, Search, Skipped
from src.errors import LeaseLost, NotEnoughData
from tests.components.invented import rows
from tests.components.labelled_rows import labelled, rows_of

FEW = (
    Candidate("svc", "linear_svc", {"C": 0.3}),
    Candidate("bayes", "complement_nb", {"alpha": 0.1}),
    Candidate("sgd", "sgd", {"alpha": 1e-4}),
)
ALL = Search(trials=FEW, kept=1.0)


def run(search=ALL, training=None, *, weights=None, folds=None, judged=None, progress=lambda share: None):
    training = rows(150) if training is None else training
    count = len(training)
    ids = np.arange(count).astype(str)
    defaults = {"id": ids, "source": "feedback", "group": ids}
    return search.run(
        training.assign(**{name: value for name, value in defaults.items() if name not in training}),
        np.ones(count) if weights is None else weights,
        np.arange(count) % 3 if folds is None else folds,
        np.ones(count, bool) if judged is None else judged,
        progress,
        subjects=ids,
        excluded=ids,
    )


class Watch:
    """A clock on which every look takes a second."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1
        return self.now


def test_every_candidate_is_scored_and_the_best_answers_for_every_row_with_calibrated_probabilities():
    result = run()
    assert {one.name for one in result.candidates} == {"svc", "bayes", "sgd"}
    assert result.classes == ["dining", "groceries", "housing", "salary", "transport"]
    for one in result.candidates:
        assert {"macro_f1", "accuracy", "log_loss", "temperature"} <= set(one.scores)
    assert result.out_of_fold.shape == (150, 5)
    assert np.allclose(result.out_of_fold.sum(axis=1), 1)


def test_the_model_is_fitted_on_all_rows_with_the_temperature_of_the_held_out_ones():
    training = rows(150)
    result = run(training=training)
    classifier = result.model.named_steps["classifier"]
    assert classifier.temperature_ == result.best.scores["temperature"]
    assert list(result.model.classes_) == result.classes
    assert (result.model.predict(training[MODEL_FIELDS]) == training["category"]).mean() > 0.95


def test_a_row_is_answered_by_models_that_have_not_seen_its_fold():
    training = rows(90)
    training.loc[:29, "category"] = "secret"
    training.loc[:29, "description"] = "THE SECRET PLACE"
    folds = np.repeat([0, 1, 2], 30)
    result = run(training=training, folds=folds)
    column = result.classes.index("secret")
    assert (result.out_of_fold[:30, column] == 0).all()


def test_a_row_of_no_fold_trains_every_model_and_is_answered_by_none():
    training = rows(90)
    folds = np.where(np.arange(90) < 60, -1, np.arange(90) % 2)
    result = run(training=training, folds=folds, judged=folds >= 0)
    assert np.isnan(result.out_of_fold[:60]).all()
    assert np.isfinite(result.out_of_fold[60:]).all()
    assert result.best.scores["accuracy"] > 0.9


def test_only_judged_rows_score_a_candidate():
    training = rows(120)
    wrong = np.arange(120) >= 60
    training.loc[wrong, "category"] = np.random.default_rng(0).permutation(
        training.loc[wrong, "category"].to_numpy()
    )
    on_good = run(training=training, judged=~wrong).best.scores["accuracy"]
    on_bad = run(training=training, judged=wrong).best.scores["accuracy"]
    assert on_good > on_bad + 0.3


def test_the_weights_reach_the_fits():
    training = pd.concat([rows(60), rows(60).assign(category="noise")], ignore_index=True)
    noise = (training["category"] == "noise").to_numpy()
    light, heavy = (
        run(training=training, weights=np.where(noise, of, 1.0), judged=~noise) for of in (0.01, 100.0)
    )
    assert light.best.scores["accuracy"] > 0.8
    assert "noise" not in set(light.model.predict(rows(60)[MODEL_FIELDS]))
    assert heavy.best.scores["accuracy"] < 0.3
    assert "noise" in set(heavy.model.predict(rows(60)[MODEL_FIELDS]))


def test_the_candidates_come_best_first_and_log_loss_breaks_a_tie():
    result = run()
    best, tied = (
        result.best,
        [
            one
            for one in result.candidates
            if one.scores["macro_f1"]
            >= max(candidate.scores["macro_f1"] for candidate in result.candidates) - NEAR
        ],
    )
    assert best is result.candidates[0]
    assert best.scores["log_loss"] == min(one.scores["log_loss"] for one in tied)


def test_only_clearly_weaker_candidates_are_skipped_after_the_first_fold_and_reported():
    blind = Candidate("blind", "logistic_regression", {"C": 1e-6})
    result = run(Search(trials=(*FEW, blind), kept=0.25), rows(120))
    assert {one.name for one in result.candidates} == {"svc", "bayes", "sgd"}
    assert result.skipped == {"blind": Skipped.WEAKER}


def test_of_equals_the_kept_share_goes_on_however_weak():
    blind = Candidate("blind", "logistic_regression", {"C": 1e-6})
    assert len(run(Search(trials=(FEW[0], blind), kept=1.0), rows(120)).candidates) == 2


# A person's merchants: half of them are what their name suggests, half have another category.

NAMES = [a + b + c for a in "bdfgk" for b in "aeiou" for c in ("rim", "lop", "tuk", "nes")]
KINDS = {"cafe": "dining", "market": "groceries", "garage": "transport", "cinema": "entertainment"}
TWO = (
    Candidate("bayes", "complement_nb", {"alpha": 0.5}),
    Candidate("logistic", "logistic_regression", {"C": 30.0}),
)


def visits(count, *, seed):
    """One a day, to 30 merchants, and to new ones now and then."""
    draw = random.Random(seed)
    shops = []
    for number, name in enumerate(NAMES[:60]):
        kind = list(KINDS)[number % 4]
        category = KINDS[kind] if draw.random() > 0.5 else draw.choice(list(KINDS.values()))
        shops.append((f"{name} {kind}".upper(), category))
    made = []
    for number in range(count):
        text, category = draw.choice(shops[: 30 + number * 30 // 400])
        amount = f"{draw.randint(3, 90)}.{draw.randint(10, 99)}"
        day = date(2026, 1, 1) + timedelta(number)
        made.append(labelled(f"{number:04}", text, category, amount=amount, day=day))
    return made


@pytest.mark.parametrize("seed", [3, 5])
def test_the_candidate_is_chosen_that_does_better_on_rows_as_they_will_come(seed):
    """On merchants it never met the one is better, on the next rows, most of known merchants, the other."""
    history = visits(240, seed=seed)
    known_rows, next_rows = rows_of(*history[:140]), rows_of(*history[140:])
    split = Splitting().split(known_rows)
    training = known_rows[split.training].reset_index(drop=True)

    def search(trials, excluded):
        inputs = training, np.ones(len(training)), split.folds, split.scored, lambda _: None
        return Search(trials=trials, kept=1.0).run(*inputs, subjects=split.subjects, excluded=excluded)

    def accuracy(result):
        return (result.model.predict(next_rows[MODEL_FIELDS]) == next_rows["category"]).mean()

    of_new_merchants = search(TWO, excluded=split.subjects)
    as_they_come = search(TWO, excluded=split.excluded)
    assert (of_new_merchants.best.name, as_they_come.best.name) == ("bayes", "logistic")
    assert accuracy(as_they_come) > accuracy(of_new_merchants) + 0.1


def test_confidence_is_measured_on_merchants_that_are_new_to_the_model():
    known_rows = rows_of(*visits(200, seed=3))
    split = Splitting().split(known_rows)
    training = known_rows[split.training].reset_index(drop=True)
    inputs = training, np.ones(len(training)), split.folds, split.scored, lambda _: None
    result = Search(trials=TWO[1:]).run(*inputs, subjects=split.subjects, excluded=split.excluded)
    newest = split.excluded == ""
    known = newest & training["merchant"].isin(training["merchant"][~newest]).to_numpy()
    assert known.any()
    assert (result.calibration_weights[known] == 0).all()
    assert (result.calibration_weights[~known] > 0).all()
    assert result.calibration_weights[~known].mean() == pytest.approx(1)


def test_at_least_three_families_are_tried():
    assert len({trial.family for trial in CANDIDATES}) >= 3


def test_what_the_budget_has_no_time_for_is_skipped_and_reported():
    result = run(Search(trials=FEW, budget_s=4, clock=Watch()))
    assert [one.name for one in result.candidates] == ["svc"]
    assert result.skipped == {
        "bayes": Skipped.NO_TIME_LATER,
        "sgd": Skipped.NO_TIME,
        USUAL_AMOUNTS: Skipped.NO_TIME_LATER,
    }


@pytest.mark.parametrize("budget_s", [0, 2, 4, 6, 8, 1000])
def test_a_repeated_search_skips_what_there_was_no_time_for_and_nothing_else(budget_s):
    training = rows(120)
    result = run(Search(budget_s=budget_s, clock=Watch()), training)
    again = run(Search(budget_s=0, clock=Watch(), left_out=result.skipped), training)
    assert [(one.name, one.scores) for one in again.candidates] == [
        (one.name, one.scores) for one in result.candidates
    ]
    assert again.skipped == result.skipped


def test_the_best_guess_is_seen_through_even_without_any_time():
    result = run(Search(trials=FEW, budget_s=0, clock=Watch()))
    assert result.best.name == "svc"
    assert np.isfinite(result.out_of_fold).all()


def test_the_same_seed_gives_the_same_model():
    first, second = run(Search(seed=3), rows(100)), run(Search(seed=3), rows(100))
    assert first.best.name == second.best.name
    assert (first.model.predict_proba(rows(50, seed=9)) == second.model.predict_proba(rows(50, seed=9))).all()


def test_progress_rises_to_one():
    shares = []
    run(progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 6


def test_what_progress_raises_ends_the_search():
    def lose(share):
        raise LeaseLost("another process has taken this run over")

    with pytest.raises(LeaseLost):
        run(progress=lose)


def test_one_category_only_is_learned_as_the_sure_answer():
    result = run(training=rows(30, categories=("dining",)))
    assert (result.model.predict_proba(rows(10)) == 1).all()
    assert result.best.scores["accuracy"] == 1


def test_a_category_with_one_row_does_not_end_the_search():
    training = rows(60, categories=("dining", "transport"))
    training.loc[7, ["description", "category"]] = ["PLANETARIUM", "education"]
    result = run(Search(), training)
    assert "education" in result.classes
    assert all(np.isfinite(value) for value in result.best.scores.values())


def test_two_rows_in_two_folds_are_enough():
    result = run(training=rows(2), folds=np.array([0, 1]))
    assert np.isfinite(result.model.predict_proba(rows(5, seed=1))).all()


def test_without_judged_rows_all_answers_count():
    assert np.isfinite(run(judged=np.zeros(150, bool)).best.scores["macro_f1"])


def test_rows_of_a_single_fold_are_not_enough_data():
    with pytest.raises(NotEnoughData):
        run(training=rows(10), folds=np.zeros(10, int))


def test_the_input_rows_are_left_unchanged():
    training = rows(80)
    before = training.copy(deep=True)
    run(training=training)
    pd.testing.assert_frame_equal(training, before)
