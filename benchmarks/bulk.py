"""A change of many transactions at once, and its undo: how soon it is answered and done, and CPU time a row.

`python -m benchmarks.bulk ROWS` changes as many of a made-up ledger; `make bench` measures it among the rest.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import large
from benchmarks.large_ledger import FIRST, YEARS
from benchmarks.pages import ask
from benchmarks.processes import Installation, cpu_s, served, serving, wait_for

ROWS = 10_000
MOST_ROWS = 100_000
"""That the product changes at once."""
_QUIET_CPU_S = 0.2
"""Of MongoDB within three seconds."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk")
    parser.add_argument("rows", type=int, nargs="?", default=ROWS)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="ledgerloop-bench-") as folder:
        large.ledger(Path(folder), rows)
        print(json.dumps(of_ledger(Path(folder), rows, rows), indent=2))


def of_ledger(data: Path, ledger_rows: int, rows: int) -> dict[str, Any]:
    """data: of `benchmarks.large`, with `ledger_rows`; about `rows` of them are changed, and restored."""
    with served(data, RETRAIN_EVERY_HOURS="168") as site:  # many rows are changed by the scheduler
        wait_for(f"{site.address}/readyz", limit_s=600)
        _wait_until_quiet(site)
        return measure(site, min(rows, MOST_ROWS) / ledger_rows)


def measure(site: Installation, share: float) -> dict[str, Any]:
    """share: of the ledger, 0..1; the oldest transactions are changed."""
    until = (FIRST + timedelta(days=share * YEARS * 365)).date()
    body = {"filter": {"to": until.isoformat()}, "set": {"category": "dining"}}
    before, began = _cpu_s(site), time.monotonic()
    answer = ask(f"{site.address}/api/v1/transactions/bulk", body)
    answered_s = time.monotonic() - began
    rows = _rows_when_done(site.address, answer["act"])
    figures = {"rows": rows, "answered after s": answered_s, "done after s": time.monotonic() - began}
    figures |= _per_row(site, before, rows)
    before, began = _cpu_s(site), time.monotonic()
    undone = ask(f"{site.address}/api/v1/acts/{answer['act']}/undo", {})
    undo = {"rows": undone["undone"], "done after s": time.monotonic() - began}
    return figures | {"undo": undo | _per_row(site, before, undone["undone"])}


def _wait_until_quiet(site: Installation, *, limit_s: float = 600) -> None:
    """The scheduler analyses a new ledger first."""
    began, [mongod] = time.monotonic(), serving(site.launcher)[1]
    time.sleep(10)
    while time.monotonic() - began < limit_s:
        before = cpu_s(mongod)
        time.sleep(3)
        if cpu_s(mongod) - before < _QUIET_CPU_S:
            return


def _rows_when_done(address: str, act: str, *, limit_s: float = 900) -> int:
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        [listed] = [item for item in ask(f"{address}/api/v1/acts")["items"] if item["id"] == act]
        if listed["rows"] is not None:
            return int(listed["rows"])
        time.sleep(0.1)
    raise SystemExit(f"The change was not done within {limit_s:.0f} s")


def _cpu_s(site: Installation) -> tuple[float, float]:
    web, mongod = serving(site.launcher)
    return sum(map(cpu_s, web)), sum(map(cpu_s, mongod))


def _per_row(site: Installation, before: tuple[float, float], rows: int) -> dict[str, float]:
    web, mongod = (1e6 * (after - start) / rows for after, start in zip(_cpu_s(site), before, strict=True))
    return {"web us a row": web, "mongodb us a row": mongod}


if __name__ == "__main__":
    main()
