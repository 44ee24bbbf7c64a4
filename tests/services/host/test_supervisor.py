import os
import sys
import time
from pathlib import Path

import pytest

from src.services.host.supervisor import Program, Supervisor


@pytest.fixture
def supervisor():
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()


def program(name, folder, code, **how):
    """`code` runs with `output`, a file in `folder` to append to."""
    lines = f"import os, signal, sys, time\noutput = open({str(folder / name)!r}, 'a', buffering=1)\n{code}"
    return Program(name, [sys.executable, "-c", lines], dict(os.environ), folder, **how)


def lines_of(folder, name):
    path = Path(folder / name)
    return path.read_text().split() if path.exists() else []


def look_until(supervisor, true, within_s=10):
    patience = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < patience, "it did not come about"
        supervisor.check()
        time.sleep(0.02)


def test_a_program_that_ends_is_started_again(supervisor, tmp_path):
    supervisor.start(program("dies", tmp_path, "print('started', file=output)"))
    look_until(supervisor, lambda: len(lines_of(tmp_path, "dies")) >= 3)


def test_a_program_that_keeps_ending_is_given_longer_and_longer_pauses(tmp_path):
    now = [100.0]
    supervisor = Supervisor(clock=lambda: now[0])
    supervisor.start(program("dies", tmp_path, ""))
    [running] = supervisor._running
    for pause in (0, 1, 2, 4, 8, 16, 30, 30):
        ended = running.child
        ended.wait(30)
        supervisor.check()
        now[0] += pause - 0.25
        if pause:
            supervisor.check()
            assert running.child is ended
        now[0] += 0.25
        supervisor.check()
        assert running.child is not ended
    supervisor.stop()


def test_one_that_runs_once_is_tried_until_it_succeeds(supervisor, tmp_path):
    succeed_the_second_time = "print('x', file=output); sys.exit(os.path.getsize(output.name) < 4)"
    supervisor.start(program("once", tmp_path, succeed_the_second_time, once=True))
    look_until(supervisor, lambda: supervisor.finished("once"))
    for _ in range(10):
        supervisor.check()
        time.sleep(0.02)
    assert lines_of(tmp_path, "once") == ["x", "x"]


def test_programs_are_stopped_in_reverse_order(supervisor, tmp_path):
    say_when_stopped = (
        "signal.signal(15, lambda *_: (print(time.monotonic(), file=output), sys.exit()))\n"
        "print('ready', file=output)\ntime.sleep(60)"
    )
    for name in ("database", "pages"):
        supervisor.start(program(name, tmp_path, say_when_stopped))
        look_until(supervisor, lambda name=name: lines_of(tmp_path, name))
    supervisor.stop()
    assert float(lines_of(tmp_path, "pages")[1]) < float(lines_of(tmp_path, "database")[1])


def test_one_that_will_not_stop_is_killed_after_its_time(supervisor, tmp_path):
    deaf = "signal.signal(15, signal.SIG_IGN); print(os.getpid(), file=output); time.sleep(60)"
    supervisor.start(program("deaf", tmp_path, deaf, stop_within_s=0.2))
    look_until(supervisor, lambda: lines_of(tmp_path, "deaf"))
    supervisor.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(int(lines_of(tmp_path, "deaf")[0]), 0)
