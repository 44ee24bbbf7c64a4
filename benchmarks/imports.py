"""A long file brought into a running Ledgerloop over the API, beside the bare cost of its two main steps.

`python -m benchmarks.imports` measures this alone; `make bench` measures it among the rest.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.bare_import import bare
from benchmarks.pages import ask, delete, latencies, upload
from benchmarks.processes import Peak, free_port, running, wait_for
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
    with tempfile.TemporaryDirectory(prefix="ledgerloop-bench-") as name:
        folder = Path(name)
        address = f"http://127.0.0.1:{free_port()}"
        environment = {"DATA_DIR": name, "PORT": address.rpartition(":")[2], "MLFLOW_UI": "off"}
        with running([sys.executable, "app.py"], environment, folder / "app.log") as app:
            wait_for(f"{address}/readyz", limit_s=300)
            time.sleep(8)  # the training process ends, and the alias follows
            figures = measure(address, app.pid, folder, options.rows)
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def measure(address: str, app: int, data: Path, rows: int = ROWS) -> dict[str, Any]:
    """address: of a running Ledgerloop with a model, whose launcher is process `app`; `data` is its own."""
    content = statement(rows)
    with latencies(address, _PAGES) as idle:
        time.sleep(5)
    load_before = os.getloadavg()[0]
    with latencies(address, _PAGES) as beside:
        brought = _bring_in(address, app, content)
    with latencies(address, _PAGES) as settled:
        time.sleep(5)
    found = {"idle, empty": idle, "while it runs": beside, "idle, full": settled}
    batch_s, bare_s = _batch(address, content), bare(data)
    with latencies(address, _PAGES) as found["while it goes"]:
        _take_back(address, brought)
    return {
        "rows": rows,
        "load average before": load_before,
        "import": brought,
        "pages ms": {path: {when: each[path].told() for when, each in found.items()} for path in _PAGES},
        "batch s": batch_s,
        "bare s": bare_s,
    }


def _take_back(address: str, brought: dict[str, Any]) -> None:
    began = time.monotonic()
    delete(f"{address}/api/v1/imports/{brought['id']}")
    brought["undo answers after s"] = time.monotonic() - began
    _followed(address, brought["id"], lambda status: status in ("done", "undoing"))
    brought["undone after s"] = time.monotonic() - began


def _bring_in(address: str, app: int, content: bytes) -> dict[str, Any]:
    child, mongod = Peak(app, "-m src run-import"), Peak(app, "bin/mongod")
    mongod.look()
    began, mongod_before_s = time.monotonic(), mongod.cpu_s
    import_id = upload(f"{address}/api/v1/imports", content, mapping=_MAPPING)
    accepted = time.monotonic() - began
    found = _followed(address, import_id, lambda status: status == "running", child.look)
    assert found["status"] == "done", found
    wall = time.monotonic() - began
    mongod.look()
    return {
        "id": import_id,
        "added": found["rows_added"],
        "accepted after s": accepted,
        "wall s": wall,
        "rows per s": found["rows_read"] / wall,
        "peak MB": child.megabytes,
        "cpu s of the child": child.cpu_s,
        "cpu s of mongod": mongod.cpu_s - mongod_before_s,
    }


def _followed(
    address: str, import_id: str, goes_on: Callable[[str], bool], look: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    while True:
        look()
        found = ask(f"{address}/api/v1/imports/{import_id}")
        if not goes_on(found["status"]):
            return found
        time.sleep(0.1)


def _batch(address: str, content: bytes) -> float:
    """Seconds for `/predict/batch` of 10,000 of the rows, without keeping them; the better of two."""
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
        assert not any("error" in each for each in answer["results"])
    return min(taken)


def show(figures: dict[str, Any]) -> None:
    print(f"\n{figures['rows']:,} rows of CSV (load average before: {figures['load average before']:.2f})")
    found = figures["import"]
    print(
        f"brought in: {found['wall s']:.1f} s, {found['rows per s']:.0f} rows/s, {found['added']} added, "
        f"accepted after {found['accepted after s']:.1f} s, peak {found['peak MB']:.0f} MB, "
        f"CPU: {found['cpu s of the child']:.1f} s in the child, {found['cpu s of mongod']:.1f} s in mongod"
    )
    print(
        f"taken back: answered after {found['undo answers after s']:.2f} s, "
        f"done after {found['undone after s']:.1f} s"
    )
    for name, seconds in figures["bare s"].items():
        print(f"bare {name}: {seconds:.1f} s; the import takes {found['wall s'] / seconds:.1f} times that")
    print(f"/predict/batch of {BATCH:,} without saving: {figures['batch s']:.2f} s")
    print("\npages, ms                     median     p95   worst")
    for path, when in figures["pages ms"].items():
        for name, each in when.items():
            told = f"{each['median']:>8.1f}{each['p95']:>8.1f}{each['worst']:>8.1f}"
            print(f"{path:18}{name:15}{told}{'  failed: ' + str(each['failed']) if each['failed'] else ''}")


if __name__ == "__main__":
    main()
