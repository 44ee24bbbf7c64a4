import pytest

from tests.launch.running_site import PYTHON, Site


@pytest.fixture
def site(tmp_path):
    """Pages and database; no clock, no MLflow UI."""
    site = Site(tmp_path)
    yield site
    site.sweep()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Pages and database that a whole module may ask."""
    site = Site(tmp_path_factory.mktemp("site")).start([PYTHON, "-m", "src", "serve"]).wait_for_page()
    yield site
    site.ctrl_c()
    site.sweep()
