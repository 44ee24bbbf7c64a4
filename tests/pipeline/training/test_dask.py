"""A training whose Dask cluster is away; `tests/services/dask/` has the cluster itself."""

# ruff: noqa: F401, F811 - the fixtures of test_run.py are used here too

from src.components.model.model_selection import Search
from src.pipeline.training.stages import Steps
from src.services.dask.cluster import DaskCluster
from src.web.models.verdict_sentences import note_sentences
from tests.pipeline.training.test_run import claim, labels, pipeline, record, runs, store


def test_a_training_whose_cluster_is_away_is_done_here_and_its_verdict_says_so(pipeline, claim):
    cluster = DaskCluster("tcp://127.0.0.1:1", timeout_s=0.2)
    verdict = pipeline(steps=Steps(search=Search(trials=Search().trials[:1], evaluate=cluster))).run(claim())
    assert verdict.promoted
    assert note_sentences(verdict.notes)[0].startswith("Trained on this machine alone: ")
