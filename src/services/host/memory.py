"""How much more memory this process may take: what its control groups and the machine have left."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_FILES = {
    "": ("memory.max", "memory.current", "inactive_file"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}
"""By controller, as `/proc/self/cgroup` names it in version 2 and 1: the files of the limit and of the use,
and in `memory.stat` the part of the use that the kernel drops when memory is short."""


def free_memory(root: Path = Path("/")) -> int | None:
    """Bytes; None where the system does not tell (macOS). root: of the file system."""
    free = list(_free_in_groups(root))
    with suppress(OSError, KeyError):
        machine = _numbers(root / "proc/meminfo")
        free.append(1024 * (machine["MemAvailable:"] + machine["SwapFree:"]))
    return max(min(free), 0) if free else None


def used_memory() -> int:
    """Bytes of memory that this process has taken; 0 where the system does not tell."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


def limit_memory(more: int) -> None:
    """Let this process take `more` bytes than now; then Python raises MemoryError.

    The limit is on written memory: addresses, as RLIMIT_AS counts them, are many more than a process uses,
    because of its libraries and threads. Linux only.
    """
    if sys.platform == "linux":
        data = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_DATA, (data + more, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def lift_memory_limit() -> None:
    """Undo `limit_memory`. Takes no memory, so it works after a MemoryError."""
    if sys.platform == "linux":
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _free_in_groups(root: Path) -> Iterator[int]:
    """In each control group this process is in that has a limit."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controller, group = line.split(":", 2)
            if controller in _FILES:
                top = root / "sys/fs/cgroup" / controller
                folder = top / group.lstrip("/")
                for one in (folder, *folder.parents):
                    yield from _free_in(one, *_FILES[controller])
                    if one == top:
                        break


def _free_in(folder: Path, limit: str, used: str, droppable: str) -> Iterator[int]:
    with suppress(OSError, KeyError, ValueError):  # no such group in this container, or no limit: "max"
        most, taken = (int((folder / name).read_text()) for name in (limit, used))
        yield most - taken + _numbers(folder / "memory.stat")[droppable]


def _numbers(file: Path) -> dict[str, int]:
    return {name: int(value) for name, value, *_ in map(str.split, file.read_text().splitlines())}
