"""Measure the predictions on labelled transactions: tables to stdout, with `--json` figures to a file."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.processes import machine
from benchmarks.quality.baselines import BASELINES, Lookup
from benchmarks.quality.ceilings import show_ceilings
from benchmarks.quality.data import Dataset, Example, about, read_folder
from benchmarks.quality.figures import of_cold, of_replay, of_split, plain
from benchmarks.quality.generated import generate
from benchmarks.quality.page import rewrite
from benchmarks.quality.product import PARTS, Product, Setup
from benchmarks.quality.protocols import BLOCK, Baselines, Run, chronological, cold, replay, shuffled
from benchmarks.quality.shipped import shipped_examples, vocabulary
from benchmarks.quality.table import show

LEAST_ROWS = 20
"""A file with fewer is too small to learn from and to evaluate."""
PROTOCOLS = ("cold", "replay", "chronological")


def main() -> None:
    options = _options()
    began = time.monotonic()
    datasets = _data(options)
    if options.ceilings:
        for data in datasets:
            show_ceilings(data, options.block)
        return
    figures = Measuring(_setup(options), options.block).all(datasets, _list(options.only) or PROTOCOLS)
    seconds = round(time.monotonic() - began)
    measured = plain(
        {"machine": machine(), "setup": _setup_fields(options), "data": figures, "seconds": seconds}
    )
    show(measured)
    if options.page:
        rewrite(options.page, measured)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=1))


class Measuring:
    """The first model is trained once; every data set starts with a copy of it."""

    def __init__(self, setup: Setup, block: float = BLOCK) -> None:
        self._setup, self._block = setup, block
        self._first: Product | None = None
        self._shipped: list[Any] | None = None

    def all(self, datasets: list[Dataset], only: tuple[str, ...]) -> dict[str, Any]:
        return {data.name: self.one(data, only) for data in datasets}

    def one(self, data: Dataset, only: tuple[str, ...]) -> dict[str, Any]:
        measured: dict[str, Any] = {"about": about(data), "rows": len(data.examples)}
        if "cold" in only and data.accepted and "lexicon" not in self._setup.without:
            measured["cold"] = self._timed(
                data,
                "cold",
                lambda: of_cold(
                    cold(data, self.first(), self._answers_of_shipped), data, vocabulary(self._setup.lexicon)
                ),
            )
        if len(data.examples) < LEAST_ROWS:
            return measured
        if "replay" in only and data.dated:
            measured["replay"] = self._timed(data, "replay", lambda: of_replay(self._replay(data), data))
        if "chronological" in only:
            name, way = ("chronological", chronological) if data.dated else ("random", shuffled)
            measured[name] = self._timed(data, name, lambda: of_split(way(data, self._owner()), data))
        return measured

    def _replay(self, data: Dataset) -> Run:
        return replay(data, self._owner(), self._progress(data), block_share=self._block)

    def first(self) -> Product:
        """The product with the first model."""
        if self._first is None:
            self._first = Product(self._setup)
            if "lexicon" not in self._setup.without:
                self._first.train()
        return self._first

    def _owner(self) -> Product:
        return Product(self._setup, self.first().store().copy())

    def _answers_of_shipped(self, examples: Sequence[Example]) -> Baselines:
        """The answers of baselines with the same shipped knowledge."""
        if self._shipped is None:
            names, rows = (shipped_examples(self._setup.lexicon, brands=all_) for all_ in (True, False))
            self._shipped = [baseline().fit(names if baseline is Lookup else rows) for baseline in BASELINES]
        return {baseline.name: baseline.answer(examples) for baseline in self._shipped}

    def _timed(self, data: Dataset, name: str, measure: Any) -> dict[str, Any]:
        began = time.monotonic()
        print(f"{data.name}: {name} …", file=sys.stderr, flush=True)
        return {**measure(), "seconds": round(time.monotonic() - began, 1)}

    def _progress(self, data: Dataset) -> Any:
        def show_progress(share: float) -> None:
            print(f"\r{data.name}: replay, {share:.0%} ", end="", file=sys.stderr, flush=True)

        return show_progress


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality")
    parser.add_argument("--data", type=Path, help="a directory of CSV files in the normalized form")
    parser.add_argument("--files", default="", help="only these, by their names without .csv: a,b")
    parser.add_argument("--only", default="", help=f"only these protocols, of {','.join(PROTOCOLS)}")
    parser.add_argument("--json", type=Path, help="write all figures here")
    parser.add_argument("--page", type=Path, help="rewrite the figures between the marks of this file")
    parser.add_argument("--block", type=float, default=BLOCK, help="the share of a block in replay, 0..1")
    parser.add_argument("--search", action="store_true", help="try every candidate at each training")
    parser.add_argument("--without", default="", help=f"disable some of {','.join(PARTS)}")
    parser.add_argument("--ceilings", action="store_true", help="only show upper limits of the accuracy")
    parser.add_argument("--auto-precision", type=float, default=0.95)
    options = parser.parse_args()
    for names, known in ((options.only, PROTOCOLS), (options.without, PARTS)):
        if wrong := set(_list(names)) - set(known):
            parser.error(f"{', '.join(sorted(wrong))}: choose from {', '.join(known)}.")
    return options


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _setup(options: argparse.Namespace) -> Setup:
    return Setup(options.auto_precision, options.search, frozenset(_list(options.without)))


def _setup_fields(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "data": str(options.data) if options.data else "generated",
        "search": "all" if options.search else "only the first",
        "block": options.block,
        "without": list(_list(options.without)),
        "auto_precision": options.auto_precision,
    }


def _data(options: argparse.Namespace) -> list[Dataset]:
    if options.data is None:
        print("DATA is not set, so the transactions are generated: these are figures of made-up data.")
        return [generate()]
    if not options.data.is_dir():
        raise SystemExit(f"{options.data} is not a directory.")
    datasets, ignored = read_folder(options.data, _list(options.files))
    if ignored:
        print(f"Ignored, because not in the normalized form: {', '.join(ignored)}.")
    if not datasets:
        raise SystemExit(f"{options.data} has no CSV file in the normalized form.")
    return datasets


if __name__ == "__main__":
    main()
