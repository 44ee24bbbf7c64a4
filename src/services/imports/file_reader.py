"""Reads files in separate processes, so that no file can block or end the calling process."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from src.config import ROOT
from src.errors import InvalidInput, Unavailable
from src.services.host.process import wrapped

log = logging.getLogger(__name__)
Report = Callable[[float], None]

_AT_ONCE = 2
"""Files that one process of the service reads at once; others wait."""
_QUEUE_S = 20.0
_CPU_S = 40
_WALL_S = 60.0
TOO_MUCH = "This file takes too much memory or time to read. Split it, or save it in another format."


class FileReader:
    def __init__(self, *, memory: int, cpu_s: int = _CPU_S, wall_s: float = _WALL_S) -> None:
        """memory: bytes a reading process may use in all."""
        self._memory, self._cpu_s, self._wall_s = memory, cpu_s, wall_s
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self.started = 0
        """How many files were read."""

    def read(self, request: bytes, content: bytes, report: Report | None = None) -> bytes:
        """A `ReadResult` as JSON, made by `src.read_file`. request: a pickled `ReadRequest`.

        report: called with the share that is read, from another thread.
        Raises InvalidInput if the file is refused or takes too much, Unavailable while others are read.
        """
        if not self._slots.acquire(timeout=_QUEUE_S):
            raise Unavailable("Other files are being read. Try again in a moment.", retry_after_s=10)
        try:
            self.started += 1
            answer = json.loads(self._run(request + content, report))
        finally:
            self._slots.release()
        if "result" in answer:
            return json.dumps(answer["result"]).encode()
        if "refused" in answer:
            raise InvalidInput(answer["refused"], field=answer["field"])
        log.error("a file could not be read", extra={"error": answer["failed"], "where": answer["where"]})
        raise InvalidInput("This file cannot be read.", field="file")

    def _run(self, stdin: bytes, report: Report | None) -> bytes:
        command = [sys.executable, "-m", "src.read_file", str(self._memory), str(self._cpu_s)]
        with (
            _progress(report) as pipe,
            subprocess.Popen(
                wrapped([*command, *map(str, pipe)]),
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a traceback may quote the file
                pass_fds=pipe,
            ) as child,
        ):
            try:
                answer, _ = child.communicate(stdin, timeout=self._wall_s)
            except subprocess.TimeoutExpired:
                answer = b""
            finally:
                child.kill()
        if not answer or child.returncode != 0:
            log.warning("reading a file took too much", extra={"exit_code": child.returncode})
            raise InvalidInput(TOO_MUCH, field="file")
        return answer


@contextmanager
def _progress(report: Report | None) -> Iterator[tuple[int, ...]]:
    """The file descriptor to which the process writes its progress, a byte for each percent."""
    if report is None:
        yield ()
        return
    reading, writing = os.pipe()

    def follow() -> None:
        while percents := os.read(reading, 1024):
            report(min(percents[-1], 100) / 100)

    follower = threading.Thread(target=follow, name="reading-progress", daemon=True)
    follower.start()
    try:
        yield (writing,)
    finally:
        os.close(writing)
        follower.join()
        os.close(reading)
