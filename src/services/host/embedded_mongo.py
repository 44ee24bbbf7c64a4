"""The embedded MongoDB: a real `mongod` on a private socket, for whoever has set no MONGO_URI."""

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

# The kernel takes 107 bytes; mongod makes a longer name of it for a moment.
_LONGEST_SOCKET_PATH = 100
_LOOK_S = 0.05
_START_LIMIT_S = 20.0
_STOP_LIMIT_S = 15.0
_LOG_LIMIT_BYTES = 5_000_000
_HOPELESS_AFTER = 3
# mongod's exit code while an older one still closes; 0 where someone else (gunicorn's master) took the code.
_TRY_AGAIN = (100, 0)

_LIBRARIES_HINT = "On Debian and Ubuntu this brings what it lacks: sudo apt-get install libcurl4\n"
_TWO_WAYS_OUT = (
    "Either install MongoDB so that `mongod` is on PATH, or set MONGO_URI to a MongoDB that runs elsewhere."
)


class EmbeddedMongo:
    """One `mongod` per data directory, whatever the number of processes that ask for it.

    The first to ask runs it from a thread that lives as long as its process (the kernel ties a child to the
    thread that made it), and starts it again when it dies. The others wait behind a kernel lock, and
    whoever gets that next, because the owner has gone, carries on.
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
        """In the data directory, or in a private folder of /tmp where that makes too long a name."""
        beside_the_data = self._data_path / "mongod.sock"
        if len(os.fsencode(beside_the_data)) <= _LONGEST_SOCKET_PATH:
            return beside_the_data
        name = hashlib.sha256(os.fsencode(self._data_path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"ledgerloop-{name}" / "mongod.sock"

    @property
    def uri(self) -> str:
        return f"mongodb://{quote(str(self.socket_path), safe='')}/?journal=true"

    @property
    def pid(self) -> int | None:
        """Of the `mongod` this process runs, if it is the one that does."""
        return self._server.pid if self._server and self._server.poll() is None else None

    def ensure(self) -> None:
        """Return once MongoDB answers. Raises CannotStart where it cannot be had."""
        with self._starting:
            if self._keeps:
                if self.answers():
                    return
            else:
                binary = find_mongod()
                self._prepare_folders()
                self._start_keeper(binary)
            self._wait_until_it_answers()

    def stop(self) -> None:
        """End the server if this process runs it, and leave the directory to others."""
        self._stopping.set()
        if self._keeper is not None and self._keeper_pid == os.getpid():
            self._keeper.join()
        self._keeper = None

    def answers(self) -> bool:
        """mongod listens only once it is ready, so a connection is an answer."""
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

    def _prepare_folders(self) -> None:
        for folder in (self._data_path, self._data_path / "db", self.socket_path.parent):
            _make_private(folder)

    def _start_keeper(self, binary: Path) -> None:
        self._stopping = threading.Event()
        self._failures = 0
        self._server = None
        self._keeper_pid = os.getpid()
        self._keeper = threading.Thread(target=self._keep, args=(binary,), name="mongod-keeper", daemon=True)
        self._keeper.start()

    def _wait_until_it_answers(self) -> None:
        patience = time.monotonic() + _START_LIMIT_S
        while not self.answers():
            if time.monotonic() > patience or self._failures >= _HOPELESS_AFTER:
                self.stop()
                raise CannotStart(self._what_went_wrong())
            time.sleep(_LOOK_S)

    def _what_went_wrong(self) -> str:
        code = self._server.returncode if self._server else None
        ended = f" (it ended with code {code})" if code is not None else ""
        last = _last_line(self._log_path)
        where = f"{self._log_path} ends with: {last}"
        hint = _LIBRARIES_HINT if "shared librar" in last else ""
        return f"The embedded MongoDB did not start{ended}; {where}\n{hint}{_TWO_WAYS_OUT}"

    def _keep(self, binary: Path) -> None:
        """The keeper thread: wait for the lock, then run mongod, again and again, until stopped."""
        while not self._lock.acquire():
            if self._stopping.wait(_LOOK_S * 10):
                return
        try:
            while not self._stopping.is_set():
                if self.answers():  # one whose owner is gone already: let it end first
                    self._stopping.wait(_LOOK_S * 10)
                else:
                    self._run(binary)
        finally:
            self._lock.release()

    def _run(self, binary: Path) -> None:
        """Start mongod and stay with it until it ends, then pause if it got nowhere."""
        answered = hopeful = False
        try:
            server = self._begin(binary)
            answered = self._attend(server)
            if self._stopping.is_set():
                self._end(server)
                return
            log.warning("mongod ended and is started again", extra={"code": server.returncode})
            hopeful = answered or server.returncode in _TRY_AGAIN
        except OSError as error:  # a full disk, say
            log.error("mongod cannot be started", extra={"error": error.strerror})
        self._failures = 0 if hopeful else self._failures + 1
        if not answered:
            self._stopping.wait(min(0.2 * 2**self._failures, 5))

    def _begin(self, binary: Path) -> subprocess.Popen[bytes]:
        self._shorten_log()
        self.socket_path.unlink(missing_ok=True)  # what a killed one left behind
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

    def _attend(self, server: subprocess.Popen[bytes]) -> bool:
        """Look after a running mongod until it ends or is to be stopped; whether it ever answered."""
        listens = answered = False
        while server.poll() is None and not self._stopping.is_set():
            if listens and not self.socket_path.exists():  # swept away: nobody could connect any more
                self._end(server)
                break
            listens = self.socket_path.exists()
            answered = answered or self.answers()
            if self._shorten_log():
                server.send_signal(signal.SIGUSR1)  # mongod opens the file anew
            self._stopping.wait(_LOOK_S * 5 if answered else _LOOK_S)
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
            # This socket and nothing else: no port, and none of the sockets mongod makes by itself.
            *("--bind_ip", str(self.socket_path), "--nounixsocket", "--filePermissions", "0700"),
            *("--wiredTigerCacheSizeGB", "0.25"),
            *("--networkMessageCompressors", "disabled"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            *("--quiet", "--logpath", str(self._log_path), "--logappend", "--logRotate", "reopen"),
        ]

    @property
    def _log_path(self) -> Path:
        return self._data_path / "mongod.log"

    def _shorten_log(self) -> bool:
        """Put a log that has grown long aside, in place of the one before it; whether it was."""
        too_long = self._log_path.exists() and self._log_path.stat().st_size > _LOG_LIMIT_BYTES
        if too_long:
            self._log_path.replace(self._log_path.with_suffix(".log.1"))
        return too_long


def find_mongod() -> Path:
    """`mongod` on PATH, else the one of the installed wheel. Raises CannotStart."""
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    with contextlib.suppress(ModuleNotFoundError):
        spec = importlib.util.find_spec("fiftyone")  # a namespace: found, not imported
        for folder in spec.submodule_search_locations or () if spec else ():
            binary = Path(folder) / "db" / "bin" / "mongod"
            if binary.exists():
                return binary
    raise CannotStart(f"MONGO_URI is not set, and there is no MongoDB on this machine. {_TWO_WAYS_OUT}")


def _make_private(folder: Path) -> None:
    """Make `folder` if need be, and see that it is this user's alone. Raises CannotStart."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise CannotStart(f"{folder} belongs to someone else; set DATA_DIR to a folder of your own.")
    folder.chmod(0o700)


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").split("\n") if path.exists() else []
    return next((line[-300:] for line in reversed(lines) if line.strip()), "nothing")
