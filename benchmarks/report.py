"""The works of a run with their goals, and the page of its figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.one_prediction import GOALS, MLFLOW
from benchmarks.works import Baseline, Goal, Work, aligned, number, table

Figures = Mapping[str, Any]
PAGE_GOALS = {
    50.0: "slowest page",
    200.0: "slowest of analytics, quality and review",
    150.0: "slowest text search",
}
"""By their goal in ms of CPU."""
TRAINING_GOALS_S = {"1000": 60, "10000": 120, "100000": 600}
_CPU_MS = "ms of CPU"


def all_works(figures: Figures) -> Iterator[Work]:
    """Of the parts that were measured."""
    for part, works in {
        "first minute s": _first_minute,
        "predictions": _predictions,
        "web worker mb": _web_worker,
        "imports": _imports,
        "idle": _idle,
        "ledger rows": _ledger,
        "training": _training,
    }.items():
        if part in figures:
            yield from works(figures)


def _first_minute(figures: Figures) -> Iterator[Work]:
    seconds = figures["first minute s"]
    yield Work("new installation: first prediction answered", seconds["prediction"], "s", Goal(8))
    yield Work("new installation: first model trained", seconds["trained model"], "s", Goal(90))


def _predictions(figures: Figures) -> Iterator[Work]:
    measured = figures["predictions"]
    for name, limit in GOALS.items():
        # The ratio is the median of those of the rounds, so that other work on the machine weighs on both.
        value = _total(measured["cpu_ms"][name])
        bare = Baseline("bare Flask", value / measured["cpu_ratio"][name])
        yield Work(f"one prediction, {name}", value, _CPU_MS, Goal(limit, of_ratio=True), bare)
    bare_rate, rate = (measured["rates"][name][-1] for name in ("bare Flask", "unsaved"))
    yield Work(
        f"unsaved predictions, {rate['connections']} connections",
        rate["per_second"],
        "a second",
        Goal(0.5, at_least=True, of_ratio=True),
        Baseline("bare Flask", bare_rate["per_second"]),
    )
    if MLFLOW in measured["rates"]:
        yield Work(
            "the same, compared with the model in MLflow's server",
            rate["per_second"],
            "a second",
            Goal(10, at_least=True, of_ratio=True),
            Baseline(MLFLOW, measured["rates"][MLFLOW][-1]["per_second"]),
        )
    rows_per_second = measured["batch"]["rows_per_second"]
    yield Work("batch of 10,000 rows", rows_per_second, "rows a second", Goal(30_000, at_least=True))


def _total(cost: Mapping[str, float]) -> float:
    return cost["web_ms"] + cost["mongodb_ms"]


def _web_worker(figures: Figures) -> Iterator[Work]:
    yield Work("memory of a web worker", figures["web worker mb"], "MB", Goal(120))


def _imports(figures: Figures) -> Iterator[Work]:
    run, rows = figures["imports"]["import"], figures["imports"]["rows"]
    inserts = Baseline("bare inserts", figures["imports"]["bare s"]["insert_many with the indexes"])
    yield Work(f"import of {rows:,} rows", run["wall s"], "s", Goal(25 * rows / 100_000), inserts)
    yield Work("memory of the import", run["peak MB"], "MB", Goal(250))
    yield Work(f"undo of {rows:,} rows", run["undone after s"], "s", Goal(10 * rows / 100_000))


def _idle(figures: Figures) -> Iterator[Work]:
    idle = figures["idle"]
    yield Work("idle: MongoDB", idle["operations per s"], "operations/s", Goal(1))
    yield Work("idle: processor", 100 * idle["cpu share of one core"], "% of one core", Goal(0.5))
    yield Work("idle: memory of all processes", idle["memory mb"], "MB", Goal(450))


def _ledger(figures: Figures) -> Iterator[Work]:
    rows = f"ledger of {figures['ledger rows']:,}"
    for goal_ms, name in PAGE_GOALS.items():
        pages = [page for page in figures["pages"] if page["goal ms"] == goal_ms]
        if pages:
            slowest = max(pages, key=lambda page: page["cpu ms"])
            yield Work(f"{rows}: {name}, `{slowest['path']}`", slowest["cpu ms"], _CPU_MS, Goal(goal_ms))
    failing = sum(page["status"] != 200 for page in figures["pages"])
    yield Work(f"{rows}: failures of {len(figures['pages'])} addresses", failing, "addresses", Goal(0))
    for name, cpu_us in figures["exports"].items():
        yield Work(f"{rows}: {name}", cpu_us, "µs of CPU a row", Goal(40))
    bulk = figures["bulk"]
    act = f"{rows}: change of {bulk['rows']:,} rows"
    yield Work(f"{act}, until answered", bulk["answered after s"], "s", Goal(1))
    yield Work(f"{act}, MongoDB", bulk["mongodb us a row"], "µs of CPU a row", Goal(100))


def _training(figures: Figures) -> Iterator[Work]:
    for labels, run in figures["training"].items():
        name = f"training with {int(labels):,} labels"
        if labels in TRAINING_GOALS_S:
            yield Work(name, run["cpu_s"], "s of CPU", Goal(TRAINING_GOALS_S[labels]))
        yield Work(f"{name}, memory", run["peak_mb"], "MB", Goal(1024))


def details(figures: Figures, works: Iterable[Work]) -> Iterator[str]:
    """The lines of the page: all works, and what is behind some of them."""
    works = list(works)
    yield f"`make bench`, {figures['date']}, {figures['machine']}, load average {figures['load']:.1f}:"
    yield f"{sum(work.met for work in works)} of {len(works)} goals met.\n"
    yield from table(works)
    if "predictions" in figures:
        yield "\n### Requests a second\n"
        yield from aligned(list(_rates(figures["predictions"]["rates"])))
    if "imports" in figures:
        yield f"\n### During the import of {figures['imports']['rows']:,} rows\n"
        yield from aligned(list(_latencies(figures["imports"]["pages ms"])))
    if over := [page for page in figures.get("pages", ()) if page["cpu ms"] > page["goal ms"]]:
        yield f"\n### Over their goal in a ledger of {figures['ledger rows']:,}\n"
        yield from aligned([("address", _CPU_MS, "goal"), *(_page(page) for page in over)])


def _rates(rates: Mapping[str, list[Mapping[str, float]]]) -> Iterator[tuple[str, ...]]:
    """Requests a second, p50 and p99 by number of connections."""
    connections = [str(rate["connections"]) for rate in next(iter(rates.values()))]
    yield ("a second (p50 / p99 in ms), by connections", *connections)
    for name, measured in rates.items():
        cells = (
            f"{rate['per_second']:,.0f} ({number(rate['p50_ms'])} / {number(rate['p99_ms'])})"
            for rate in measured
        )
        yield (name, *cells)


def _latencies(pages: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Iterator[tuple[str, ...]]:
    yield ("median (worst) in ms", *next(iter(pages.values())))
    for path, phases in pages.items():
        cells = (f"{number(times['median'])} ({number(times['worst'])})" for times in phases.values())
        yield (f"`{path}`", *cells)


def _page(page: Mapping[str, Any]) -> tuple[str, str, str]:
    return f"`{page['path']}`", number(page["cpu ms"]), f"{page['goal ms']:g}"
