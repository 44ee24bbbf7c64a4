import subprocess
import sys

import pytest

from src.config import ROOT
from src.services.host.memory import free_memory

MEMINFO = "MemTotal: 9000 kB\nMemAvailable: 4000 kB\nSwapFree: 1000 kB\nHugePages_Total: 0\n"
STAT = "anon 1\ninactive_file 100\ntotal_inactive_file 200\n"
NO_LIMIT = str(2**63 - 4096)


@pytest.fixture
def machine(tmp_path):
    """Make the files of a machine, by path; gives the bytes that are free on it."""

    def free(files):
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return free_memory(tmp_path)

    return free


def group(folder, limit, used, names=("memory.max", "memory.current")):
    files = {names[0]: limit, names[1]: used, "memory.stat": STAT}
    return {f"sys/fs/cgroup/{folder}{name}": text for name, text in files.items()}


def version_1(folder, limit, used):
    return group(f"memory/{folder}", limit, used, ("memory.limit_in_bytes", "memory.usage_in_bytes"))


def test_without_a_limit_the_machine_s_free_memory_and_swap_count(machine):
    assert machine({"proc/meminfo": MEMINFO}) == 5000 * 1024
    files = {"proc/self/cgroup": "0::/app", **group("app/", "max", "700")}
    assert machine(files) == 5000 * 1024


def test_the_limit_of_a_container_counts_without_the_pages_the_kernel_can_drop(machine):
    files = {"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/", **group("", "3000", "1000")}
    assert machine(files) == 3000 - 1000 + 100


def test_of_nested_groups_the_tightest_counts(machine):
    files = {"proc/self/cgroup": "0::/a/b", **group("a/", "900", "500"), **group("a/b/", "5000", "1000")}
    assert machine(files) == 900 - 500 + 100


def test_a_limit_of_version_1_counts_too(machine):
    files = {
        "proc/meminfo": MEMINFO,
        "proc/self/cgroup": "3:cpu:/x\n2:memory:/y\n0::/",
        **version_1("", NO_LIMIT, "9"),
    }
    assert machine(files) == 5000 * 1024
    assert machine(version_1("y/", "3000", "1000")) == 3000 - 1000 + 200


def test_a_group_outside_of_the_container_is_looked_for_at_its_top(machine):
    """A container sees the limit of its own group there, under the path of the host."""
    files = {"proc/self/cgroup": "0::/system/docker-1", **group("", "3000", "1000")}
    assert machine(files) == 3000 - 1000 + 100


def test_less_than_nothing_is_nothing(machine):
    assert machine({"proc/self/cgroup": "0::/", **group("", "300", "1000")}) == 0


def test_a_system_that_does_not_tell_has_no_limit(machine):
    assert machine({}) is None


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's limit is Linux's")
def test_beyond_its_limit_a_process_gets_a_memory_error():
    program = """
from src.services.host.memory import limit_memory, used_memory
limit_memory(50_000_000)
kept = bytearray(20_000_000)
try:
    more = bytearray(60_000_000)
except MemoryError:
    print(used_memory() >= 20_000_000)
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("True\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's limit is Linux's")
def test_a_process_without_any_memory_left_can_lift_its_limit():
    program = """
from src.services.host.memory import lift_memory_limit, limit_memory
kept = []
limit_memory(10_000_000)
try:
    while True:
        kept.append(bytearray(4096))
except MemoryError:
    lift_memory_limit()
print(len(bytearray(60_000_000)))
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("60000000\n", "")
