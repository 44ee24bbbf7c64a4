"""One prediction over HTTP, and a batch, compared with a bare Flask route under the same gunicorn settings.

`python -m benchmarks.one_prediction` starts both at once and measures them in turns, so that other work on
the machine slows down both. Every text is a merchant of its own. CPU is of the web workers and of MongoDB.
`--mlflow` adds `mlflow models serve` with the same model, which takes some seconds to start.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.load import Rate, measure, mlflow_row
from benchmarks.processes import (
    Installation,
    cpu_s,
    descendants,
    free_port,
    installation,
    mlflow_serve,
    running,
    served,
    serving,
    wait_for,
)

CONNECTIONS = (1, 8, 32)
WORKERS, THREADS = 2, 4
"""As without WEB_WORKERS and WEB_THREADS on two cores."""
SETTINGS = {"RETRAIN_EVERY_HOURS": "168", "WEB_WORKERS": str(WORKERS), "WEB_THREADS": str(THREADS)}
BATCH_ROWS = 10_000
GOALS = {"unsaved": 2.0, "saved": 3.5}
"""At most so many times the CPU of the bare route."""
MLFLOW = "mlflow serve"
MLFLOW_GOAL = 10.0
"""At least so many times the CPU of a prediction that is not stored."""
_AT_CONNECTIONS = 8
"""While CPU is measured."""
_TEXTS = 20_000
_WORDS = 3_000
_SYLLABLES = tuple(
    "ba co di fu ga he jo ka li mo nu pe ra si to va wi zo bri cla dre flo gri plo sta tru".split()
)


@dataclass(frozen=True)
class Served:
    """An address under load, and the processes that answer."""

    address: str
    bodies: list[str]
    processes: list[int]


@dataclass(frozen=True)
class Cost:
    """CPU of one request in milliseconds: of the web workers, and of MongoDB."""

    web_ms: float
    mongodb_ms: float

    @property
    def total_ms(self) -> float:
        return self.web_ms + self.mongodb_ms


def _vocabulary() -> list[str]:
    draw = random.Random(0)
    return ["".join(draw.choices(_SYLLABLES, k=draw.choice((2, 3)))) for _ in range(_WORDS)]


def texts(number: int, seed: int = 1) -> Iterator[str]:
    """Texts of statements, each with another merchant; as people's, they share most of their words."""
    draw, used, words = random.Random(seed), set[str](), _vocabulary()
    while len(used) < number:
        name = " ".join(draw.choices(words, k=draw.choice((2, 2, 3))))
        if name not in used:
            used.add(name)
            form = draw.choice(("{} {:04d}", "SQ *{} {:04d}", "POS {} #{:d} SEATTLE WA", "{}"))
            yield form.format(name.upper(), draw.randrange(10_000))


def rows(number: int, seed: int = 1) -> list[dict[str, object]]:
    draw = random.Random(seed)
    return [
        {"description": text, "amount": round(draw.uniform(1, 300), 2), "currency": "USD", "mode": "card"}
        for text in texts(number, seed)
    ]


def bodies(number: int, *, save: bool, seed: int = 1) -> list[str]:
    return [json.dumps({**row, "save": save}) for row in rows(number, seed)]


@contextmanager
def bare_flask(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """Its address and the process ids of its workers."""
    port = free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "/dev/null", "--no-control-socket"]
    gunicorn += ["--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS)]
    gunicorn += ["--keep-alive", "15", "--bind", f"127.0.0.1:{port}", "benchmarks.bare:app"]
    with running(gunicorn, {}, folder / "bare.log") as master:
        address = f"http://127.0.0.1:{port}/predict"
        time.sleep(3)
        yield address, descendants(master.pid)


@contextmanager
def kept(data: Path) -> Iterator[Installation]:
    """An installation in a data directory that has a model already."""
    with served(data, **SETTINGS) as site:
        wait_for(f"{site.address}/readyz", limit_s=300)
        yield site


def main() -> None:
    options = _options()
    figures = measure_all(options.data, options.seconds, options.rounds, mlflow=options.mlflow)
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_prediction")
    parser.add_argument("--data", type=Path, help="a data directory with a model; else a new one is trained")
    parser.add_argument("--seconds", type=int, default=4, help="of load for each figure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mlflow", action="store_true", help="compare with `mlflow models serve` too")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def measure_all(data: Path | None, seconds: int, rounds: int, *, mlflow: bool = False) -> dict[str, object]:
    with kept(data) if data else installation(**SETTINGS) as site:
        return compared(site, seconds, rounds, mlflow=mlflow)


def compared(site: Installation, seconds: int, rounds: int, *, mlflow: bool = False) -> dict[str, object]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ledgerloop-bench-")))
        bare_address, bare_workers = stack.enter_context(bare_flask(folder))
        others = {}
        if mlflow:
            address, pid = stack.enter_context(mlflow_serve(site.data, folder / "mlflow.log"))
            requests = [json.dumps({"dataframe_records": [mlflow_row(row)]}) for row in rows(_TEXTS)]
            others[MLFLOW] = Served(address, requests, [pid, *descendants(pid)])
        return of_site(site, bare_address, bare_workers, seconds, rounds, others)


def of_site(
    site: Installation,
    bare_address: str,
    bare_workers: list[int],
    seconds: int,
    rounds: int,
    others: Mapping[str, Served] | None = None,
) -> dict[str, object]:
    """others: servers of something else, by name."""
    web, mongod = serving(site.launcher)
    predict = f"{site.address}/api/v1/predict"
    unsaved, saved = bodies(_TEXTS, save=False), bodies(_TEXTS, save=True)
    served = {
        "bare Flask": Served(bare_address, unsaved, bare_workers),
        "unsaved": Served(predict, unsaved, web),
        "saved": Served(predict, saved, web),
        **(others or {}),
    }
    for one in served.values():
        measure(one.address, one.bodies, _AT_CONNECTIONS, 2)  # warm
    costs: dict[str, list[Cost]] = {name: [] for name in served}
    rates: dict[str, list[Rate]] = {name: [] for name in served}
    for _ in range(rounds):
        for name, one in served.items():
            costs[name].append(cpu_of_one(one, mongod, seconds))
    for connections in CONNECTIONS:
        for name, one in served.items():
            rates[name].append(measure(one.address, one.bodies, connections, seconds))
    return {
        "cpu_ms": {name: asdict(_middle(measured)) for name, measured in costs.items()},
        "cpu_ratio": {
            name: median(
                cost.total_ms / bare.web_ms
                for cost, bare in zip(costs[name], costs["bare Flask"], strict=True)
            )
            for name in GOALS
        },
        "rates": {name: [asdict(rate) for rate in measured] for name, measured in rates.items()},
        "rate_ratio": {
            name: [
                rate.per_second / bare.per_second
                for rate, bare in zip(rates[name], rates["bare Flask"], strict=True)
            ]
            for name in GOALS
        },
        "batch": _batch(site.address, web, rounds),
    }


def cpu_of_one(one: Served, mongod: list[int], seconds: int) -> Cost:
    before = _cpu(one.processes), _cpu(mongod)
    rate = measure(one.address, one.bodies, _AT_CONNECTIONS, seconds)
    requests = rate.per_second * seconds or math.nan  # a busy machine may answer none
    web, database = _cpu(one.processes) - before[0], _cpu(mongod) - before[1]
    return Cost(web / requests * 1000, database / requests * 1000)


def _cpu(processes: list[int]) -> float:
    return sum(cpu_s(pid) for pid in processes)


def _middle(costs: list[Cost]) -> Cost:
    return sorted(costs, key=lambda cost: cost.total_ms)[len(costs) // 2]


def _batch(address: str, web: list[int], rounds: int) -> dict[str, float]:
    """Of the best round: rows per second, and microseconds of CPU for a row."""
    host, _, port = address.removeprefix("http://").partition(":")
    best = {"rows_per_second": 0.0, "cpu_us": 0.0}
    for seed in range(rounds):
        body = json.dumps({"transactions": rows(BATCH_ROWS, 100 + seed), "save": False})
        connection = http.client.HTTPConnection(host, int(port), timeout=300)
        cpu, began = _cpu(web), time.perf_counter()
        connection.request("POST", "/api/v1/predict/batch", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        seconds = time.perf_counter() - began
        connection.close()
        assert response.status == 200, response.status
        if BATCH_ROWS / seconds > best["rows_per_second"]:
            spent = (_cpu(web) - cpu) / BATCH_ROWS * 1_000_000
            best = {"rows_per_second": BATCH_ROWS / seconds, "cpu_us": spent}
    return best


def show(figures: dict[str, object]) -> None:
    print(f"\n{'one prediction':24}{'web ms':>9}{'MongoDB ms':>12}{'of bare':>9}{'goal':>7}")
    for name, cost in figures["cpu_ms"].items():  # type: ignore[attr-defined]
        ratio = figures["cpu_ratio"].get(name)  # type: ignore[attr-defined]
        of_bare = f"{ratio:>8.2f}×{GOALS[name]:>6.1f}×" if ratio else ""
        print(f"{name:24}{cost['web_ms']:>9.2f}{cost['mongodb_ms']:>12.2f}{of_bare}")
    if serve := figures["cpu_ms"].get(MLFLOW):  # type: ignore[attr-defined]
        unsaved = figures["cpu_ms"]["unsaved"]  # type: ignore[index]
        times = serve["web_ms"] / (unsaved["web_ms"] + unsaved["mongodb_ms"])
        print(f"{MLFLOW}, of unsaved: {times:.0f}×, goal at least {MLFLOW_GOAL:.0f}×")
    print(f"\n{'':24}" + "".join(f"{connections:>6} connections" for connections in CONNECTIONS))
    for name, rates in figures["rates"].items():  # type: ignore[attr-defined]
        print(f"{name:24}" + "".join(f"{rate['per_second']:>16.0f}/s" for rate in rates))
    for name, ratios in figures["rate_ratio"].items():  # type: ignore[attr-defined]
        print(f"{name + ', of bare':24}" + "".join(f"{ratio:>17.2f}×" for ratio in ratios))
    batch = figures["batch"]
    print(
        f"\nbatch of {BATCH_ROWS:,}: {batch['rows_per_second']:,.0f} rows/s, "  # type: ignore[index]
        f"{batch['cpu_us']:.0f} µs of CPU a row"  # type: ignore[index]
    )


if __name__ == "__main__":
    main()
