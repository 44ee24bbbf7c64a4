"""Subprocesses that end when their parent ends, even by SIGKILL; and kernel limits for this process.

A subprocess is started through this file, run as a script in a bare interpreter (about 20 ms): it asks the
kernel for a signal at the parent's death, then becomes the command. That is safe in a program with threads,
unlike a `preexec_fn`, and the request survives `exec`.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""In a subprocess's environment: BLAS and OpenMP use one thread."""

LEAN = {"MALLOC_MMAP_THRESHOLD_": "1000000", "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""In a subprocess's environment: large arrays go back to the system as soon as they are freed, and pyarrow
claims no gigabyte in advance."""

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.25
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
    """Start `command`. It gets SIGTERM as soon as the calling thread or its process ends.

    own_session: a new process group, which Ctrl-C in the terminal does not reach.
    guarded: for a command whose own subprocesses might outlive it. A small process in between ends the whole
    group when the parent or the command ends. Implies `own_session`; always on without the kernel's signal
    (macOS).
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
    """`command`, wrapped so that it ends with its parent; see `start`."""
    mode = "guard" if guarded else "exec"
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(nice), mode, *command]


def end_group(leader: int, sig: int) -> bool:
    """Send `sig` to the process group of `leader`. Returns whether the group had a process left."""
    try:
        os.killpg(leader, sig)
    except (ProcessLookupError, PermissionError):  # macOS: EPERM for a group with only a zombie
        return False
    return True


def bound_process(memory: int, cpu_s: int) -> None:
    """Limit this process to `memory` bytes in total, and to `cpu_s` seconds from its start.

    RLIMIT_AS counts addresses, not memory: a mapped library counts in full even if little of it is used. So
    the limit is what is mapped now plus what remains of `memory` after what is in use. Beyond it Python
    raises MemoryError. At the end of its time SIGXCPU ends the process. macOS has no such memory limit;
    there only the time limit and the limits of the readers apply.
    """
    mapped = used = 0
    with suppress(OSError), open("/proc/self/statm") as pages:
        mapped, used, *_ = (int(count) * resource.getpagesize() for count in pages.read().split())
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (mapped + max(memory - used, 0),) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main(parent: int, nice: int, mode: str, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel was asked
        raise SystemExit(1)
    os.nice(nice)
    if mode == "guard":
        _guard(parent, command)
    os.execvp(command[0], command)  # noqa: S606 - the purpose of this script


def _guard(parent: int, command: list[str]) -> None:
    """Run `command` until it or the parent ends, then end its whole group and exit with its code."""
    stop_requested = False

    def end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stop_requested
        stop_requested = True

    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, end)
    child = subprocess.Popen(wrapped(command))
    signal.signal(signal.SIGUSR1, lambda *_: child.send_signal(signal.SIGUSR1))
    while child.poll() is None and not stop_requested and os.getppid() == parent:
        time.sleep(_POLL_S)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgrp(), signal.SIGTERM)
    deadline = time.monotonic() + _GRACE_S
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    group = os.getpgrp()
    if os.fork() == 0:  # kills the group from outside it, so that this process can still exit with its code
        os.setsid()
        time.sleep(0.05)
        end_group(group, signal.SIGKILL)
        os._exit(0)
    os._exit(child.poll() or 0)


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
