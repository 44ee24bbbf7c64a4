"""The embedded MongoDB: a real `mongod` on a private socket, used if MONGO_URI is not set."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import logging
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from src.errors import CannotStart
from src.services.host import process
from src.services.host.file_lock import FileLock

log = logging.getLogger(__name__)

# The kernel's limit is 107 bytes, and mongod uses a slightly longer name for a moment.
_LONGEST_SOCKET_PATH = 100
_POLL_S = 0.05
_START_LIMIT_S = 20.0
_STOP_LIMIT_S = 15.0
_LOG_LIMIT_BYTES = 5_000_000
_GIVE_UP_AFTER = 3
# mongod logs what takes longer, with the texts of transactions that it reads or writes.
_SLOW_MS = 86_400_000
# mongod's exit code while an older one still shuts down; 0 if another (gunicorn's master) reaped it.
_TRY_AGAIN = (100, 0)

_LIBRARIES_HINT = "On Debian and Ubuntu, install the missing library: sudo apt-get install libcurl4\n"
_ADVICE = (
    "Either install MongoDB so that `mongod` is on PATH, or set MONGO_URI to a MongoDB that runs elsewhere."
)


class EmbeddedMongo:
    """One `mongod` per data directory, shared by all processes that need it.

    The first process runs it from a thread that lives as long as the process (the kernel ties a subprocess to
    the thread that started it) and restarts it when it ends. The others wait for a file lock; the next to get
    it, because the owner has ended, takes over.
    """

    def __init__(self, data_path: Path) -> None:
        self._data_path = data_path
        self._lock = FileLock(data_path / "mongod.lock")
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None
        self._keeper_pid = 0
        self._server: subprocess.Popen[bytes] | None = None
        self._failures = 0

    @cached_property
    def socket_path(self) -> Path:
        """In the data directory, or in a private folder of /tmp if that path would be too long."""
        in_data_path = self._data_path / "mongod.sock"
        if len(os.fsencode(in_data_path)) <= _LONGEST_SOCKET_PATH:
            return in_data_path
        name = hashlib.sha256(os.fsencode(self._data_path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"ledgerloop-{name}" / "mongod.sock"

    @property
    def uri(self) -> str:
        return f"mongodb://{quote(str(self.socket_path), safe='')}/?journal=true"

    @property
    def pid(self) -> int | None:
        """The id of the `mongod` process, if this process runs it."""
        return self._server.pid if self._server and self._server.poll() is None else None

    def ensure(self) -> None:
        """Return once MongoDB answers. Raises CannotStart."""
        with self._starting:
            if not self._keeps:
                self._start_keeper()
            elif self.answers():
                return
            deadline = time.monotonic() + _START_LIMIT_S
            while not self.answers():
                if time.monotonic() > deadline or self._failures >= _GIVE_UP_AFTER:
                    self.stop()
                    raise CannotStart(self._start_error())
                time.sleep(_POLL_S)

    def stop(self) -> None:
        """Stop the server if this process runs it, and release the directory."""
        self._stopping.set()
        if self._keeper is not None and self._keeper_pid == os.getpid():
            self._keeper.join()
        self._keeper = None

    def answers(self) -> bool:
        """Whether a connection succeeds: mongod listens only when it is ready."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self.socket_path))
            except OSError:
                return False
        return True

    @property
    def _keeps(self) -> bool:
        # A forked child (a gunicorn worker) inherits this object but no threads.
        return self._keeper is not None and self._keeper_pid == os.getpid() and self._keeper.is_alive()

    def _start_keeper(self) -> None:
        binary = find_mongod()
        for folder in (self._data_path, self._data_path / "db", self.socket_path.parent):
            _make_private(folder)
        self._stopping = threading.Event()
        self._failures = 0
        self._server = None
        self._keeper_pid = os.getpid()
        self._keeper = threading.Thread(target=self._keep, args=(binary,), name="mongod-keeper", daemon=True)
        self._keeper.start()

    def _start_error(self) -> str:
        code = self._server.returncode if self._server else None
        ended = f" (it ended with code {code})" if code is not None else ""
        lines = self._log_path.read_text(errors="replace").split("\n") if self._log_path.exists() else []
        last = next((line[-300:] for line in reversed(lines) if line.strip()), "nothing")
        where = f"{self._log_path} ends with: {last}"
        hint = _LIBRARIES_HINT if "shared librar" in last else ""
        return f"The embedded MongoDB did not start{ended}; {where}\n{hint}{_ADVICE}"

    def _keep(self, binary: Path) -> None:
        """The keeper thread: wait for the lock, then run mongod and restart it until stopped."""
        while not self._lock.acquire():
            if self._stopping.wait(_POLL_S * 10):
                return
        try:
            while not self._stopping.is_set():
                if self.answers():  # its owner has ended: wait until it ends too
                    self._stopping.wait(_POLL_S * 10)
                else:
                    self._run(binary)
        finally:
            self._lock.release()

    def _run(self, binary: Path) -> None:
        """Start mongod and watch it until it ends; pause if it never answered."""
        answered = recoverable = False
        try:
            server = self._begin(binary)
            answered = self._watch(server)
            if self._stopping.is_set():
                self._end(server)
                return
            log.warning("mongod ended and will be restarted", extra={"code": server.returncode})
            recoverable = answered or server.returncode in _TRY_AGAIN
        except OSError as error:  # for example a full disk
            log.error("mongod cannot be started", extra={"error": error.strerror})
        self._failures = 0 if recoverable else self._failures + 1
        if not answered:
            self._stopping.wait(min(0.2 * 2**self._failures, 5))

    def _begin(self, binary: Path) -> subprocess.Popen[bytes]:
        self._rotate_log()
        self.socket_path.unlink(missing_ok=True)  # left by a killed mongod
        with self._log_path.open("ab") as output:
            self._server = server = process.start(
                self._command(binary),
                own_session=True,
                umask=0o077,
                stdout=output,
                stderr=output,
                cwd=self._data_path,
            )
        return server

    def _watch(self, server: subprocess.Popen[bytes]) -> bool:
        """Watch mongod until it ends or is stopped. Returns whether it ever answered."""
        listens = answered = False
        while server.poll() is None and not self._stopping.is_set():
            if listens and not self.socket_path.exists():  # deleted: nobody could connect any more
                self._end(server)
                break
            listens = self.socket_path.exists()
            answered = answered or self.answers()
            if self._rotate_log():
                server.send_signal(signal.SIGUSR1)  # mongod reopens the file
            self._stopping.wait(_POLL_S * 5 if answered else _POLL_S)
        return answered

    @staticmethod
    def _end(server: subprocess.Popen[bytes]) -> None:
        server.terminate()
        try:
            server.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.end_group(server.pid, signal.SIGKILL)
            server.wait()

    def _command(self, binary: Path) -> list[str]:
        return [
            str(binary),
            *("--dbpath", str(self._data_path / "db")),
            # Only this socket: no port, and none of mongod's default sockets.
            *("--bind_ip", str(self.socket_path), "--nounixsocket", "--filePermissions", "0700"),
            *("--wiredTigerCacheSizeGB", "0.25"),
            *("--slowms", str(_SLOW_MS)),
            *("--networkMessageCompressors", "disabled"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            *("--quiet", "--logpath", str(self._log_path), "--logappend", "--logRotate", "reopen"),
        ]

    def clear_log(self) -> None:
        """Empty the log files; a running mongod appends to the same file."""
        for path in (self._log_path, self._old_log_path):
            if path.exists():
                os.truncate(path, 0)

    @property
    def _old_log_path(self) -> Path:
        return self._log_path.with_suffix(".log.1")

    @property
    def _log_path(self) -> Path:
        return self._data_path / "mongod.log"

    def _rotate_log(self) -> bool:
        """Rename a long log file, replacing the previous one. Returns whether it was renamed."""
        too_long = self._log_path.exists() and self._log_path.stat().st_size > _LOG_LIMIT_BYTES
        if too_long:
            self._log_path.replace(self._old_log_path)
        return too_long


def find_mongod() -> Path:
    """`mongod` on PATH, else in the installed wheel. Raises CannotStart."""
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    with contextlib.suppress(ModuleNotFoundError):
        spec = importlib.util.find_spec("fiftyone")  # a namespace: found, not imported
        for folder in spec.submodule_search_locations or () if spec else ():
            binary = Path(folder) / "db" / "bin" / "mongod"
            if binary.exists():
                return binary
    raise CannotStart(f"MONGO_URI is not set, and there is no MongoDB on this machine. {_ADVICE}")


def _make_private(folder: Path) -> None:
    """Create `folder` if needed, readable by this user only. Raises CannotStart."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise CannotStart(f"{folder} belongs to someone else; set DATA_DIR to a folder of your own.")
    folder.chmod(0o700)
