"""The other ways in: plain gunicorn, `flask run`, `python -m src serve`; and the starts that are refused."""

import os
import signal
import socket
import subprocess

import pytest

from src.config import ROOT
from tests.launch.running_site import GUNICORN, PATIENCE_S, PYTHON, wait_until


def test_plain_gunicorn_starts_its_own_database_and_stops_it_when_it_ends_or_is_killed(site):
    for sig in (signal.SIGKILL, signal.SIGTERM):
        site.start(GUNICORN).wait_for_page()
        assert site.get("api/v1/categories")[0] == 200
        assert len(site.pids("bin/mongod")) == 1
        os.kill(site.process.pid, sig)
        site.process.wait(PATIENCE_S)
        wait_until(lambda: site.processes() == {})


def test_flask_run_works_and_takes_its_database_along(site):
    site.start([PYTHON, "-m", "flask", "run", "--port", str(site.port)]).wait_for_page()
    assert site.get("api/v1/categories")[0] == 200
    site.ctrl_c()
    wait_until(lambda: site.processes() == {})


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("HOST", "192.0.2.1"),
        ("PORT", "many"),
        ("AUTO_PRECISION", "2"),
        ("CLOCK", "maybe"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence_that_names_it(site, setting, value):
    site.settings[setting] = value
    assert site.start().process.wait(PATIENCE_S) == 2
    assert site.printed().startswith(f"{setting}: ")
    assert "Traceback" not in site.printed()
    assert not site.data.exists()


@pytest.mark.parametrize("command", [GUNICORN, [PYTHON, "-m", "flask", "run"]], ids=["gunicorn", "flask"])
def test_a_wrong_setting_is_named_at_every_door(site, command):
    site.settings["AUTO_PRECISION"] = "2"
    assert site.start(command).process.wait(PATIENCE_S) != 0
    assert site.printed().startswith("AUTO_PRECISION: ")
    assert "Traceback" not in site.printed()


def test_a_port_that_is_taken_is_named_before_anything_starts(site):
    with socket.socket() as other:
        other.bind(("127.0.0.1", site.port))
        other.listen()
        assert site.start().process.wait(PATIENCE_S) == 2
    assert site.printed().startswith(f"PORT: {site.port} on 127.0.0.1 is taken")
    assert not (site.data / "db").exists()


def test_a_data_directory_that_cannot_be_made_is_named(site):
    in_the_way = site.folder / "file"
    in_the_way.write_text("")
    site.settings["DATA_DIR"] = str(in_the_way / "data")
    assert site.start().process.wait(PATIENCE_S) == 2
    assert site.printed().startswith("DATA_DIR: ")


def test_importing_the_application_makes_and_starts_nothing(site):
    environment = {**os.environ, **site.settings}
    subprocess.run(
        [PYTHON, "-c", "import app, src.launcher, src.container"], cwd=ROOT, env=environment, check=True
    )
    assert not site.data.exists()
