"""Starts everything and keeps it running: `make run`, `python app.py`, `python -m src serve`."""

from __future__ import annotations

import http.client
import json
import logging
import os
import shutil
import signal
import socket
import sys
import threading
import time
from types import FrameType
from typing import Any

from src import logs
from src.config import HOME, SHIPPED, Settings, load_settings
from src.errors import CannotStart
from src.services.host.file_lock import FileLock
from src.services.host.process import ONE_THREAD
from src.services.host.secret_key import kept_key
from src.services.host.supervisor import Program, Supervisor
from src.services.mongo.embedded_mongo import EmbeddedMongo

log = logging.getLogger(__name__)

_POLL_S = 0.2
_MLFLOW_HOST = "127.0.0.1"
# After a killed launcher, workers may still be answering their last requests.
_PORTS_FREE_WITHIN_S = 10.0


def main() -> int:
    """Run until Ctrl-C or SIGTERM. Returns the exit code: 0, 1 if already running, 2 if it cannot start."""
    try:
        settings = load_settings()
        logs.set_up(form=settings.log_format, level=settings.log_level)
        return run(settings)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 2


def run(settings: Settings) -> int:
    """Run with these settings; see `main`. Raises CannotStart."""
    os.umask(0o077)
    try:
        settings.data_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"DATA_DIR: {settings.data_path} cannot be created: {error.strerror}.") from None
    lock = FileLock(settings.data_path / "launcher.lock")
    note = lock.read()
    if not lock.acquire():
        running = json.loads(note) if note else {}
        where = f" at {running['address']} as process {running['pid']}" if running else ""
        advice = "Stop it first, or set another DATA_DIR and PORT."
        print(f"Ledgerloop is already running on {settings.data_path}{where}. {advice}", file=sys.stderr)
        return 1
    try:
        _check_ports(settings, patience_s=_PORTS_FREE_WITHIN_S if note else 0)
        lock.write(json.dumps({"pid": os.getpid(), "address": page_address(settings)}))
        return Launcher(settings).run()
    finally:
        lock.release()


class Launcher:
    """Starts all processes of one installation, and stops them in reverse order."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._mongo = EmbeddedMongo(settings.data_path) if settings.mongo_uri is None else None
        self._supervisor = Supervisor()
        self._stop_requested = threading.Event()
        self._stop_requests = 0
        self._page_answers = False
        self._mlflow_started = not _has_local_store(settings)
        self._lifeline, self._held_open = os.pipe()
        """A pipe. The kernel closes the second end when this process ends; readers notice."""

    def run(self) -> int:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._request_stop)
        try:
            if self._mongo is not None:
                self._mongo.ensure()
            self._environment = self._make_environment()
            self._supervisor.start(self._web())
            while not self._stop_requested.wait(_POLL_S):
                self._supervisor.check()
                self._start_waiting()
        finally:
            self._supervisor.stop(impatient=lambda: self._stop_requests > 1)
            if self._mongo is not None:
                self._mongo.stop()
        return 0

    def _request_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1
        self._stop_requested.set()

    def _start_waiting(self) -> None:
        """Start the processes that wait for another; none starts before the first page answers."""
        if not self._page_answers:
            self._page_answers = _answers(self._settings)
            if self._page_answers:
                self._announce()
                self._start_after_the_page()
        elif not self._mlflow_started and self._supervisor.finished("tracking"):
            # MLflow's server would create a new store's database too, and one of the two would fail.
            self._mlflow_started = True
            if _has_mlflow_ui(self._settings):
                self._supervisor.start(self._mlflow_ui())

    def _start_after_the_page(self) -> None:
        if self._settings.clock == "on":
            # Guarded, so that a training does not outlive its scheduler.
            self._supervisor.start(self._program("clock", "-m", "src", "clock", guarded=True))
        if not self._mlflow_started:
            self._supervisor.start(self._program("tracking", "-m", "src", "init-tracking", nice=5, once=True))

    def _make_environment(self) -> dict[str, str]:
        """The environment of every subprocess, so that all have the same settings."""
        settings = self._settings
        environment = {**os.environ, **ONE_THREAD, "DATA_DIR": str(settings.data_path)}
        environment["MLFLOW_DISABLE_TELEMETRY"] = "true"
        # By default glibc keeps up to eight heaps for each core, whose free parts stay with the process.
        environment.setdefault("MALLOC_ARENA_MAX", "2")
        environment.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
        if settings.secret_key is None:
            environment["SECRET_KEY"] = kept_key(settings.data_path)
        if self._mongo is not None:
            environment["MONGO_URI"] = self._mongo.uri
        return environment

    def _program(self, name: str, *arguments: str, **options: Any) -> Program:
        """options: fields of Program; `environment` is in addition to that of every subprocess."""
        environment = {**self._environment, **options.pop("environment", {})}
        return Program(name, [sys.executable, *arguments], environment, HOME, **options)

    def _web(self) -> Program:
        metrics = self._settings.data_path / "run" / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        environment = {
            "CLOCK": "off",  # the scheduler is a separate process here, so the workers run none
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
            "LAUNCHER_LIFELINE": str(self._lifeline),
        }
        config = str(SHIPPED / "gunicorn.conf.py")
        command = ("-m", "gunicorn", "--config", config, "--log-level", "warning", "src.web.app:create_app()")
        fds = (self._lifeline,)
        return self._program("web", *command, stop_within_s=35, inherited_fds=fds, environment=environment)

    def _mlflow_ui(self) -> Program:
        artifacts = (self._settings.mlruns_path / "artifacts").as_uri()
        return self._program(
            "mlflow",
            *("-m", "mlflow", "server", "--workers", "1"),
            *("--host", _MLFLOW_HOST, "--port", str(self._settings.mlflow_port)),
            *("--backend-store-uri", self._settings.tracking_uri),
            *("--registry-store-uri", self._settings.tracking_uri),
            *("--default-artifact-root", artifacts, "--artifacts-destination", artifacts),
            *("--uvicorn-opts", "--no-access-log --log-level warning"),
            nice=5,
            guarded=True,
            environment={"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "PYTHONWARNINGS": "ignore"},
        )

    def _announce(self) -> None:
        page = page_address(self._settings)
        print(f"\n  Ledgerloop   {page}\n  the API      {page}api/docs")
        if _has_mlflow_ui(self._settings):
            print(f"  MLflow       http://{_MLFLOW_HOST}:{self._settings.mlflow_port}/ (a few seconds later)")
        print("  Ctrl-C stops everything.\n", flush=True)


def page_address(settings: Settings) -> str:
    host = f"[{settings.host.strip('[]')}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/"


def _has_mlflow_ui(settings: Settings) -> bool:
    """A tracking server elsewhere has its own UI."""
    return settings.mlflow_ui == "on" and _has_local_store(settings)


def _has_local_store(settings: Settings) -> bool:
    return settings.tracking_uri.startswith(("sqlite:", "file:"))


def _check_ports(settings: Settings, *, patience_s: float) -> None:
    """Raises CannotStart if a port stays taken for `patience_s`."""
    ports = [("PORT", settings.host, settings.port)]
    if _has_mlflow_ui(settings):
        ports.append(("MLFLOW_PORT", _MLFLOW_HOST, settings.mlflow_port))
    deadline = time.monotonic() + patience_s
    for name, host, port in ports:
        while not _is_free(host, port):
            if time.monotonic() >= deadline:
                raise CannotStart(f"{name}: {port} on {host} is taken by another program; choose a free one.")
            time.sleep(0.1)


def _is_free(host: str, port: int) -> bool:
    family, kind, _, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
    return True


def _answers(settings: Settings) -> bool:
    connection = http.client.HTTPConnection(settings.host.strip("[]"), settings.port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
