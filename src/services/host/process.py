"""Child processes that end when the one that started them ends, even where that was SIGKILL.

A child is not started directly but through this very file, run as a script in a bare interpreter (about
20 ms): it asks the kernel for a signal at the parent's death, then becomes the command. That is safe in a
program with threads, which a `preexec_fn` is not, and the request outlives `exec`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any

_PR_SET_PDEATHSIG = 1
_LOOK_S = 0.25
_GRACE_S = 5.0


def start(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    nice: int = 0,
    own_session: bool = False,
    guarded: bool = False,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start `command`, to be sent SIGTERM as soon as the calling thread or its process ends.

    own_session: keep Ctrl-C in the terminal from the child, and make it the head of a group of its own.
    guarded: for a command with children of its own that might outlive it: a small process stays between,
    and ends the whole group once the parent or the command is gone. Implies `own_session`; always so
    where the kernel offers no such signal (macOS).
    options: for `subprocess.Popen`.
    """
    return subprocess.Popen(
        wrapped(command, nice=nice, guarded=guarded or (own_session and sys.platform != "linux")),
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        start_new_session=own_session or guarded,
        **options,
    )


def wrapped(command: Sequence[str], *, nice: int = 0, guarded: bool = False) -> list[str]:
    """`command`, so that whoever starts it takes it along; see `start`."""
    mode = "guard" if guarded else "exec"
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(nice), mode, *command]


def die_with_parent(parent: int) -> None:
    """Let the kernel send this process SIGTERM when its parent ends; exit where it has already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel knew
        raise SystemExit(1)


def end_group(leader: int, sig: int) -> bool:
    """Send `sig` to the group that process `leader` heads or headed; whether anyone was left in it."""
    try:
        os.killpg(leader, sig)
    except (ProcessLookupError, PermissionError):  # macOS says EPERM where only a zombie is left
        return False
    return True


def _main(parent: int, nice: int, mode: str, command: list[str]) -> None:
    die_with_parent(parent)
    os.nice(nice)
    if mode == "guard":
        _guard(parent, command)
    os.execvp(command[0], command)  # noqa: S606 - the very purpose


def _guard(parent: int, command: list[str]) -> None:
    """Run `command` until it or the parent is gone, then end its whole group and exit with its code."""
    asked_to_end = False

    def end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked_to_end
        asked_to_end = True

    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, end)
    child = subprocess.Popen(wrapped(command))
    signal.signal(signal.SIGUSR1, lambda *_: child.send_signal(signal.SIGUSR1))
    while child.poll() is None and not asked_to_end and os.getppid() == parent:
        time.sleep(_LOOK_S)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgrp(), signal.SIGTERM)
    patience = time.monotonic() + _GRACE_S
    while child.poll() is None and time.monotonic() < patience:
        time.sleep(0.05)
    _kill_what_is_left(os.getpgrp())
    os._exit(child.poll() or 0)


def _kill_what_is_left(group: int) -> None:
    """From outside the group, so that the caller may still exit with a code of its own."""
    if os.fork() == 0:
        os.setsid()
        time.sleep(0.05)
        end_group(group, signal.SIGKILL)
        os._exit(0)


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
