"""Starts, measures and stops the servers of a benchmark."""

from __future__ import annotations

import http.client
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def machine() -> str:
    memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    return f"{os.cpu_count()} cores and {memory} GiB, {platform.system()}, Python {platform.python_version()}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` in a new process group; stop the group at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


@dataclass(frozen=True)
class Installation:
    """A running installation."""

    address: str
    launcher: int
    """The process id."""
    data: Path


@contextmanager
def served(data: Path, **environment: str) -> Iterator[Installation]:
    """Start everything in this data directory, without waiting for an answer."""
    port = free_port()
    settings = {"DATA_DIR": str(data), "PORT": str(port), "MLFLOW_UI": "off", **environment}
    with running([sys.executable, "app.py"], settings, data / "app.log") as launcher:
        yield Installation(f"http://127.0.0.1:{port}", launcher.pid, data)


@contextmanager
def installation(**environment: str) -> Iterator[Installation]:
    """Start everything in a new data directory, and wait until the first model is trained."""
    with (
        tempfile.TemporaryDirectory(prefix="ledgerloop-bench-") as folder,
        served(Path(folder), **environment) as installed,
    ):
        wait_for(f"{installed.address}/readyz")
        wait_until_trained(installed.address)
        yield installed


@contextmanager
def mlflow_serve(data: Path, log: Path) -> Iterator[tuple[str, int]]:
    """`mlflow models serve` with the champion and two workers: its address, and its process id.

    data: the data directory of an installation that has trained.
    """
    port = free_port()
    serve = [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/expense-categorizer@champion"]
    serve += ["--env-manager", "local", "--port", str(port), "--workers", "2"]
    # `mlflow models serve` looks for uvicorn on PATH.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {"MLFLOW_TRACKING_URI": f"sqlite:///{data}/mlruns/mlflow.db", "PATH": path, **ONE_THREAD}
    with running(serve, environment, log) as server:
        wait_for(f"http://127.0.0.1:{port}/ping")
        yield f"http://127.0.0.1:{port}/invocations", server.pid


def wait_for(address: str, *, limit_s: float = 120) -> float:
    """Seconds until `address` answers with 200."""
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return time.monotonic() - began
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.05)
    raise SystemExit(f"{address} did not answer within {limit_s:.0f} s")


def wait_until_trained(address: str, *, limit_s: float = 600) -> None:
    """Wait until a model that was trained here has replaced the one that is shipped."""
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        with urllib.request.urlopen(f"{address}/api/v1/models", timeout=30) as answer:
            versions = json.load(answer)
        if any(version["champion"] and version["run_id"] != "starter" for version in versions):
            return
        time.sleep(0.5)
    raise SystemExit(f"No model was promoted within {limit_s:.0f} s")


def memory_mb(pid: int) -> dict[str, float]:
    """Resident and proportional memory of one process, in MB (Linux)."""
    figures = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("Rss", "Pss"):
            figures[name.lower()] = round(int(value.split()[0]) / 1024, 1)
    return figures


def descendants(pid: int) -> list[int]:
    """All running processes below `pid`."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    pids, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        pids += below
        waiting += below
    return pids


def serving(launcher: int) -> tuple[list[int], list[int]]:
    """The processes of gunicorn, and of MongoDB."""
    commands = {pid: command_of(pid) for pid in descendants(launcher)}
    web = [pid for pid, command in commands.items() if "gunicorn" in command]
    return web, [pid for pid, command in commands.items() if "mongod" in command.split(" ")[0]]


def web_workers(launcher: int) -> list[int]:
    """The processes of gunicorn that answer: those without children."""
    return [pid for pid in serving(launcher)[0] if not descendants(pid)]


def cpu_s(pid: int, *, with_ended: bool = False) -> float:
    """Seconds of CPU time of one process, also of its children that have ended (Linux)."""
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, times[11 : 15 if with_ended else 13])) / os.sysconf("SC_CLK_TCK")


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


@dataclass
class Peak:
    """Peak memory (VmHWM) and CPU time of the child of `app` whose command contains `words`."""

    app: int
    words: str
    megabytes: float = 0.0
    cpu_s: float = 0.0

    def look(self) -> None:
        with suppress(OSError, StopIteration):
            pid = next(child for child in descendants(self.app) if self._is_it(child))
            status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            self.megabytes = max(self.megabytes, int(status["VmHWM"].split()[0]) / 1024)
            self.cpu_s = cpu_s(pid)

    def _is_it(self, pid: int) -> bool:
        with suppress(OSError):
            return self.words in command_of(pid)
        return False
