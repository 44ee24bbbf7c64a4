"""The subprocess that reads one file within bounds: `python -m src.read_file MEMORY CPU_S [PROGRESS]`.

Standard input carries the request and then the file, standard output the answer; nothing is written to disk.
The request is a pickle, because our own process makes it. The answer is JSON, because a process that has
read a hostile file is not trusted with more.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import traceback
from collections.abc import Callable

from src.errors import InvalidInput
from src.pipeline.imports.read_preview import ReadRequest, read_preview
from src.services.host.process import bound_process
from src.services.imports.file_reader import TOO_MUCH


def main(memory: int, cpu_s: int, progress: int | None = None) -> None:
    """memory: bytes of address space for the whole process. progress: a file descriptor; gets a byte for each
    percent."""
    request: ReadRequest = pickle.load(sys.stdin.buffer)  # noqa: S301 - see above
    start = sys.stdin.buffer.read(4)
    if start == b"PAR1":
        import pyarrow.parquet  # noqa: F401 - it maps far more than it uses, so before the limits
    bound_process(memory, cpu_s)
    report = None if progress is None else lambda share: os.write(progress, bytes([int(100 * share)]))
    sys.stdout.buffer.write(answer(start + sys.stdin.buffer.read(), request, report))
    sys.stdout.buffer.flush()
    os._exit(0)  # skips freeing a large file's objects one by one


def answer(content: bytes, request: ReadRequest, report: Callable[[float], object] | None = None) -> bytes:
    """A `ReadResult`, or why there is none, as JSON."""
    try:
        return b'{"result":' + read_preview(content, request, report).to_json() + b"}"
    except InvalidInput as error:
        return json.dumps({"refused": str(error), "field": error.field}).encode()
    except MemoryError:
        return json.dumps({"refused": TOO_MUCH, "field": "file"}).encode()
    except Exception as error:  # its message may quote the file: report the line only
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{frame.filename}:{frame.lineno}" for frame in frames[-3:]]
        return json.dumps({"failed": type(error).__name__, "where": where}).encode()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
