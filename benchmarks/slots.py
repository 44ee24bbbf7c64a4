"""Simulates six-hour slots: transactions arrive by date, a person answers, and models are trained.

It uses the real MongoDB, MLflow, slots, training runs and verdicts, in a data directory that
`DATA_DIR=… make run` can show afterwards.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.quality.data import Dataset, Example, read_folder
from benchmarks.quality.generated import generate
from src import logs, training_commands
from src.config import load_settings
from src.container import Container
from src.domain.categories import Category, Group
from src.domain.training_runs import TrainingRun
from src.domain.transactions import StoredTransaction
from src.errors import Conflict
from src.services.runs.due_runs import slot_of
from src.web.models.verdict_sentences import sentence

HOURS = 6
_AT_ONCE = 500


def main() -> None:
    options = _options()
    logs.set_up(form="text", level="WARNING")
    data = _data(options)
    Simulation(options.into, data, options.slots, random.Random(options.seed)).run()
    print(f"\nTo see it: DATA_DIR={options.into} CLOCK=off make run")


@dataclass
class Person:
    """Answers most questions and a few other rows, with rare errors."""

    draw: random.Random
    asked: float = 0.9
    """The share of rows that need review and get an answer."""
    unasked: float = 0.05
    """The share of the other rows that get an answer."""
    wrong: float = 0.01

    def answers(self, row: StoredTransaction, *, audited: bool) -> bool:
        return self.draw.random() < (self.asked if row.needs_review or audited else self.unasked)

    def category(self, truth: str, others: Sequence[str]) -> str:
        return self.draw.choice(others) if self.draw.random() < self.wrong else truth


class Simulation:
    def __init__(self, into: Path, data: Dataset, slots: int, draw: random.Random) -> None:
        self._now = datetime.now(UTC) - timedelta(hours=HOURS * slots)
        settings = load_settings(
            _env_file=None, data_dir=into, clock="off", retrain_every_hours=HOURS, mlflow_ui="off"
        )
        self._container = Container(settings, now=lambda: self._now)
        self._person, self._data, self._slots, self._draw = Person(draw), data, slots, draw
        self._slugs: dict[str, str] = {}

    def run(self) -> None:
        self._container.database.ensure_indexes()
        print(f"{'slot':>4} {'rows':>6} {'answers':>8} {'right':>7}  result of the run")
        self._train(0, 0, 0, 0)
        try:
            for slot, examples in enumerate(self._parts(), 1):
                rows, answers, right = self._live(examples)
                self._now += timedelta(hours=HOURS)
                self._train(slot, rows, answers, right)
        finally:
            self._container.stop()

    def _parts(self) -> Iterator[Sequence[Example]]:
        """Parts of equal size; the last slot has no rows."""
        every = self._data.examples
        size = -(-len(every) // (self._slots - 1))
        for start in range(0, len(every), size):
            yield every[start : start + size]
        yield ()

    def _live(self, examples: Sequence[Example]) -> tuple[int, int, int]:
        """Add the rows and answers of a slot; returns the numbers of rows, answers and right predictions."""
        answers = right = 0
        for start in range(0, len(examples), _AT_ONCE):
            part = examples[start : start + _AT_ONCE]
            at = self._now + timedelta(hours=HOURS * 0.9 * start / len(examples))
            rows = self._container.predictor.predict_and_keep(
                [example.transaction for example in part], source="import", at=at
            )
            for row, example in zip(rows, part, strict=True):
                truth = self._slug(example.category)
                right += row.prediction.alternatives[0].category == truth
                if self._person.answers(row, audited=False):
                    category = self._person.category(truth, sorted(self._container.categories.slugs()))
                    self._container.feedback.record(row.id, category, at=at + timedelta(minutes=1))
                    answers += 1
        return len(examples), answers, right

    def _slug(self, category: str) -> str:
        """The shipped category with the owner's meaning, else a new one."""
        if category not in self._slugs:
            meant = self._data.accepted.get(category)
            self._slugs[category] = sorted(meant)[0] if meant else self._own(category)
        return self._slugs[category]

    def _own(self, category: str) -> str:
        slug = re.sub(r"[^a-z0-9]+", "-", category.lower()).strip("-") or "unnamed"
        with suppress(Conflict):
            self._container.categories.add(Category(slug, category, Group.DISCRETIONARY, "#7a8b99"))
        return slug

    def _train(self, slot: int, rows: int, answers: int, right: int) -> None:
        self._container.slots.open(slot_of(self._now, HOURS))
        run = self._container.runs.claim(holder=self._container.holder, at=self._now)
        done = training_commands.train(self._container, run, holder=self._container.holder) if run else None
        self._container.champion.refresh()
        share = f"{right / rows:.1%}" if rows else "–"
        print(f"{slot:>4} {rows:>6,} {answers:>8,} {share:>7}  {_in_words(done)}", flush=True)


def _in_words(run: TrainingRun | None) -> str:
    if run is None:
        return "no run"
    return (
        sentence(run.decision.reason)
        if run.decision
        else (run.error or f"{run.status.value}: {sentence(run.reason)}")
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slots", description=__doc__)
    parser.add_argument("--data", type=Path, help="a directory of CSV files in the normalized form")
    parser.add_argument("--file", help="which of them, by its name without .csv")
    parser.add_argument("--into", type=Path, required=True, help="the data directory to fill; must not exist")
    parser.add_argument("--slots", type=int, default=12)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    if options.into.exists():
        parser.error(f"{options.into} exists already.")
    return options


def _data(options: argparse.Namespace) -> Dataset:
    if options.data is None:
        return generate()
    [dataset], _ = read_folder(options.data, [options.file])
    return dataset


if __name__ == "__main__":
    main()
