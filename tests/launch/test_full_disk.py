"""A disk that fills up while Ledgerloop runs: it is reported, no worker is lost, and space ends it."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.launch.running_site import Site, wait_until

WORKERS = 2


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own of 480 MB, of which MongoDB takes about 300 at its start."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=480m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def site(small_disk, tmp_path):
    site = Site(tmp_path, DATA_DIR=str(small_disk / "data"), WEB_WORKERS=str(WORKERS))
    site.start().wait_for_page()
    yield site
    site.ctrl_c()
    site.sweep()


def fill(path):
    done = subprocess.run(
        ["dd", "if=/dev/zero", f"of={path}", "bs=64k"], capture_output=True, text=True, check=False
    )
    assert "No space left" in done.stderr


def test_a_full_disk_is_named_and_ends_no_worker(site, small_disk):
    wait_until(lambda: site.get("api/v1/categories")[0] == 200)
    wait_until(lambda: len(site.pids("gunicorn")) == 1 + WORKERS)
    workers = site.pids("gunicorn")
    filler = small_disk / "filler"
    fill(filler)
    paths = ("api/v1/categories", "history", "no/such/page", "static/app.js", "healthz") * 20
    with ThreadPoolExecutor(
        10
    ) as visitors:  # without MongoDB each waits; each route is a line of the metrics
        list(visitors.map(site.get, paths))
    category = {"group": "essential", "color": "#123456"}
    answers = [site.post("api/v1/categories", {"name": f"Made {i}", **category}) for i in range(3)]
    assert {status for status, _ in answers} <= {201, 503}
    assert all(b"disk" in body for status, body in answers if status == 503)
    assert site.pids("gunicorn") == workers
    os.unlink(filler)
    wait_until(lambda: site.get("api/v1/categories")[0] == 200)
    assert site.pids("gunicorn") == workers


def test_the_metrics_of_a_worker_have_their_space_before_they_are_written(site):
    folder = site.folder / "disk" / "data" / "run" / "metrics"

    def sizes():
        return [file.stat().st_size for file in folder.glob("*.db")]

    wait_until(lambda: len(sizes()) >= 2 * WORKERS and min(sizes()) >= 1 << 20)
    for file in folder.glob("*.db"):
        assert file.stat().st_blocks * 512 >= file.stat().st_size
