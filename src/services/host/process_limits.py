"""Bounds that the kernel keeps for this process: memory and time on the processor."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path


def bound_process(memory: int, cpu_s: int) -> None:
    """Let this process have no more than `memory` bytes in all, and `cpu_s` seconds from its start.

    RLIMIT_AS counts addresses, not memory: libraries that are mapped and hardly used count whole. So the
    bound is what is mapped now, and on top of it what is left of `memory` beside what is in use. Beyond it
    Python raises MemoryError. At the end of its time the process is ended by SIGXCPU. macOS knows no such
    bound of memory; there the limits of the readers and that of time remain.
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
