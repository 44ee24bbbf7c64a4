"""Imports a long file over the API, and compares it with the cost of the two main steps alone.

`python -m benchmarks.imports` measures this alone; `make bench` measures it among the rest.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.bare_import import bare
from benchmarks.pages import ask, delete, latencies, upload
from benchmarks.processes import Peak, installation
from benchmarks.statement import statement

ROWS = 100_000
BATCH = 10_000
_MAPPING = '{"sign": "negative-is-expense"}'
_PAGES = {
    "/": None,
    "/history": None,
    "/api/v1/predict": {"description": "GRAND MAPLE CAFE", "amount": 4, "save": False},
}


def main() -> None:
    options = _options()
    with installation() as installed:
        time.sleep(8)  # the training process ends, and the alias follows
        figures = measure(installed.address, installed.launcher, installed.data, options.rows)
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def measure(address: str, app: int, data: Path, rows: int = ROWS) -> dict[str, Any]:
    """address: of a running installation with a model. app: the process id of its launcher. data: its data
    directory."""
    content = statement(rows)
    with latencies(address, _PAGES) as idle:
        time.sleep(5)
    load_before = os.getloadavg()[0]
    with latencies(address, _PAGES) as importing:
        imported = import_file(address, app, content)
    with latencies(address, _PAGES) as full:
        time.sleep(5)
    phases = {"idle, empty": idle, "importing": importing, "idle, full": full}
    batch_s, bare_s = _batch(address, content), bare(data)
    with latencies(address, _PAGES) as phases["undoing"]:
        _undo(address, imported)
    return {
        "rows": rows,
        "load average before": load_before,
        "import": imported,
        "pages ms": {
            path: {phase: pages[path].summary() for phase, pages in phases.items()} for path in _PAGES
        },
        "batch s": batch_s,
        "bare s": bare_s,
    }


def _undo(address: str, imported: dict[str, Any]) -> None:
    began = time.monotonic()
    delete(f"{address}/api/v1/imports/{imported['id']}")
    imported["undo answers after s"] = time.monotonic() - began
    _followed(address, imported["id"], lambda state: state in ("done", "undoing"))
    imported["undone after s"] = time.monotonic() - began


def import_file(address: str, app: int, content: bytes) -> dict[str, Any]:
    child, mongod = Peak(app, "-m src run-import"), Peak(app, "bin/mongod")
    mongod.look()
    began, mongod_before_s = time.monotonic(), mongod.cpu_s
    import_id = upload(f"{address}/api/v1/imports", content, mapping=_MAPPING)
    accepted = time.monotonic() - began
    status = _followed(address, import_id, lambda state: state == "running", child.look)
    assert status["status"] == "done", status
    wall = time.monotonic() - began
    mongod.look()
    return {
        "id": import_id,
        "added": status["rows_added"],
        "accepted after s": accepted,
        "wall s": wall,
        "rows per s": status["rows_read"] / wall,
        "peak MB": child.megabytes,
        "cpu s of the child": child.cpu_s,
        "cpu s of mongod": mongod.cpu_s - mongod_before_s,
    }


def _followed(
    address: str, import_id: str, is_running: Callable[[str], bool], look: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    while True:
        look()
        status = ask(f"{address}/api/v1/imports/{import_id}")
        if not is_running(status["status"]):
            return status
        time.sleep(0.1)


def _batch(address: str, content: bytes) -> float:
    """Seconds for `/predict/batch` of 10,000 of the rows, without saving; the faster of two runs."""
    table = pd.read_csv(io.BytesIO(content), nrows=BATCH)
    table["amount"] = table["Amount"].abs()
    rows = table.rename(columns={"Description": "description", "Date": "date", "Paid by": "mode"})
    transactions = rows[["description", "amount", "date", "mode"]].assign(currency="EUR").to_dict("records")
    taken = []
    for _ in range(2):
        began = time.monotonic()
        answer = ask(f"{address}/api/v1/predict/batch", {"transactions": transactions, "save": False})
        taken.append(time.monotonic() - began)
        assert len(answer["results"]) == len(transactions)
        assert not any("error" in result for result in answer["results"])
    return min(taken)


def show(figures: dict[str, Any]) -> None:
    print(f"\n{figures['rows']:,} rows of CSV (load average before: {figures['load average before']:.2f})")
    run = figures["import"]
    print(
        f"import: {run['wall s']:.1f} s, {run['rows per s']:.0f} rows/s, {run['added']} added, "
        f"accepted after {run['accepted after s']:.1f} s, peak {run['peak MB']:.0f} MB, "
        f"CPU: {run['cpu s of the child']:.1f} s in the child, {run['cpu s of mongod']:.1f} s in mongod"
    )
    print(
        f"undo: answered after {run['undo answers after s']:.2f} s, done after {run['undone after s']:.1f} s"
    )
    for name, seconds in figures["bare s"].items():
        print(f"bare {name}: {seconds:.1f} s; the import takes {run['wall s'] / seconds:.1f} times that")
    print(f"/predict/batch of {BATCH:,} without saving: {figures['batch s']:.2f} s")
    print("\npages, ms                     median     p95   worst")
    for path, phases in figures["pages ms"].items():
        for phase, times in phases.items():
            failed = f"  failed: {times['failed']}" if times["failed"] else ""
            columns = f"{times['median']:>8.1f}{times['p95']:>8.1f}{times['worst']:>8.1f}"
            print(f"{path:18}{phase:15}{columns}{failed}")


if __name__ == "__main__":
    main()
