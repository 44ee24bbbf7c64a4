"""Files read in a process of their own, so that none can block or end the one that asks."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading

from src.config import ROOT
from src.errors import InvalidInput, Unavailable
from src.services.host.process import wrapped

log = logging.getLogger(__name__)

_AT_ONCE = 2
"""Files read at once by one process of the service; others wait their turn."""
_TURN_S = 20.0
_CPU_S = 40
_WALL_S = 60.0
TOO_MUCH = "This file takes too much memory or time to read. Split it, or save it in another format."


class FileReader:
    def __init__(self, *, memory: int, cpu_s: int = _CPU_S, wall_s: float = _WALL_S) -> None:
        """memory: bytes a reading process may have in all. wall_s: how long it may take in all."""
        self._memory, self._cpu_s, self._wall_s = memory, cpu_s, wall_s
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        self.started = 0
        """How many files were read."""

    def read(self, request: bytes, content: bytes) -> bytes:
        """The answer of `src.read_file`, as JSON of a `Looked`.

        Raises InvalidInput where the file is refused or takes too much, Unavailable where others are still
        being read.
        """
        if not self._free.acquire(timeout=_TURN_S):
            raise Unavailable("Other files are being read. Try again in a moment.", retry_after_s=10)
        try:
            self.started += 1
            return _looked(self._run(request + content))
        finally:
            self._free.release()

    def _run(self, sent: bytes) -> bytes:
        command = [sys.executable, "-m", "src.read_file", str(self._memory), str(self._cpu_s)]
        with subprocess.Popen(
            wrapped(command),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback may quote the file
        ) as child:
            try:
                answer, _ = child.communicate(sent, timeout=self._wall_s)
            except subprocess.TimeoutExpired:
                answer = b""
            finally:
                child.kill()
        if not answer or child.returncode != 0:
            log.warning("a file was given up", extra={"exit_code": child.returncode})
            raise InvalidInput(TOO_MUCH, field="file")
        return answer


def _looked(answer: bytes) -> bytes:
    told = json.loads(answer)
    if "looked" in told:
        return json.dumps(told["looked"]).encode()
    if "refused" in told:
        raise InvalidInput(told["refused"], field=told["field"])
    log.error("a file could not be read", extra={"error": told["failed"], "where": told["where"]})
    raise InvalidInput("This file cannot be read.", field="file")
