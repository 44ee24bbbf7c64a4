"""The arguments of commands that other processes start, and the preview on the command line."""

import subprocess

import pytest

from src.__main__ import _parser
from src.commands import _preview_text, run_claimed_import, train_claimed
from src.components.bank_files.read import preview
from src.container import Container
from src.errors import InvalidInput
from src.services.scheduler import child_process
from src.services.scheduler.child_process import RUN_IMPORT, TRAIN_CLAIMED, ChildProcess


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


def test_a_preview_asks_its_questions_in_sentences_and_shows_how_to_answer():
    lines = _preview_text(preview(b"Date,Details,Amount\n04/05/2026,PIZZA CORNER,-12.50\n")).splitlines()
    assert lines[0] == "CSV, comma-separated, UTF-8: 1 transactions, 0 rejected, 0 ignored"
    asked = lines.index("Which part of a date is the day, and which is the month?")
    assert lines[asked + 1 : asked + 4] == [
        "Answer with --answer date_order=VALUE, where VALUE is",
        "  dmy  Day first: 04/05/2026 is 4 May 2026",
        "  mdy  Month first: 04/05/2026 is 5 April 2026",
    ]
    assert "  another currency code" in lines


def test_a_preview_without_dates_shows_what_a_date_looks_like():
    lines = _preview_text(
        preview(b"Details,Amount,Currency\nPIZZA CORNER,-12.50,USD\nCITY CAB,-8.00,USD\n")
    ).splitlines()
    asked = lines.index("Some transactions have no date. Which date should they get?")
    assert lines[asked + 1 : asked + 3] == [
        "Answer with --answer default_date=VALUE, where VALUE is",
        "  a date such as 2026-03-04",
    ]
