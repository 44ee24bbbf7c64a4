"""The cost of an idle installation: MongoDB operations, CPU and memory.

`python -m benchmarks.idle` trains a first model and measures this alone; `make bench` measures it too.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from benchmarks.processes import cpu_s, descendants, installation, memory_mb
from src.services.mongo.embedded_mongo import EmbeddedMongo

SETTLE_S = 45
SECONDS = 60  # twice the longest pause between two checks of a web worker, three times that of the scheduler


def main() -> None:
    options = _options()
    with installation(RETRAIN_EVERY_HOURS="168") as installed:
        figures = measure(installed.launcher, installed.data, options.seconds)
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.idle")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def measure(app: int, data: Path, seconds: int = SECONDS) -> dict[str, Any]:
    """app: the process id of the launcher, with a trained model. data: its data directory."""
    time.sleep(SETTLE_S)
    uri = EmbeddedMongo(data).uri
    before, again = _operations(uri), _operations(uri)
    own = {name: again[name] - before[name] for name in before}  # the cost of the measurement
    cpu_before, began = _cpu_s(app), time.monotonic()
    time.sleep(seconds)
    cpu, took = _cpu_s(app) - cpu_before, time.monotonic() - began
    after = _operations(uri)
    counted = {name: after[name] - again[name] - own[name] for name in after}
    memory = [memory_mb(pid)["pss"] for pid in _processes(app)]
    return {
        "seconds": took,
        "operations per s": sum(counted.values()) / took,
        "operations": {name: count for name, count in counted.items() if count},
        "cpu share of one core": cpu / took,
        "processes": len(memory),
        "memory mb": sum(memory),
    }


def _operations(uri: str) -> dict[str, int]:
    """The number by kind; `hello`, with which drivers monitor the server, is counted separately."""
    with MongoClient(uri) as client:
        status = client.admin.command("serverStatus")
    counts = {name: int(count) for name, count in status["opcounters"].items() if isinstance(count, int)}
    hellos = int(status["metrics"]["commands"]["hello"]["total"])
    return counts | {"command": counts["command"] - hellos, "hello": hellos}


def _processes(app: int) -> list[int]:
    return [app, *descendants(app)]


def _cpu_s(app: int) -> float:
    """Of the launcher and its subprocesses, also of those that have ended."""
    total = 0.0
    for pid in _processes(app):
        with suppress(OSError):
            total += cpu_s(pid, with_ended=True)
    return total


def show(figures: dict[str, Any]) -> None:
    kinds = ", ".join(f"{count} {name}" for name, count in figures["operations"].items())
    print(
        f"\nidle for {figures['seconds']:.0f} s: {figures['operations per s']:.2f} MongoDB operations "
        f"a second ({kinds}), {figures['cpu share of one core']:.1%} of one core, "
        f"{figures['memory mb']:.0f} MB proportional in {figures['processes']} processes"
    )


if __name__ == "__main__":
    main()
