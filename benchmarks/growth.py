"""How each cost grows with the ledger: pages, a search, imports, exports, predictions, bulk acts, training.

`python -m benchmarks.growth 1000 10000 100000 --picture growth.svg --json growth.json` makes a ledger of each
size, all with the same first model, and writes both files anew after each.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import bulk, imports, large, one_prediction, training
from benchmarks.first_minute import first_minute
from benchmarks.processes import machine, served, serving, wait_for
from benchmarks.statement import statement
from benchmarks.works import aligned, number
from src import logs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZES = (1000, 10_000, 100_000, 1_000_000)
LABELS = (1000, 10_000)
REQUEST, ROW, TRAINING = "a request, ms of CPU", "a row, µs of CPU", "a training, s of CPU"
_PAGES = {
    "start page": "/",
    "transactions": "/history",
    "review": "/review",
    "quality": "/quality",
    "analytics of a year": "/analytics?from=2025-12-01&to=2026-11-30",
    "text search": "/history?q={word}",
}
_EXPORTS = {"export as CSV": "csv", "export as JSON lines": "jsonl", "export as Parquet": "parquet"}
_TEXTS = 5000
_MARKERS = "os^Dv<>P"

Measured = tuple[str, str, float]
"""Name, unit and value."""


@dataclass
class Cost:
    name: str
    unit: str
    """Of the work that is measured and of its cost; a panel of the picture."""
    points: dict[int, float] = field(default_factory=dict)
    """By the number of transactions, or of labels."""


def main() -> None:
    options = _options()
    logs.set_up(form="text", level="WARNING")
    costs: dict[str, Cost] = {}
    about = {"machine": machine(), "date": f"{datetime.now(UTC):%Y-%m-%d}", "load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory(prefix="ledgerloop-bench-") as folder:
        first = Path(folder, "first")
        first.mkdir()
        with first_minute(first, **one_prediction.SETTINGS):
            pass
        for size in options.sizes:
            _add(costs, size, _of_size(first, Path(folder, "ledger"), size, options.seconds))
            _write(options, about, costs)
    for labels in options.labels:
        _add(costs, labels, [("training", TRAINING, float(training.measure(labels)["cpu_s"]))])
        _write(options, about, costs)
    print("\n" + "\n".join(table(costs.values())))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="transactions in the ledger")
    parser.add_argument("--labels", nargs="*", type=int, default=LABELS, help="of the trainings")
    parser.add_argument("--seconds", type=int, default=4, help="of load for the cost of a prediction")
    parser.add_argument("--picture", type=Path, help="draw the costs here, as SVG or PNG")
    parser.add_argument("--json", type=Path, help="write the costs here")
    return parser.parse_args()


def _add(costs: dict[str, Cost], size: int, measured: Iterable[Measured]) -> None:
    for name, unit, value in measured:
        costs.setdefault(name, Cost(name, unit)).points[size] = value


def _write(options: argparse.Namespace, about: dict[str, object], costs: dict[str, Cost]) -> None:
    if options.json:
        content = {**about, "costs": [asdict(cost) for cost in costs.values()]}
        options.json.write_text(json.dumps(content, indent=1))
    if options.picture:
        draw(list(costs.values()), f"{about['machine']}, {about['date']}").savefig(options.picture)


def _of_size(first: Path, data: Path, size: int, seconds: int) -> Iterator[Measured]:
    """first: a data directory with a model; data: where its copies are made."""
    for measure in (_of_ledger, _of_import):
        shutil.copytree(first, data)
        try:
            yield from measure(data, size, seconds)
        finally:
            shutil.rmtree(data)


def _of_ledger(data: Path, size: int, seconds: int) -> Iterator[Measured]:
    values = large.ledger(data, size)
    with served(data, **one_prediction.SETTINGS, CLOCK="off") as site:
        wait_for(f"{site.address}/readyz", limit_s=600)
        web, mongod = serving(site.launcher)
        processes = large.Processes(web, mongod)
        for name, path in _PAGES.items():
            page = large.measure_page(site.address, path.format(**values), processes, path)
            yield name, REQUEST, page.cpu_ms
        for name, form in _EXPORTS.items():
            export = large.measure_export(site.address, form, processes, size)
            yield name, ROW, 1000 * export.cpu_ms / size
        for name, save in {"prediction, unsaved": False, "prediction, saved": True}.items():
            bodies = one_prediction.bodies(_TEXTS, save=save)
            load = one_prediction.Served(f"{site.address}/api/v1/predict", bodies, web)
            yield name, REQUEST, one_prediction.cpu_of_one(load, mongod, seconds).total_ms
    change = bulk.of_ledger(data, size, size)
    yield "change of many", ROW, change["web us a row"] + change["mongodb us a row"]


def _of_import(data: Path, size: int, _: int) -> Iterator[Measured]:
    with served(data, **one_prediction.SETTINGS) as site:
        wait_for(f"{site.address}/readyz", limit_s=600)
        done = imports.import_file(site.address, site.launcher, statement(size))
        cpu_s = done["cpu s of the child"] + done["cpu s of mongod"]
        yield "import", ROW, 1e6 * cpu_s / size


def table(costs: Iterable[Cost]) -> Iterator[str]:
    costs = list(costs)
    sizes = sorted({size for cost in costs for size in cost.points})
    yield from aligned(
        [
            ("cost", "of", *(f"{size:,}" for size in sizes)),
            *(
                (
                    cost.name,
                    cost.unit,
                    *(number(cost.points[size]) if size in cost.points else "" for size in sizes),
                )
                for cost in costs
            ),
        ]
    )


def draw(costs: list[Cost], title: str) -> Figure:
    """A panel for each unit, with logarithmic axes: a cost that does not grow is a level line."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.fonttype"] = "none"  # text stays text
    units = list(dict.fromkeys(cost.unit for cost in costs))
    figure = Figure(figsize=(5.2 * len(units), 5.6), layout="constrained")
    figure.suptitle(title, fontsize=10)
    [panels] = figure.subplots(1, len(units), squeeze=False)
    for axes, unit in zip(panels, units, strict=True):
        _draw_panel(axes, unit, [cost for cost in costs if cost.unit == unit])
    return figure


def _draw_panel(axes: Axes, unit: str, costs: list[Cost]) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    for cost, marker in zip(costs, _MARKERS, strict=False):
        sizes = sorted(cost.points)
        axes.plot(sizes, [cost.points[size] for size in sizes], marker=marker, label=cost.name)
    axes.set(xscale="log", yscale="log", title=unit, xlabel="labels" if unit == TRAINING else "transactions")
    values = [value for cost in costs for value in cost.points.values()]
    lowest = math.floor(math.log10(min(values)))
    axes.set_ylim(10**lowest, 10 ** max(lowest + 1, math.ceil(math.log10(max(values)))))
    axes.set_xticks(sorted({size for cost in costs for size in cost.points}))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, which="both", color="#e5e8eb", linewidth=0.6)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, fontsize=8, frameon=False)


if __name__ == "__main__":
    main()
