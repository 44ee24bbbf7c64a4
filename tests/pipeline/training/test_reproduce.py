"""A run made once more through the real MLflow store: the same metrics, or what differs."""

# ruff: noqa: F401, F811 - the fixtures of test_training.py are used here too

from dataclasses import replace

import mlflow
import pytest

from src import command_text
from src.components.model.model_selection import Search, Skipped
from src.errors import InvalidInput, NotFound
from src.pipeline.training.reproduce import Reproduction
from src.pipeline.training.stages import Steps
from src.services.mlflow.past_runs import PastRuns
from src.services.mlflow.provenance import provenance
from tests.pipeline.training.test_run import (
    Lexicon,
    claim,
    labels,
    pipeline,
    record,
    runs,
    say_a_lot,
    store,
)

STEPS = Steps(search=Search(trials=Search().trials[:3]))


def again(past, steps=STEPS, lexicon=None, made_with=None):
    made_with = provenance() if made_with is None else made_with
    return Reproduction(steps, lexicon or Lexicon(), made_with).run(past, lambda stage, share: None)


@pytest.fixture
def past(pipeline, claim, labels, record, runs):
    say_a_lot(labels)
    claimed = claim()
    pipeline().run(claimed)
    return PastRuns(record).get(runs.get(claimed.run.id).mlflow_run_id)


def test_a_run_repeats_from_its_snapshot_to_the_same_metrics(past, record):
    client = mlflow.MlflowClient()
    before = [one.info.run_id for one in client.search_runs([record.experiment])]
    comparison = again(past)
    text = command_text.reproduction(comparison)
    assert comparison.same, text
    assert comparison.circumstances == []
    assert comparison.compared > 50
    of_the_verdict = ("check.", "challenger/", "champion/", "majority/", "lookup/", "difference/", "judging/")
    measured = [name.removeprefix("holdout/").removeprefix("crossval/") for name in comparison.not_repeated]
    assert all(name.startswith((*of_the_verdict, "mcnemar/")) for name in measured), measured
    assert "repeats" in text.splitlines()[0]
    assert [one.info.run_id for one in client.search_runs([record.experiment])] == before


def test_a_label_that_was_changed_in_the_snapshot_is_noticed_and_moves_the_metrics(past):
    dining = past.snapshot.index(b",dining,")
    changed = past.snapshot[:dining] + b",travel," + past.snapshot[dining + len(b",dining,") :]
    comparison = again(replace(past, snapshot=changed))
    assert not comparison.same
    assert [one.what for one in comparison.circumstances] == ["data.sha256"]
    assert {"holdout/log_loss"} <= {one.what for one in comparison.outcome}
    text = command_text.reproduction(comparison)
    assert "log_loss" in text
    assert "\n  the rows of the snapshot: " in text


def test_another_lexicon_is_distinguished_from_other_rows(past):
    class Newer(Lexicon):
        sha256 = "lexicon-2"

        def entries(self):
            return super().entries()[:-2]

    comparison = again(past, lexicon=Newer())
    assert [one.what for one in comparison.circumstances] == ["lexicon.sha256"]
    assert not comparison.same


def test_other_code_settings_and_libraries_are_named(past):
    steps = replace(STEPS, weights=replace(STEPS.weights, half_life_days=1.0))
    made_with = provenance() | {"code.sha256": "other", "version.numpy": "1.0", "version.python": "3.99"}
    comparison = again(past, steps=steps, made_with=made_with)
    assert {one.what for one in comparison.circumstances} == {
        "code.sha256",
        "version.numpy",
        "version.python",
        "settings.weights.half_life_days",
    }


def test_more_time_today_tries_nothing_that_there_was_no_time_for(pipeline, claim, labels, record, runs):
    class Slow:
        """A clock on which every look takes a second."""

        now = 0.0

        def __call__(self):
            self.now += 1
            return self.now

    say_a_lot(labels)
    claimed = claim()
    pipeline(steps=replace(STEPS, search=replace(STEPS.search, budget_s=3, clock=Slow()))).run(claimed)
    past = PastRuns(record).get(runs.get(claimed.run.id).mlflow_run_id)
    assert past.left_out
    assert again(past).same
    earlier = {Skipped.NO_TIME: "no time", Skipped.NO_TIME_LATER: "no time for more than the first fold"}
    as_before = {name: earlier[why] for name, why in past.left_out.items()}
    assert again(replace(past, left_out=as_before)).same


def test_a_run_without_labels_repeats_too(pipeline, claim, record, runs):
    claimed = claim()
    pipeline().run(claimed)
    assert again(PastRuns(record).get(runs.get(claimed.run.id).mlflow_run_id)).same


def test_a_missing_run_or_one_without_data_is_reported(record):
    client = mlflow.MlflowClient()
    with pytest.raises(NotFound, match="no run"):
        PastRuns(record).get("0" * 32)
    empty = client.create_run(record.experiment)
    with pytest.raises(NotFound, match="has no data of this run"):
        PastRuns(record).get(empty.info.run_id)
    client.set_terminated(empty.info.run_id)


def test_a_snapshot_of_another_form_is_refused(past):
    with pytest.raises(InvalidInput):
        again(replace(past, snapshot=b"a,b\r\n1,2\r\n"))
