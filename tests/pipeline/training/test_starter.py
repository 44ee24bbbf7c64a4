"""Building the starter, on a small lexicon, and what a training makes of it."""

from dataclasses import replace
from hashlib import sha256

import mlflow
import numpy as np
import pytest

from src.domain.models import MODEL_NAME, STARTER
from src.domain.verdicts import Outcome
from src.pipeline.registry.starter_log import StarterLog
from src.pipeline.training.stages import Steps
from src.pipeline.training.starter import StarterBuild
from src.services.models import bundle as bundles
from src.services.models.load_and_predict_check import TOLERANCE
from src.web.models.verdict_sentences import note_sentences
from tests.pipeline.training.test_run import (  # noqa: F401  fixtures
    NOW,
    SHOPS,
    Lexicon,
    claim,
    labels,
    pipeline,
    runs,
    say_a_lot,
    store,
)


def build():
    return bundles.dumps(StarterBuild(Lexicon(), Steps()).run(lambda stage, share: None))


@pytest.fixture(scope="module")
def built():
    return build()


@pytest.fixture
def record(new_tracking):
    """An MLflow store in which no number is given yet."""
    return new_tracking()


@pytest.fixture
def with_starter(pipeline, store, record, built):  # noqa: F811
    """Make a pipeline whose champion is the starter."""
    metrics = bundles.serve(built, sha256(built).hexdigest()).about["metrics"]
    store.keep(built, version="1", run_id=STARTER, mlflow_run_id="", metrics=metrics, at=NOW)
    store.promote("1", by="shipped", reason="", at=NOW)
    return lambda: pipeline(starter_log=StarterLog(store, record, bundles, lambda: NOW, "The starter."))


def test_the_same_lexicon_builds_the_same_starter(built):
    assert bundles.contents_sha256(build()) == bundles.contents_sha256(built)


def test_it_has_learned_from_no_label_and_knows_its_own_answers(built):
    bundle = bundles.loads(built, sha256(built).hexdigest())
    assert (bundle.about["run_id"], bundle.about["labels"]) == (STARTER, 0)
    assert bundle.about["classes"] == bundle.about["checked"]["classes"] == sorted(SHOPS)
    assert np.abs(np.sum(bundle.about["checked"]["probabilities"], axis=1) - 1).max() <= TOLERANCE


def test_the_first_training_replaces_it_where_nobody_has_answered(with_starter, claim, store, record):  # noqa: F811
    verdict = with_starter().run(claim())
    assert (verdict.promoted, verdict.outcome, verdict.champion) == (True, Outcome.FIRST, None)
    assert any("model 1, which Ledgerloop ships with" in note for note in note_sentences(verdict.notes))
    assert store.champion().version == record.alias("champion") == "2"
    logged = mlflow.MlflowClient().search_model_versions(f"name='{MODEL_NAME}'")
    assert sorted(int(version.version) for version in logged) == [1, 2]


def test_with_answers_it_is_compared_as_any_champion(with_starter, claim, labels, store):  # noqa: F811
    labels.add(["tulip noodle bar 5", "acme fuel station 3", "blue door cafe 1"] * 4, "travel")
    assert with_starter().run(claim()).outcome is Outcome.TOO_FEW
    assert store.champion().is_starter
    say_a_lot(labels)
    labels.rows = [replace(one, category=f"my-{one.category}") for one in labels.rows]
    verdict = with_starter().run(claim())
    assert (verdict.promoted, verdict.outcome) == (True, Outcome.BETTER)
    assert verdict.champion.version == "1"
