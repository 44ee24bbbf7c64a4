"""Measures speed and memory: tables to stdout; `--json` and `--page` write the figures to files."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import bulk, idle, imports, large, marks, one_prediction, training
from benchmarks.first_minute import first_minute
from benchmarks.processes import Installation, machine, memory_mb, web_workers
from benchmarks.report import all_works, details
from benchmarks.works import plain, table
from src import logs

LABELS = (1000, 10_000)
PARTS = ("predictions", "mlflow", "imports", "idle", "ledger", "training")


def main() -> None:
    options = _options()
    logs.set_up(form="text", level="WARNING")
    figures = {"machine": machine(), "date": f"{datetime.now(UTC):%Y-%m-%d}", "load": os.getloadavg()[0]}
    figures |= _measured(options)
    works = list(all_works(figures))
    print("\n" + "\n".join(table(works)))
    print(f"\n{sum(work.met for work in works)} of {len(works)} goals met; {figures['machine']}")
    if options.json:
        options.json.write_text(json.dumps({**figures, "works": plain(works)}, indent=1))
    if options.page:
        marks.rewrite(options.page, details(figures, works))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--seconds", type=int, default=4, help="of load for each figure")
    parser.add_argument("--rounds", type=int, default=3, help="of measuring the CPU of predictions")
    parser.add_argument("--rows", type=int, default=100_000, help="of the large ledger")
    parser.add_argument("--import-rows", type=int, default=imports.ROWS)
    parser.add_argument("--bulk-rows", type=int, default=bulk.ROWS, help="that one act changes")
    parser.add_argument("--without", default="", help=f"leave out some of {','.join(PARTS)}")
    parser.add_argument("--json", type=Path, help="write all figures here")
    parser.add_argument("--page", type=Path, help="rewrite the figures between the marks of this file")
    options = parser.parse_args()
    options.without = {part for part in options.without.split(",") if part}
    if wrong := options.without - set(PARTS):
        parser.error(f"{', '.join(sorted(wrong))}: choose from {', '.join(PARTS)}.")
    return options


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="ledgerloop-bench-") as folder:
        first, ledger = Path(folder, "first"), Path(folder, "ledger")
        first.mkdir()
        with first_minute(first, **one_prediction.SETTINGS) as (_, seconds):
            figures["first minute s"] = seconds
        shutil.copytree(first, ledger)  # with the model, and without what the other parts store
        if "idle" not in options.without:
            with one_prediction.kept(first) as site:
                figures["idle"] = _shown(idle.measure(site.launcher, site.data), idle.show)
        with one_prediction.kept(first) as site:
            figures |= _of_site(site, options)
        if "ledger" not in options.without:
            figures |= _of_ledger(ledger, options)
    if "training" not in options.without:
        figures["training"] = {str(labels): training.measure(labels) for labels in LABELS}
    return figures


def _of_site(site: Installation, options: argparse.Namespace) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    if "predictions" not in options.without:
        measured = one_prediction.compared(
            site, options.seconds, options.rounds, mlflow="mlflow" not in options.without
        )
        figures["predictions"] = _shown(measured, one_prediction.show)
        figures["web worker mb"] = max(memory_mb(pid)["pss"] for pid in web_workers(site.launcher))
    if "imports" not in options.without:
        measured = imports.measure(site.address, site.launcher, site.data, options.import_rows)
        figures["imports"] = _shown(measured, imports.show)
    return figures


def _of_ledger(data: Path, options: argparse.Namespace) -> dict[str, Any]:
    pages, memory = large.measure(data, options.rows)
    large.show(pages, memory)
    return {
        "ledger rows": options.rows,
        "pages": [
            {"path": page.path, "cpu ms": page.cpu_ms, "goal ms": page.goal_ms, "status": page.status}
            for page in pages
            if not page.rows
        ],
        "exports": {page.path.split(",")[0]: 1000 * page.cpu_ms / page.rows for page in pages if page.rows},
        "bulk": bulk.of_ledger(data, options.rows, options.bulk_rows),
    }


def _shown(figures: dict[str, Any], show: Callable[[Any], None]) -> Mapping[str, Any]:
    show(figures)
    return figures


if __name__ == "__main__":
    main()
