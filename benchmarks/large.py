"""Every page, search and export of a large ledger: the CPU time of the web workers and MongoDB.

`python -m benchmarks.large ROWS` starts an installation, trains its first model, adds made-up transactions
and requests each address a few times. Goals are those of one person with a million transactions.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.large_ledger import ACCOUNTS, fill
from benchmarks.pages import ask
from benchmarks.processes import ROOT, command_of, memory_mb, served, serving, wait_for, wait_until_trained
from src import logs
from src.config import load_settings
from src.container import Container

PAGE_MS, SUMS_MS, SEARCH_MS, EXPORT_US = 50.0, 200.0, 150.0, 40.0
_TIMES = 5
_SEARCHES = {
    "one word": "q={word}",
    "a part of a word": "q={part}",
    "two words": "q={word}+{place}",
    "two parts of words": "q={part}+ondo",
    "a place in an eighth of all": "q=berl",
    "a number": "q=8841",
    "nothing": "q=zzqqxx",
    "a word within a month": "q={word}&from=2026-10-01&to=2026-10-31",
    "by amount": "q={word}&sort=-amount",
}
_FILTERS = (
    *("category=dining", "mode=card", "direction=income", "min_amount=20&max_amount=30", "account=Card"),
    *("from=2026-10-01&to=2026-10-31", "from=2020-01-01", "status=needs_review", "status=confirmed"),
    *("category=dining&sort=-amount", "sort=-amount", "sort=confidence", "merchant={merchant}"),
    *("counterparty={counterparty}", "currency=EUR", "import={import}", "answer=no", "band=suggest"),
    *("predicted=dining", "mode=card&direction=income&min_amount=50", "counts=spent", "counted_in=dining"),
    *("weekday=5", "without=account"),
)
_PAGES = (
    *("/", "/?id={id}", "/transactions/{id}", "/acts", "/transfers", "/transactions/{id}/link", "/history"),
    *("/review", "/review?skipped=true", "/review?order=amount", "/review/mistakes", "/review/checks"),
    *("/review?q={word}", "/review?account=Card", "/quality", "/quality?from=2026-01-01"),
    *("/analytics", "/analytics?from=2025-12-01&to=2026-11-30", "/analytics/insights", "/insight/recurring"),
    *("/insight/forecast", "/budgets", "/insight/limits", "/insight/unusual", "/insight/feed"),
    *("/models", "/models/1/promote", "/categories", "/categories/dining", "/settings", "/settings/accounts"),
    *("/settings/accounts/{account}", "/merchants", "/merchants?q={part}", "/merchants/{merchant}"),
    *("/merchant-variants", "/learned", "/rules", "/rules/new?transaction={id}", "/import", "/summary"),
)
_API = (
    *("history", "history/totals", "history/totals?category=dining", "review", "quality", "drift"),
    *("transactions/{id}", "analytics", "analytics?from=2026-10-01&to=2026-10-31", "categories"),
    *("merchants", "merchants?q={part}", "rules", "rules/suggestions", "accounts", "transfers", "acts"),
    *("transfers?status=suggested", "insight/months/2026-10", "insight/compare?month=2026-10"),
    *("insight/anomalies", "insight/recurring", "insight/forecast", "insight/feed", "insight/limits"),
    *("budgets", "training-runs", "models", "settings", "imports"),
)
_EXPORTS = ("csv", "jsonl", "parquet", "beancount", "journal", "spreadsheet.csv")
_SUMS = ("analytics", "quality", "review", "history/totals")


@dataclass
class Figure:
    path: str
    web_ms: float
    mongo_ms: float
    wall_ms: float
    goal_ms: float
    status: int = 200
    rows: int = 0
    """Of an export."""

    @property
    def cpu_ms(self) -> float:
        return self.web_ms + self.mongo_ms


@dataclass
class Processes:
    web: list[int]
    mongo: list[int]

    def cpu_ms(self) -> tuple[float, float]:
        return sum(map(_cpu_ms, self.web)), sum(map(_cpu_ms, self.mongo))


def _cpu_ms(pid: int) -> float:
    """Of all threads; finer than the clock ticks of /proc/PID/stat."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6


def main() -> None:
    options = _options()
    logs.set_up(form="text", level="WARNING")
    with tempfile.TemporaryDirectory(prefix="ledgerloop-bench-") as folder:
        figures, memory = measure(options.data or Path(folder), options.rows, options.only)
    show(figures, memory)
    if options.json:
        options.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large")
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--data", type=Path, help="keep the database in this folder, or use it again")
    parser.add_argument(
        "--only", default="", help="only addresses with one of these texts, with commas between"
    )
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def ledger(data: Path, rows: int) -> dict[str, str]:
    """Make a ledger in this data directory, unless it has one. Returns what the addresses name."""
    if not (data / "filled").exists():
        with served(data, RETRAIN_EVERY_HOURS="168") as site:
            wait_for(f"{site.address}/readyz", limit_s=600)
            wait_until_trained(site.address)
            time.sleep(8)  # the training process ends
        values = _fill(data, rows)
        # Without the scheduler, some pages would wait for the analysis in vain; if it fails, they do.
        analyse = [sys.executable, "-m", "src", "analyse"]
        subprocess.run(analyse, cwd=ROOT, env=os.environ | {"DATA_DIR": str(data)}, check=False)
        (data / "filled").write_text(json.dumps(values))
    return dict(json.loads((data / "filled").read_text()))


def measure(data: Path, rows: int, only: str = "") -> tuple[list[Figure], dict[str, dict[str, float]]]:
    values = ledger(data, rows)
    with served(data, CLOCK="off") as site:
        wait_for(f"{site.address}/readyz", limit_s=600)
        processes = Processes(*serving(site.launcher))
        wanted = [word for word in only.split(",") if word]
        figures = list(_figures(site.address, processes, values, rows, wanted))
        memory = {command_of(pid)[-60:]: memory_mb(pid) for pid in (*processes.web, *processes.mongo)}
    return figures, memory


@contextmanager
def _container(data: Path) -> Iterator[Container]:
    settings = load_settings(_env_file=None, data_dir=data, clock="off", mlflow_ui="off")
    container = Container(settings)
    try:
        yield container
    finally:
        container.stop()
        container.database.close()
        container.embedded_mongo.stop()


def _fill(data: Path, rows: int) -> dict[str, str]:
    """Returns what the addresses name."""
    with _container(data) as container:
        container.database.ensure_indexes()
        fill(container, rows)
        row = container.database.transactions.find_one({"counterparty": {"$exists": True}}) or {}
        for name in ACCOUNTS:
            container.accounts.canonical(name, currency="USD")
        account = container.accounts.all()[0].id
        word = max(row["merchant"].split(), key=len)
        return {
            "id": str(row["_id"]),
            "merchant": row["merchant"].replace(" ", "%20"),
            "counterparty": row["counterparty"].replace(" ", "%20"),
            "import": row["import"],
            "account": account,
            "word": word,
            "part": word[1:5],
            "place": "berlin",
        }


def _figures(
    page: str, processes: Processes, values: dict[str, str], rows: int, only: list[str]
) -> Iterator[Figure]:
    paths = [
        *_PAGES,
        *(f"/history?{query}" for query in _FILTERS),
        *(f"/history?{query}" for query in _SEARCHES.values()),
        *(f"/api/v1/{path}" for path in _API),
        *(f"/api/v1/history?{query}" for query in (*_FILTERS, *_SEARCHES.values())),
    ]
    for template in paths:
        if not only or any(word in template for word in only):
            yield measure_page(page, template.format(**values), processes, template)
    if not only or "far" in only:
        cursor = _far_cursor(page)
        yield measure_page(page, f"/api/v1/history?cursor={cursor}", processes, "/api/v1/history, page 100")
    for form in _EXPORTS:
        if not only or any(word in f"export {form}" for word in only):
            yield measure_export(page, form, processes, rows)


def _far_cursor(page: str) -> str:
    """Behind 10,000 transactions, or the last of fewer."""
    cursor = ""
    for _ in range(20):
        answer = ask(f"{page}/api/v1/history?limit=500" + (f"&cursor={cursor}" if cursor else ""))
        if not answer["next_cursor"]:
            break
        cursor = answer["next_cursor"]
    return cursor


def measure_page(page: str, path: str, processes: Processes, template: str) -> Figure:
    web, mongo, wall, status = [], [], [], 200
    for turn in range(_TIMES + 2):  # both workers are warm then
        own, others = processes.cpu_ms()
        began = time.monotonic()
        status = _request(page + path)
        wall.append((time.monotonic() - began) * 1000)
        if turn == 0 and wall[0] > 15_000:
            after = processes.cpu_ms()
            web, mongo = [after[0] - own], [after[1] - others]
            break
        after = processes.cpu_ms()
        if turn > 1:
            web.append(after[0] - own)
            mongo.append(after[1] - others)
    goal = SEARCH_MS if "q=" in template else SUMS_MS if any(map(template.count, _SUMS)) else PAGE_MS
    figure = Figure(template, median(web), median(mongo), median(wall), goal, status)
    print(_line(figure), flush=True)
    return figure


def _request(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=200) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.read()
        return error.code


def measure_export(page: str, form: str, processes: Processes, rows: int) -> Figure:
    name = form if "." in form else None
    address = f"{page}/api/v1/history/{form}" if name else f"{page}/api/v1/history.{form}"
    own, others = processes.cpu_ms()
    began = time.monotonic()
    size = 0
    with urllib.request.urlopen(address, timeout=900) as answer:
        while piece := answer.read(1 << 20):
            size += len(piece)
    after = processes.cpu_ms()
    wall = (time.monotonic() - began) * 1000
    goal = EXPORT_US * rows / 1000
    figure = Figure(
        f"export {form}, {size / 1e6:.0f} MB", after[0] - own, after[1] - others, wall, goal, rows=rows
    )
    print(_line(figure), flush=True)
    return figure


def _line(figure: Figure) -> str:
    if figure.rows:
        per_row = [
            1000 * ms / figure.rows for ms in (figure.web_ms, figure.mongo_ms, figure.wall_ms, figure.goal_ms)
        ]
        numbers = "".join(f"{value:>8.1f}" for value in per_row)
        return f"{figure.path:66}{numbers}  µs a row {'' if figure.cpu_ms <= figure.goal_ms else 'MISSED'}"
    numbers = "".join(
        f"{value:>8.1f}" for value in (figure.web_ms, figure.mongo_ms, figure.wall_ms, figure.goal_ms)
    )
    missed = "" if figure.cpu_ms <= figure.goal_ms else "MISSED"
    return f"{figure.path:66}{numbers}  {'' if figure.status == 200 else figure.status} {missed}".rstrip()


def show(figures: list[Figure], memory: dict[str, dict[str, float]]) -> None:
    print(f"\n{'CPU in ms':66}{'web':>8}{'MongoDB':>8}{'wall':>8}{'goal':>8}")
    for figure in figures:
        if figure.cpu_ms > figure.goal_ms or figure.status != 200:
            print(_line(figure))
    kept = sum(figure.cpu_ms <= figure.goal_ms for figure in figures)
    print(f"{kept} of {len(figures)} goals kept")
    for name, megabytes in memory.items():
        print(f"{megabytes.get('pss', 0):>8.0f} MB  {name}")


if __name__ == "__main__":
    main()
