import shutil
import subprocess

import pytest

from tests.conftest import once_for_all_workers
from tests.launch.running_site import PYTHON, Site, database_before_start, small_checkout


@pytest.fixture
def site(tmp_path):
    """Pages and database; no clock, no MLflow UI."""
    site = Site(tmp_path)
    yield site
    site.sweep()


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A checkout with a small lexicon, and a data directory with its first model: to be copied, not used."""
    return once_for_all_workers(tmp_path_factory, "trained", _train)


def _train(folder):
    site = Site(folder, checkout=small_checkout(folder / "checkout"))
    with database_before_start(site):
        train = [PYTHON, "-m", "src", "train"]
        subprocess.run(train, cwd=site.checkout, env=site.environment(), check=True, timeout=900)


@pytest.fixture(scope="session")
def trained_site(trained):
    """Make a site in a folder whose first model is trained already; it is not started."""

    def make(folder, **settings):
        site = Site(folder, checkout=trained / "checkout", **settings)
        shutil.copytree(trained / "data", site.data)
        return site

    return make


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Pages and database that a whole module may ask."""
    site = Site(tmp_path_factory.mktemp("site")).start([PYTHON, "-m", "src", "serve"]).wait_for_page()
    yield site
    site.ctrl_c()
    site.sweep()
