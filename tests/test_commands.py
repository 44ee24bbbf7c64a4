"""The arguments of commands that other processes start."""

import subprocess

import pytest

from src.__main__ import _parser
from src.commands import run_claimed_import
from src.container import Container
from src.errors import InvalidInput
from src.services.scheduler import child_process
from src.services.scheduler.child_process import RUN_IMPORT, TRAIN_CLAIMED, ChildProcess
from src.training_commands import train_claimed


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
    ("command", "run_id", "function"),
    [(TRAIN_CLAIMED, "-r", train_claimed), (RUN_IMPORT, "--i", run_claimed_import)],
    ids=["training", "import"],
)
def test_an_id_is_never_taken_for_an_option(commands, command, run_id, function):
    assert ChildProcess(dict, timeout_s=60).run(command, run_id, "-h", 1)
    ((_, dash_m, package, *arguments),) = commands
    options = _parser().parse_args(arguments)
    assert (dash_m, package, options.command, options.claimed) == ("-m", "src", function, [run_id, "-h", "1"])


@pytest.mark.parametrize("name", ["", "not-there.csv"], ids=["a folder", "no file"])
def test_what_cannot_be_read_is_named_in_a_sentence(settings, tmp_path, name):
    options = _parser().parse_args(["import", str(tmp_path / name)])
    with pytest.raises(InvalidInput, match=str(tmp_path / name)):
        options.command(Container(settings), options)
