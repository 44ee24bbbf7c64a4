"""Measures predictions, memory and imports: writes a table to stdout and, with `--json`, a file."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks import hostile, idle, imports
from benchmarks.load import Rate, bodies, measure
from benchmarks.processes import (
    ROOT,
    command_of,
    descendants,
    free_port,
    memory_mb,
    mlflow_serve,
    running,
    wait_for,
    wait_until_trained,
)

CONNECTIONS = (1, 8, 32)


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="ledgerloop-bench-") as folder:
        figures = _measure_all(Path(folder), options.seconds)
    _show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--seconds", type=int, default=5, help="seconds of load per figure")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def _measure_all(folder: Path, seconds: int) -> dict[str, object]:
    port = free_port()
    environment = {
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "MLFLOW_UI": "off",
        "RETRAIN_EVERY_HOURS": "168",
    }
    page = f"http://127.0.0.1:{port}"
    began = time.monotonic()
    with running([sys.executable, "app.py"], environment, folder / "app.log") as app:
        wait_for(f"{page}/")
        first_page_s = time.monotonic() - began
        wait_for(f"{page}/readyz")
        first_prediction_s = time.monotonic() - began
        wait_until_trained(page)
        first_model_s = time.monotonic() - began
        time.sleep(8)  # the training process ends, and the alias follows
        rates = {
            "predict": _rates(f"{page}/api/v1/predict", bodies(5000, "plain", save=False), seconds),
            "predict and keep": _rates(f"{page}/api/v1/predict", bodies(5000, "plain", save=True), seconds),
        }
        memory = {_name(pid): memory_mb(pid) for pid in descendants(app.pid)}
        import_figures = imports.measure(page, app.pid, folder)
    began = time.monotonic()
    with running([sys.executable, "app.py"], environment, folder / "again.log") as app:
        wait_for(f"{page}/")
        again_s = time.monotonic() - began
        wait_for(f"{page}/readyz")
        idle_figures = idle.measure(app.pid, folder)
    rates["bare Flask"] = _bare(folder, seconds)
    rates["mlflow models serve"] = _mlflow(folder, seconds)
    return {
        "machine": f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}",
        "seconds": {
            "first page": first_page_s,
            "first prediction": first_prediction_s,
            "first trained model": first_model_s,
            "first page again": again_s,
        },
        "rates": {name: [asdict(rate) for rate in measured] for name, measured in rates.items()},
        "memory_mb": memory,
        "idle": idle_figures,
        "imports": import_figures,
        "hostile files": hostile.measure(),
    }


def _rates(address: str, requests: list[str], seconds: int) -> list[Rate]:
    measure(address, requests, 8, 2)  # warm
    return [measure(address, requests, connections, seconds) for connections in CONNECTIONS]


def _bare(folder: Path, seconds: int) -> list[Rate]:
    port = free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "/dev/null", "--no-control-socket"]
    gunicorn += ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--keep-alive", "5"]
    with running([*gunicorn, "--bind", f"127.0.0.1:{port}", "benchmarks.bare:app"], {}, folder / "bare.log"):
        time.sleep(3)
        return _rates(f"http://127.0.0.1:{port}/predict", bodies(5000, "plain"), seconds)


def _mlflow(folder: Path, seconds: int) -> list[Rate]:
    with mlflow_serve(folder, folder / "mlflow.log") as (address, _):
        return _rates(address, bodies(5000, "mlflow"), seconds)


def _name(pid: int) -> str:
    command = command_of(pid).replace(str(ROOT), "").replace(sys.executable, "python")
    return f"{command[:60]} ({pid})"


def _show(figures: dict[str, object]) -> None:
    print(figures["machine"])
    for name, seconds in figures["seconds"].items():  # type: ignore[attr-defined]
        print(f"{name}: {seconds:.1f} s")
    print(f"\n{'':24}{'connections':>12}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}{'failed':>8}")
    for name, rates in figures["rates"].items():  # type: ignore[attr-defined]
        for rate in rates:
            print(
                f"{name:24}{rate['connections']:>12}{rate['per_second']:>12.0f}"
                f"{rate['p50_ms']:>9.2f}{rate['p99_ms']:>9.2f}{rate['failed']:>8}"
            )
    print("\nmemory, MB resident / proportional")
    for name, memory in figures["memory_mb"].items():  # type: ignore[attr-defined]
        print(f"{memory.get('rss', 0):>8.0f}{memory.get('pss', 0):>8.0f}  {name}")
    idle.show(figures["idle"])  # type: ignore[arg-type]
    imports.show(figures["imports"])  # type: ignore[arg-type]
    hostile.show(figures["hostile files"])  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
