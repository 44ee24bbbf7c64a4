"""What other parts than the categorizer learned, in a real MLflow store."""

from datetime import UTC, datetime, timedelta

import pytest

from src.services.mlflow import side_experiment
from src.services.mlflow.run_deletion import TrackingRetention
from src.services.mlflow.side_experiment import SideExperiment


@pytest.fixture
def tracking(new_tracking):
    return new_tracking()


def runs_of(tracking, experiment):
    stored = tracking.client.get_experiment_by_name(experiment.name)
    return tracking.client.search_runs([stored.experiment_id])


def test_a_training_is_one_run_in_an_experiment_of_its_own(tracking):
    experiment = SideExperiment(tracking, "tests", "About tests.")
    run_id = experiment.log(
        "accepted",
        params={"trees": 100},
        metrics={"recall": 0.5},
        note="Why.",
        tables={"rows.json": {"name": ["a"], "value": [1]}},
    )
    [run] = runs_of(tracking, experiment)
    assert (run.info.run_id, run.info.status) == (run_id, "FINISHED")
    assert (run.data.params["trees"], run.data.metrics["recall"]) == ("100", 0.5)
    assert run.data.tags["mlflow.note.content"] == "Why."
    assert TrackingRetention(tracking, tracking._uri).runs() == []  # the categorizer has its own


def test_old_runs_go_and_erasing_everything_takes_all(tracking, monkeypatch):
    monkeypatch.setattr(side_experiment, "_KEPT_RUNS", 2)
    experiment = SideExperiment(tracking, "tests", "About tests.")
    ids = [experiment.log("run", params={}, metrics={}) for _ in range(3)]
    assert {run.info.run_id for run in runs_of(tracking, experiment)} <= set(ids)
    assert len(runs_of(tracking, experiment)) == 2
    TrackingRetention(tracking, tracking._uri).erase_before(datetime.now(UTC) + timedelta(seconds=5))
    assert runs_of(tracking, experiment) == []
