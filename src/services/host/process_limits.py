"""Kernel limits for this process: memory and CPU time."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path


def bound_process(memory: int, cpu_s: int) -> None:
    """Limit this process to `memory` bytes in total, and to `cpu_s` seconds from its start.

    RLIMIT_AS counts addresses, not memory: a mapped library counts in full even if little of it is used. So
    the limit is what is mapped now plus what remains of `memory` after what is in use. Beyond it Python
    raises MemoryError. At the end of its time SIGXCPU ends the process. macOS has no such memory limit;
    there only the time limit and the limits of the readers apply.
    """
    mapped, used = _mapped_and_used()
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (mapped + max(memory - used, 0),) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _mapped_and_used() -> tuple[int, int]:
    """Bytes."""
    try:
        fields = Path("/proc/self/statm").read_text().split()
    except OSError:
        return 0, 0
    page = resource.getpagesize()
    return int(fields[0]) * page, int(fields[1]) * page
