"""Everything at once: pages, database, clock, MLflow UI."""

import http.client
import urllib.request

import pytest

from src.services.mongo.client import Database
from src.services.mongo.embedded_mongo import EmbeddedMongo
from tests.launch.running_site import APP, PATIENCE_S, Site, wait_until


@pytest.fixture(scope="module")
def whole(trained_site, tmp_path_factory):
    site = trained_site(
        tmp_path_factory.mktemp("whole"), CLOCK="on", MLFLOW_UI="on", RETRAIN_EVERY_HOURS="168"
    )
    site.start().wait_for_page()
    wait_until(lambda: mlflow_answers(site))
    yield site
    site.sweep()


def mlflow_answers(site):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{site.mlflow_port}/", timeout=30) as answer:
            return answer.status == 200
    except (OSError, http.client.HTTPException):
        return False


def test_it_prints_its_addresses(whole):
    wait_until(lambda: "Ctrl-C" in whole.printed())
    assert whole.address in whole.printed()
    assert f"http://127.0.0.1:{whole.mlflow_port}/" in whole.printed()


def test_each_part_is_a_process_of_its_own(whole):
    for words in ("mongod", "gunicorn", "src clock", "mlflow server"):
        assert whole.pids(words), words


def test_a_second_start_on_the_same_data_is_reported(whole):
    second = Site(whole.folder)
    second.output = whole.folder / "second.txt"
    assert second.start().process.wait(PATIENCE_S) == 1
    assert whole.address in second.printed()
    assert f"process {whole.process.pid}" in second.printed()
    assert whole.get("healthz")[0] == 200


def test_kill_9_of_the_launcher_takes_all_along_and_it_starts_again_at_once(whole):
    before = set(whole.processes())
    whole.kill(whole.process.pid)
    whole.process.wait()
    whole.start(APP)
    wait_until(lambda: not before & set(whole.processes()))
    # Only now: before, the page might have come from a worker that was about to end.
    whole.wait_for_page()
    assert whole.get("api/v1/categories")[0] == 200


def test_ctrl_c_ends_all_of_it_and_leaves_no_process(whole):
    wait_until(lambda: whole.pids("src clock"))
    length_before = len(whole.printed())
    assert whole.ctrl_c() == 0
    assert whole.processes() == {}
    assert "Traceback" not in whole.printed()[length_before:]


def test_a_site_without_a_clock_makes_its_indexes_too(running):
    database = Database(lambda: EmbeddedMongo(running.data).uri, "ledgerloop")
    runs = database.collection("training_runs")
    wait_until(lambda: any(index.get("unique") for index in runs.index_information().values()))
    database.close()
