"""The cost of hostile files, compared with ordinary ones of the same format and size.

`python -m benchmarks.hostile` measures them.
"""

from __future__ import annotations

import pickle
import resource
from typing import Any

from benchmarks.hostile_files import ORDINARY, SHAPES
from src.errors import InvalidInput
from src.pipeline.imports.read_preview import ReadRequest
from src.services.imports.file_reader import FileReader

_MEMORY = 300_000_000


def measure() -> dict[str, dict[str, Any]]:
    """CPU seconds of each file, and their ratio to an ordinary file of the same size."""
    per_byte = {}
    for form, (make, size) in ORDINARY.items():
        content = make(size)
        per_byte[form] = _cost(content)[0] / len(content)
    figures = {}
    for shape, (make, size) in SHAPES.items():
        content = make(size)
        seconds, outcome = _cost(content)
        ordinary = per_byte.get(shape.partition(":")[0], per_byte["CSV"]) * len(content)
        figures[shape] = {
            "megabytes": len(content) / 1e6,
            "cpu s": seconds,
            "ordinary cpu s": ordinary,
            "ratio": seconds / ordinary,
            "outcome": outcome,
        }
    return figures


def _cost(content: bytes) -> tuple[float, str]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        FileReader(memory=_MEMORY).read(pickle.dumps(ReadRequest()), content)
        outcome = "read"
    except InvalidInput as refused:
        outcome = str(refused)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, outcome


def show(figures: dict[str, dict[str, Any]]) -> None:
    print("\nhostile files              MB   cpu s   times an ordinary file of that size")
    for shape, cost in figures.items():
        print(
            f"{shape:26}{cost['megabytes']:>5.1f}{cost['cpu s']:>8.2f}{cost['ratio']:>8.2f}"
            f"   {cost['outcome']}"
        )


if __name__ == "__main__":
    show(measure())
