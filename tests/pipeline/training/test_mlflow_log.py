"""What MLflow stores of a verdict, with the real store."""
# ruff: noqa: F811  the fixtures of the training pipeline are used under their own names

import json
from datetime import timedelta

import mlflow
import pytest

from src.components.model.model_selection import Search
from src.domain.training_runs import SetAside
from src.pipeline.training.mlflow_log import log_verdict
from src.pipeline.training.stages import Steps
from src.services.models.load_and_predict_check import CheckReport
from src.web.models.verdict_sentences import run_description
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
from tests.whole_verdict import WHOLE

ONE_CANDIDATE = Steps(search=Search(trials=Search().trials[:1]))


@pytest.fixture
def logged(record, claim):
    """A run that has written a whole verdict: what MLflow holds of it, and the text of its artefacts."""
    with record.start(claim().run) as log:
        log_verdict(log, WHOLE, run_description(WHOLE), "2", CheckReport("", 0.12, 0.45, 3.2))
    address = f"runs:/{log.run_id}"
    return (
        mlflow.MlflowClient().get_run(log.run_id).data,
        lambda name: json.loads(mlflow.artifacts.load_text(f"{address}/{name}"), parse_constant=pytest.fail),
    )


def test_everything_that_led_to_a_verdict_is_in_mlflow(logged):
    data, artefact = logged
    assert data.metrics["challenger/accuracy"] == 0.905
    assert data.metrics["champion/log_loss"] == 0.5
    assert data.metrics["lookup/accuracy"] == 0.62
    assert data.metrics["difference/money_weighted_accuracy_low"] == -0.05
    assert (data.metrics["mcnemar/rows"], data.metrics["mcnemar/p"]) == (38, 0.627)
    assert (data.metrics["judging/merchants"], data.metrics["judging/rows_needed"]) == (187, 600)
    assert data.metrics["check.megabytes"] == 3.2
    stored = artefact("verdict.json")
    assert stored["majority"]["log_loss"] is None
    assert stored["discordance"]["challenger_right"] == 21


def test_every_reason_why_rows_do_not_train_is_a_name_that_mlflow_takes(record, claim):
    with record.start(claim().run) as log:
        log.params({f"data.set_aside/{reason}": 1 for reason in SetAside})
    assert len(mlflow.MlflowClient().get_run(log.run_id).data.params) >= len(SetAside)


def test_the_slices_are_a_table_that_mlflow_shows_as_one(logged):
    data, artefact = logged
    table = artefact("slices.json")
    assert table["columns"] == ["kind", "slice", "rows", "champion", "challenger"]
    assert table["data"][0] == ["category", "dining", 120, 0.9, 0.93]
    shown = json.loads(data.tags["mlflow.loggedArtifacts"])
    assert shown == [{"path": "slices.json", "type": "table"}]


def test_a_merchant_that_only_the_challenger_met_is_a_slice_of_its_own(pipeline, claim, labels, runs):
    say_a_lot(labels)
    pipeline(steps=ONE_CANDIDATE).run(claim())
    later = NOW + timedelta(days=1)
    labels.add([f"quibbly kiosk {n}" for n in range(40)], "groceries", at=later)
    claimed = claim()
    verdict = pipeline(steps=ONE_CANDIDATE).run(claimed)
    parts = {scores.name: scores for scores in verdict.slices if scores.kind == "merchants"}
    new = sum(one.holdout for one in labels.rows if one.transaction.merchant == "quibbly kiosk")
    assert parts["met-since"].rows == new > 0
    assert parts["met-since"].challenger > parts["met-since"].champion
    assert parts["seen"].rows == verdict.challenger.rows - new
    assert (
        sum(scores.rows for scores in verdict.slices if scores.kind == "category") == verdict.challenger.rows
    )
    assert runs.get(claimed.run.id).decision.slices == verdict.slices
    assert verdict.lookup.accuracy > verdict.majority.accuracy > 0
