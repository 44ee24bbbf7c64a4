"""Ways to slip a worse model through, each refused with the reason a user reads."""
# ruff: noqa: F811  the fixtures of the training pipeline are used under their own names

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.quality.stand_ins import Record
from src.components.model.model_selection import Search
from src.domain.verdicts import Outcome
from src.pipeline.training.stages import Steps
from src.services.models import bundle as bundles
from src.services.models.load_and_predict_check import CheckReport, LoadAndPredictCheck
from src.web.models.verdict_sentences import sentence
from tests.pipeline.training.test_run import (  # noqa: F401
    NOW,
    SHOPS,
    claim,
    labels,
    pipeline,
    runs,
    say_a_lot,
    store,
)


@pytest.fixture
def record():
    """Instead of MLflow, which would take most of the time and says nothing about verdicts."""
    return Record()


def learning(change):
    """Steps that train on labels changed by `change`, one row at a time, and judge by the true ones."""

    class Meddling(Search):
        def run(self, rows, *rest, **named):
            labels = [change(*label) for label in zip(rows["merchant"], rows["category"], strict=True)]
            return super().run(rows.assign(category=labels), *rest, **named)

    return Steps(search=Meddling(trials=Search().trials[:1]))


TRUTHFUL = learning(lambda merchant, category: category)


@pytest.fixture
def champion(pipeline, claim, labels, store):
    """A good model that has learned of many labels; further ones have come since."""
    say_a_lot(labels)
    pipeline(steps=TRUTHFUL).run(claim())
    say_a_lot(labels, per_shop=3)
    return store.champion()


@pytest.fixture
def refused(pipeline, claim, store):
    """The verdict on what was trained so; whatever served goes on serving."""

    def judge(**parts):
        before = store.champion()
        verdict = pipeline(**{"steps": TRUTHFUL} | parts).run(claim())
        assert not verdict.promoted
        assert store.champion() == before
        return verdict

    return judge


def test_labels_shuffled_in_training(champion, refused):
    random = np.random.default_rng(5)
    verdict = refused(steps=learning(lambda merchant, category: random.choice(list(SHOPS))))
    assert verdict.outcome is Outcome.NOT_BETTER
    assert sentence(verdict.reason).startswith("Significantly worse than the champion, which stays.")
    assert verdict.accuracy.ci95[1] < 0


def test_one_category_forgotten(pipeline, claim, labels, refused):
    say_a_lot(labels)
    labels.add([f"{shop} {n}" for shop in SHOPS["travel"] for n in range(12, 40)], "travel")
    pipeline(steps=TRUTHFUL).run(claim())
    say_a_lot(labels, per_shop=3)
    verdict = refused(
        steps=learning(lambda merchant, category: "dining" if category == "travel" else category)
    )
    assert verdict.outcome is Outcome.CATEGORY_FELL
    assert "Recall drops significantly for travel (recall -1.000" in sentence(verdict.reason)
    travel = next(scores for scores in verdict.slices if (scores.kind, scores.name) == ("category", "travel"))
    assert (travel.champion, travel.challenger) == (1.0, 0.0)


def test_one_merchant_copied_into_the_judging_rows_many_times(champion, labels, refused):
    """By rows it gains, for it alone knows the copied merchant; by merchants it loses two and gains one."""
    labels.add([f"quibbly kiosk {n}" for n in range(300)], "groceries")

    def forgetful(merchant, category):
        return "dining" if merchant in ("river ferry", "alpine hostel") else category

    verdict = refused(steps=learning(forgetful))
    assert verdict.accuracy.value > 0.3
    assert verdict.outcome is Outcome.TOO_FEW
    assert "Too few rows to tell" in sentence(verdict.reason)


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        (CheckReport("", 0.1, 0.1, 31.24), "the file has 31.2 MB, 25 are allowed."),
        (CheckReport("", 0.1, 40.0, 1.0), "one answer takes 40.0 ms, 25 are allowed."),
        (CheckReport("", 30.0, 0.1, 1.0), "loading takes 30.0 s, 20 are allowed."),
    ],
    ids=["large", "slow to answer", "slow to load"],
)
def test_too_large_or_too_slow(champion, refused, check, reason):
    class Measured:
        def run(self, *_):
            return check

    verdict = refused(check=Measured())
    assert verdict.outcome is Outcome.TOO_HEAVY
    assert sentence(verdict.reason) == f"Too heavy to serve: {reason}"


def test_other_answers_once_it_is_loaded(champion, refused):
    class Altered:
        TRUSTED, loads = bundles.TRUSTED, staticmethod(bundles.loads)

        def dumps(self, bundle):
            altered = deepcopy(bundle.pipeline)
            altered.named_steps["classifier"].coef_ *= -1
            return bundles.dumps(replace(bundle, pipeline=altered))

    verdict = refused(check=LoadAndPredictCheck(), bundles=Altered())
    assert verdict.outcome is Outcome.BROKEN
    assert sentence(verdict.reason) == (
        "The load-and-predict check failed: it gives other answers than the model that was trained."
    )


def test_overtaken_while_it_was_judged(champion, pipeline, claim, labels, store):
    labels.rows = [replace(one, category=f"my-{one.category}") for one in labels.rows]

    class Overtaken:
        def run(self, *_):
            store.promote(champion.version, by="person", reason="meanwhile", at=NOW)
            return CheckReport("", 0.1, 0.1, 1.0)

    verdict = pipeline(Overtaken(), steps=TRUTHFUL).run(claim())
    assert not verdict.promoted
    assert sentence(verdict.reason).startswith("Another model was promoted while this one was judged")
    assert "The verdict had been: Better than the champion" in sentence(verdict.reason)
    assert store.champion().version == champion.version


def test_few_merchants_that_happen_to_favour_it(champion, labels, refused):
    """It has learned wrongly of all but four shops, and only these four are left to judge by."""
    lucky = ("tulip noodle bar", "green basket market", "river ferry", "harbour hotel")
    labels.rows = [
        replace(one, category=f"my-{one.category}") if one.transaction.merchant in lucky else one
        for one in labels.rows
        if one.transaction.merchant in lucky or not one.holdout
    ]
    for shop in lucky:
        labels.add([f"{shop} {n}" for n in range(50, 90)], f"my-{_category(shop)}")
    verdict = refused(steps=learning(lambda merchant, name: name if name.startswith("my-") else "dining"))
    assert verdict.accuracy.ci95[0] > 0
    assert verdict.outcome is Outcome.TOO_FEW
    assert "The two models differ at 4 merchants; from 6 on" in sentence(verdict.reason)


def test_fewer_rows_than_any_verdict_needs(pipeline, claim, labels, refused):
    say_a_lot(labels, per_shop=2)
    pipeline(steps=TRUTHFUL).run(claim())
    labels.add(["tulip noodle bar 7", "river ferry 9", "green basket market 4"], "travel")
    verdict = refused()
    held = sum(one.holdout for one in labels.rows)
    assert verdict.outcome is Outcome.TOO_FEW
    assert sentence(verdict.reason).startswith(
        f"Too few rows to tell (n = {held}; between {verdict.rows_needed_low} and "
        f"{verdict.rows_needed} are needed)"
    )
    assert verdict.rows_needed >= 30


def _category(shop):
    return next(category for category, shops in SHOPS.items() if shop in shops)
