"""A whole start whose tracking server is away: the clock works, a model is trained and serves."""

import json

import pytest

from tests.launch.running_site import Site, wait_until


@pytest.fixture
def site(tmp_path, trained):
    """With the small lexicon, which the starter does not fit, so that its first model is trained soon."""
    site = Site(tmp_path, checkout=trained / "checkout", CLOCK="on", MLFLOW_TRACKING_URI="http://127.0.0.1:1")
    yield site.start().wait_for_page()
    site.sweep()


@pytest.mark.timeout(1800)
def test_the_first_model_is_trained_and_serves_and_the_pages_name_what_is_away(site):
    wait_until(lambda: site.get("readyz")[0] == 200, 1500)
    wait_until(lambda: all(run["status"] == "succeeded" for run in runs(site)))
    assert "this run was not logged" in runs(site)[0]["decision"]["notes"][0]
    status, body = site.get("readyz")
    checks = json.loads(body)["checks"]
    assert (status, checks["model"]["ok"], checks["mlflow"]["ok"]) == (200, True, False)
    assert "has not answered since" in site.get("models")[1].decode()


def runs(site):
    return json.loads(site.get("api/v1/training-runs")[1])
