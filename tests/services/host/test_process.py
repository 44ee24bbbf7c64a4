import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from src.config import ROOT
from src.services.host.process import start

# A parent that starts a child, which starts a grandchild deaf to SIGTERM, which makes a file once it is.
GRANDCHILD = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").close()
time.sleep(60)
"""
CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]])"
PARENT = """
import sys, time
from src.services.host.process import start
how, command = sys.argv[1], sys.argv[2:]
print(start([sys.executable, "-c", *command], guarded=how == "guarded").pid, flush=True)
time.sleep(60)
"""


def runs(pid):
    try:
        os.readlink(f"/proc/{pid}/exe")
    except OSError:  # gone, or ended and not yet collected
        return False
    return True


def group_of(pid):
    members = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and runs(folder.name):
            try:
                if os.getpgid(int(folder.name)) == pid:
                    members.add(int(folder.name))
            except ProcessLookupError:
                continue
    return members


def wait_until(true, within_s=12):
    patience = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < patience, "it did not come about"
        time.sleep(0.02)


@pytest.fixture
def parent():
    """Start a parent of a child; gives both, and sweeps."""
    started = []

    def begin(how, *command):
        process = subprocess.Popen(
            [sys.executable, "-c", PARENT, how, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process, int(process.stdout.readline())

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_a_child_ends_with_a_killed_parent(parent):
    process, child = parent("plain", "import time; time.sleep(60)")
    assert runs(child)
    process.kill()
    process.wait()
    wait_until(lambda: not runs(child))


def test_a_guarded_child_takes_its_own_children_along_even_deaf_ones(parent, tmp_path):
    process, guard = parent("guarded", CHILD, GRANDCHILD, str(tmp_path / "ready"))
    wait_until((tmp_path / "ready").exists)
    assert len(group_of(guard)) == 3
    process.kill()
    process.wait()
    wait_until(lambda: not group_of(guard))


def test_a_guard_that_is_asked_to_end_ends_the_group(parent, tmp_path):
    _, guard = parent("guarded", CHILD, GRANDCHILD, str(tmp_path / "ready"))
    wait_until((tmp_path / "ready").exists)
    os.kill(guard, signal.SIGTERM)
    wait_until(lambda: not group_of(guard))


@pytest.mark.parametrize("guarded", [False, True])
def test_the_exit_code_of_the_command_comes_through(guarded):
    child = start([sys.executable, "-c", "raise SystemExit(7)"], guarded=guarded)
    assert child.wait(10) == 7


def test_a_child_is_as_nice_as_asked():
    child = start(
        [sys.executable, "-c", "import os; print(os.nice(0))"], nice=19, stdout=subprocess.PIPE, text=True
    )
    assert child.communicate(timeout=10)[0].strip() == "19"
