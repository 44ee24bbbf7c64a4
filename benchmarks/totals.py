"""Sums of a large ledger: how long they take to count, after a change, and to read.

`python -m benchmarks.totals ROWS` fills an embedded MongoDB with ten years of made-up transactions. The
requests are sent to the application within this process; MongoDB has its own.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.processes import cpu_s
from src import logs
from src.config import load_settings
from src.container import Container
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction, Reason
from src.domain.transactions import Direction, NewTransaction, Transaction
from src.services.mongo.collections import INDEXES
from src.services.transactions.documents import new_document
from src.web.app import create_app

YEARS, MERCHANTS, CATEGORIES = 10, 800, 25
ACCOUNTS, MODES = ("Everyday", "Card", "Savings"), ("card", "transfer", "direct debit", "cash")
LAST_DAY = date(2026, 11, 30)
AT = datetime(2026, 11, 30, tzinfo=UTC)
_BATCH = 5000
_INDEXES_AT_ONCE = 8
_TIMES = 7


def main() -> None:
    options = _options()
    logs.set_up(form="text", level="WARNING")
    with tempfile.TemporaryDirectory(prefix="ledgerloop-bench-") as folder:
        settings = load_settings(
            _env_file=None, data_dir=options.data or Path(folder), clock="off", mlflow_ui="off"
        )
        app = create_app(settings)
        container: Container = app.extensions["ledgerloop"]
        try:
            _fill(container, options.rows)
            _measure(container, app.test_client())
        finally:
            container.stop()
            container.database.close()
            container.embedded_mongo.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.totals")
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--data", type=Path, help="keep the database in this folder, or use it again")
    return parser.parse_args()


def _fill(container: Container, rows: int) -> None:
    collection = container.database.collection("transactions")
    if collection.estimated_document_count() >= rows:
        return
    began, documents = time.monotonic(), _documents(container, rows)
    while batch := list(islice(documents, _BATCH)):
        collection.insert_many(batch, ordered=False)
    print(f"{rows:,} transactions stored in {time.monotonic() - began:.0f} s", flush=True)
    began = time.monotonic()
    indexes = INDEXES["transactions"]
    for start in range(0, len(indexes), _INDEXES_AT_ONCE):  # all of them take longer than the driver waits
        collection.create_indexes(indexes[start : start + _INDEXES_AT_ONCE])
    container.database.ensure_indexes()
    print(f"{len(INDEXES['transactions'])} indexes made in {time.monotonic() - began:.0f} s", flush=True)


def _documents(container: Container, rows: int) -> Iterator[dict[str, Any]]:
    draw = random.Random(1)
    slugs = [category.slug for category in container.categories.all()][:CATEGORIES]
    merchants = [(f"merchant {number}", draw.choice(slugs)) for number in range(MERCHANTS)]
    shares = [1 / (rank + 3) for rank in range(MERCHANTS)]
    for merchant, category in draw.choices(merchants, shares, k=rows):
        day = LAST_DAY - timedelta(days=draw.randrange(YEARS * 365))
        transaction = Transaction(
            f"CARD PURCHASE {merchant.upper()} {draw.randrange(10**6)}",
            Decimal(draw.randrange(100, 20_000)) / 100,
            "USD" if draw.random() < 0.9 else "EUR",
            day,
            direction=Direction.INCOME if draw.random() < 0.05 else Direction.EXPENSE,
            mode=draw.choice(MODES),
            merchant=merchant,
            account=draw.choice(ACCOUNTS),
        )
        band = Band.AUTO if draw.random() < 0.9 else Band.SUGGEST
        alternatives = tuple(Alternative(slug, 0.3) for slug in draw.sample(slugs, 3))
        reasons = tuple(Reason(f"word {number}", 0.5) for number in range(4))
        prediction = Prediction(category, 0.9, band, DecidedBy.MODEL, alternatives, reasons, "1", AT)
        new = NewTransaction(transaction, prediction, fingerprint=f"{draw.random()}", holdout=False)
        yield new_document(new, source="import", at=AT)


def _measure(container: Container, client: Any) -> None:
    totals = container.month_totals
    print(f"first count: {_seconds(totals.rebuild):.1f} s")
    size = container.database.collection("month_totals").aggregate([{"$collStats": {"storageStats": {}}}])
    [stats] = [stats["storageStats"] for stats in size]
    sizes = [f"{stats[name] / 1e6:.1f} MB" for name in ("size", "storageSize")]
    print(f"month_totals: {stats['count']} documents, {' and on disk '.join(sizes)}")
    print(f"\n{'ms, median of ' + str(_TIMES):58}{'wall':>8}{'Python':>8}{'MongoDB':>8}")
    mongod = container.embedded_mongo.pid or 0
    _show("GET /healthz", lambda: client.get("/healthz"), mongod)
    row = container.database.transactions.find_one({})["_id"]

    def change() -> None:
        values = {"mode": random.choice(MODES)}
        container.database.transactions.update_one({"_id": row}, {"$set": values})

    def read() -> None:
        container.analytics.cells(currency="USD", since=date(2026, 11, 1), by=["month"])

    _show("one month after a change in it", lambda: (change(), read()), mongod)
    periods = {"one month": "from=2026-10-01&to=2026-10-31", "twelve months": "from=2025-12-01", "all": ""}
    periods["90 days"] = "from=2026-08-15&to=2026-11-12"
    for name, period in periods.items():
        for query in (period, f"{period}&currency=EUR"):
            path = f"/api/v1/analytics?{query}"
            _show(f"GET {path}", lambda path=path: client.get(path), mongod)
        _show(f"page of {name}", lambda period=period: client.get(f"/analytics?{period}"), mongod)
    since = {"one month": date(2026, 11, 1), "twelve months": date(2025, 12, 1), "all": None}
    for name, first in since.items():
        for by in ([], ["month"], ["mode"], ["weekday"], ["merchant"], ["month", "merchant"]):
            for where in ({}, {"account": "Card"}, {"categories": ["groceries"]}):
                label = f"cells of {name} by {', '.join(by) or 'category'} {' '.join(where)}"
                wanted = {"currency": "USD", "since": first, "by": by, **where}
                _show(label, lambda wanted=wanted: container.analytics.cells(**wanted), mongod)


def _show(label: str, work: Callable[[], object], mongod: int) -> None:
    work()
    wall, own, others = [], [], []
    for _ in range(_TIMES):
        began, used, used_there = time.monotonic(), time.process_time(), cpu_s(mongod)
        work()
        wall.append(time.monotonic() - began)
        own.append(time.process_time() - used)
        others.append(cpu_s(mongod) - used_there)
    figures = (median(wall), median(own), sum(others) / _TIMES)
    print(f"{label:58}" + "".join(f"{1000 * figure:>8.0f}" for figure in figures), flush=True)


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
