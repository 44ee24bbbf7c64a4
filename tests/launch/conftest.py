import fcntl
import os
import shutil

import pytest

from tests.launch.running_site import PYTHON, Site, wait_until


@pytest.fixture
def site(tmp_path):
    """Pages and database; no clock, no MLflow UI."""
    site = Site(tmp_path)
    yield site
    site.sweep()


@pytest.fixture(scope="session")
def trained_data(tmp_path_factory):
    """The data directory of a site that trained its first model and ended: to be copied, not to be used.

    The first training takes a minute or two, so all workers of a session share one.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "trained.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "trained").exists():
            _train(tmp_path_factory.mktemp("training")).rename(shared / "trained")
    return shared / "trained"


def _train(folder):
    site = Site(folder, CLOCK="on", RETRAIN_EVERY_HOURS="168")
    try:
        site.start().wait_for_page()
        wait_until(lambda: b'"succeeded"' in site.get("api/v1/training-runs")[1], 900)
        assert site.ctrl_c() == 0
    finally:
        site.sweep()
    return site.data


@pytest.fixture(scope="session")
def trained_site(trained_data):
    """Make a site in a folder whose first model is trained already; it is not started."""

    def make(folder, **settings):
        site = Site(folder, **settings)
        shutil.copytree(trained_data, site.data)
        return site

    return make


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Pages and database that a whole module may ask."""
    site = Site(tmp_path_factory.mktemp("site")).start([PYTHON, "-m", "src", "serve"]).wait_for_page()
    yield site
    site.ctrl_c()
    site.sweep()
