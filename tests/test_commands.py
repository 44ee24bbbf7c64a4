"""What the commands are given by other processes."""

import subprocess
from datetime import UTC, datetime

import pytest

from src.__main__ import _parser, run_claimed_import, train_claimed
from src.domain.imports import Import, ImportStatus
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.services.scheduler import child_process
from src.services.scheduler.child_process import ChildProcess

AT = datetime(2026, 3, 4, tzinfo=UTC)
RUN = TrainingRun(
    id="-r",
    status=RunStatus.RUNNING,
    trigger=Trigger.MANUAL,
    reason="",
    stage="",
    progress=0,
    attempt=1,
    requested_at=AT,
)
IMPORT = Import("--i", ImportStatus.RUNNING, "a.csv", 1, "l", {}, AT, attempt=1)


@pytest.fixture
def commands(monkeypatch):
    """The commands that would be started."""
    started = []

    def start(command, **_):
        started.append(command)
        return subprocess.Popen(["true"])

    monkeypatch.setattr(child_process, "start", start)
    return started


@pytest.mark.parametrize(
    ("begin", "function", "claimed"),
    [
        (lambda children: children.train(RUN, holder="-h"), train_claimed, ["-r", "-h", "1"]),
        (lambda children: children.run_import(IMPORT, holder="-h"), run_claimed_import, ["--i", "-h", "1"]),
    ],
    ids=["training", "import"],
)
def test_an_id_is_never_taken_for_an_option(commands, begin, function, claimed):
    assert begin(ChildProcess(dict, timeout_s=60))
    ((_, dash_m, package, *arguments),) = commands
    options = _parser().parse_args(arguments)
    assert (dash_m, package, options.command, options.claimed) == ("-m", "src", function, claimed)
