"""The shipped starter: that it is what the lexicon builds, and that it is registered once or not at all."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
import pytest

from src.components.evaluation.metrics import probabilities_of
from src.components.model.smoke_transactions import model_fields
from src.knowledge import starter_file
from src.knowledge.lexicon_files import Knowledge
from src.prediction_container import Predictions
from src.services.models import bundle as bundles
from src.services.models.load_and_predict_check import TOLERANCE, transaction_of
from src.services.models.repository import Models
from src.services.settings.erasure import Erasure

NOW = datetime(2026, 3, 4, tzinfo=UTC)
REBUILD = "the lexicon, or how texts become features, has changed: run `make lexicon`"


@pytest.fixture
def services(settings):
    services = Predictions(settings, now=lambda: NOW)
    yield services
    services.database.close()


def change_note(monkeypatch, tmp_path, **changes):
    """Ship the same bundle with another description of it."""
    file = tmp_path / "starter.json"
    file.write_text(json.dumps(vars(replace(starter_file.made_of(), **changes))))
    monkeypatch.setattr(starter_file, "MADE_OF", file)


def test_the_shipped_bundle_is_what_the_shipped_lexicon_builds():
    made_of, bundle = starter_file.made_of(), starter_file.BUNDLE.read_bytes()
    assert made_of.lexicon_sha256 == Knowledge().sha256, REBUILD
    assert made_of.sha256 == sha256(bundle).hexdigest()
    assert made_of.contents_sha256 == bundles.contents_sha256(bundle)


def test_its_pipeline_answers_as_when_it_was_built():
    bundle = bundles.loads(starter_file.BUNDLE.read_bytes(), starter_file.made_of().sha256)
    checked = bundle.about["checked"]
    answers = probabilities_of(
        bundle.pipeline, model_fields(list(map(transaction_of, checked["transactions"])))
    )
    assert np.abs(answers - np.array(checked["probabilities"])).max() <= TOLERANCE, REBUILD
    assert sorted(checked["classes"]) == sorted(category.slug for category in Knowledge().categories)


def test_a_new_database_serves_it_at_the_first_question(services):
    assert services.champion.current().version == "1", REBUILD
    pointer, [version] = services.models.champion(), services.models.versions()
    assert (pointer.is_starter, pointer.by, pointer.promoted_at) == (True, "shipped", NOW)
    assert version.is_starter
    assert version.metrics["accuracy"] > 0.5
    assert [line.by for line in services.models.promotions()] == ["shipped"]


def test_of_many_processes_one_registers_it(settings):
    processes = [Predictions(settings) for _ in range(4)]
    processes[0].database.ensure_indexes()
    with ThreadPoolExecutor(4) as pool:
        pointers = list(pool.map(lambda process: process.starter.champion(), processes))
    database = processes[0].database
    assert {pointer.revision for pointer in pointers} == {1}
    assert len(Models(database).promotions()) == 1
    assert database.collection("bundles.files").count_documents({}) == 1
    for process in processes:
        process.database.close()


def test_a_champion_stays(services):
    services.models.keep(b"b", version="1", run_id="run-1", mlflow_run_id="", metrics={}, at=NOW)
    services.models.promote("1", by="training", reason="", at=NOW)
    assert services.starter.champion().run_id == "run-1"


def test_it_serves_again_once_everything_is_erased(services):
    services.champion.refresh()
    Erasure(services.database).erase(at=NOW)
    assert services.models.champion() is None
    assert services.champion.refreshed().version == "1"
    assert services.models.champion().is_starter


@pytest.mark.parametrize(
    "changes",
    [{"lexicon_sha256": "another"}, {"libraries": {"numpy": "1"}}, {"sha256": "damaged"}],
    ids=["another lexicon", "other libraries", "a damaged file"],
)
def test_one_that_does_not_fit_is_left_to_the_first_training(services, monkeypatch, tmp_path, changes):
    change_note(monkeypatch, tmp_path, **changes)
    assert services.starter.champion() is None
    assert services.models.versions() == []


def test_one_that_this_code_answers_otherwise_is_left_to_the_first_training(services, monkeypatch, tmp_path):
    served = bundles.serve(starter_file.BUNDLE.read_bytes(), starter_file.made_of().sha256)
    form, arrays = served.form
    other = replace(served, form=(form, {**arrays, "intercept": arrays["intercept"][::-1]}))
    monkeypatch.setattr(bundles, "serve", lambda data, sha256: other)
    assert services.starter.champion() is None


def test_an_installation_without_one_has_no_champion(services, monkeypatch, tmp_path):
    monkeypatch.setattr(starter_file, "MADE_OF", tmp_path / "missing.json")
    assert services.starter.champion() is None
