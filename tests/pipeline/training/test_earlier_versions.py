"""A new model is compared with the best earlier version too, and not with the champion alone."""
# ruff: noqa: F811  the fixtures of the training pipeline are used under their own names

from dataclasses import replace
from datetime import timedelta

import mlflow
import pytest

from src.domain.promotions import PromotionEvent
from src.domain.verdicts import Outcome
from src.pipeline.training.earlier_versions import EarlierVersions
from src.services.models import bundle
from src.web.models.verdict_sentences import note_sentences, sentence
from tests.pipeline.training.test_run import (  # noqa: F401
    NOW,
    claim,
    labels,
    pipeline,
    record,
    runs,
    say_a_lot,
    store,
)
from tests.pipeline.training.test_worse_models import TRUTHFUL, learning

SWAPPED = {"my-travel": "my-transport", "my-transport": "my-travel"}
HALF_RIGHT = learning(lambda merchant, name: SWAPPED.get(name, name))
HOUR = timedelta(hours=1)


@pytest.fixture
def train(pipeline, claim, store, runs):
    """Train with `steps`, an hour after the training before; the verdict."""
    hours = iter(range(1, 20))

    def trained(steps):
        at = NOW + next(hours) * HOUR
        return pipeline(steps=steps, clock=lambda: at, earlier=EarlierVersions(store, bundle, runs)).run(
            claim()
        )

    return trained


@pytest.fixture
def better_earlier(train, labels, store):
    """A weak champion of the lexicon, and a good version that was refused because the champion was pinned."""
    weak = train(TRUTHFUL).challenger.version
    store.pin(by="person", reason="for a while", at=NOW)
    say_a_lot(labels)
    labels.rows = [replace(one, category=f"my-{one.category}") for one in labels.rows]
    verdict = train(TRUTHFUL)
    assert verdict.outcome is Outcome.PINNED
    store.unpin(by="person", reason="enough", at=NOW + 3 * HOUR)
    labels.rows.append(replace(labels.rows[0], id="new", holdout=False, labelled_at=NOW + HOUR))
    assert store.champion().version == weak
    return verdict.challenger.version


@pytest.fixture
def weak(better_earlier, store):
    return store.champion().version


def test_a_better_earlier_version_is_promoted_instead(train, better_earlier, weak, store, runs):
    verdict = train(HALF_RIGHT)
    assert (verdict.promoted, verdict.outcome) == (False, Outcome.EARLIER_BETTER)
    assert verdict.instead == verdict.earlier.version == store.champion().version == better_earlier
    assert verdict.champion.accuracy < verdict.challenger.accuracy < verdict.earlier.accuracy
    assert verdict.champion.rows == verdict.challenger.rows == verdict.earlier.rows
    assert sentence(verdict.reason).startswith(
        f"Model {better_earlier}, made earlier, is better than this one and is promoted instead. "
    )
    lines = {(line.version, line.change): line for line in store.promotions()}
    promoted = lines[better_earlier, PromotionEvent.PROMOTED]
    assert (promoted.by, promoted.previous) == ("training", weak)
    assert promoted.figures.accuracy == verdict.earlier.accuracy
    assert promoted.figures.previous_accuracy == verdict.champion.accuracy
    assert (verdict.challenger.version, PromotionEvent.REFUSED) in lines
    [run] = [run for run in runs.newest() if run.decision and run.decision.instead]
    assert (run.decision.instead, run.decision.earlier) == (verdict.instead, verdict.earlier)
    logged = mlflow.MlflowClient().get_run(run.mlflow_run_id).data
    assert logged.metrics["holdout/earlier/accuracy"] == verdict.earlier.accuracy
    assert logged.tags["verdict"] == "earlier-better"


def test_a_rollback_by_a_person_is_not_undone(train, better_earlier, weak, store):
    """The person had the better version, and took the older one instead."""
    store.promote(better_earlier, by="person", reason="try it", at=NOW + 4 * HOUR)
    store.promote(weak, by="person", reason="I prefer this", at=NOW + 5 * HOUR)
    verdict = train(HALF_RIGHT)
    assert (verdict.promoted, verdict.outcome) == (True, Outcome.BETTER)
    assert (verdict.earlier, verdict.instead) == (None, None)
    assert store.champion().version == verdict.challenger.version


@pytest.mark.parametrize("outcome", ["category-fell", "less-automatic", "broken"])
def test_a_version_that_was_refused_as_unfit_does_not_come_back(
    train, better_earlier, store, database, outcome
):
    run_id = store.get(better_earlier).run_id
    database.collection("training_runs").update_one({"_id": run_id}, {"$set": {"decision.outcome": outcome}})
    assert train(HALF_RIGHT).promoted


def test_a_version_that_does_not_load_is_passed_over(train, better_earlier, store, database):
    database.collection("models").update_one(
        {"_id": f"version:{better_earlier}"}, {"$set": {"sha256": "of other bytes"}}
    )
    assert train(HALF_RIGHT).promoted


def test_a_new_model_that_is_as_good_is_promoted_past_an_earlier_one(train, better_earlier, store):
    verdict = train(TRUTHFUL)
    assert (verdict.promoted, verdict.instead) == (True, None)
    assert verdict.earlier.version == better_earlier
    assert any(f"model {better_earlier}, is right on" in note for note in note_sentences(verdict.notes))


def test_a_pin_that_is_set_meanwhile_holds_against_an_earlier_version_too(
    better_earlier, weak, store, pipeline, claim, runs
):
    class PinsLate:
        def __getattr__(self, name):
            return getattr(store, name)

        def promote(self, *arguments, **how):
            store.pin(by="person", reason="", at=NOW)
            return store.promote(*arguments, **how)

    earlier = EarlierVersions(store, bundle, runs)
    verdict = pipeline(steps=HALF_RIGHT, store=PinsLate(), earlier=earlier).run(claim())
    assert (verdict.outcome, verdict.instead) == (Outcome.PINNED, None)
    assert store.champion().version == weak
