"""What the project ships, read from `src/knowledge/`: the categories and the merchant lexicon."""

from __future__ import annotations

import csv
import gzip
import hashlib
from functools import cached_property

from src.config import ROOT
from src.domain import Category, Direction, Group, Habit, LexiconEntry

FOLDER = ROOT / "src" / "knowledge"


class Knowledge:
    """Read at first use, once; a web worker reads the categories only."""

    @cached_property
    def categories(self) -> tuple[Category, ...]:
        return tuple(
            Category(row["slug"], row["name"], Group(row["group"]), row["color"]) for row in self._table
        )

    @cached_property
    def sha256(self) -> str:
        """Of everything here that training learns from."""
        table = (FOLDER / "categories.csv").read_bytes()
        return hashlib.sha256(table + self._lexicon).hexdigest()

    def entries(self) -> list[LexiconEntry]:
        """Sorted by phrase. Some 35,000, five in six of them of the kind `brand`."""
        rows = csv.reader(gzip.decompress(self._lexicon).decode().splitlines())
        next(rows)  # the names of the columns
        return [LexiconEntry(phrase, category, kind) for phrase, category, kind, _ in rows]

    def habits(self) -> dict[str, Habit]:
        """By category."""
        return {
            row["slug"]: Habit(
                Direction(row["direction"]), float(row["low"]), float(row["high"]), float(row["share"])
            )
            for row in self._table
        }

    @cached_property
    def _table(self) -> list[dict[str, str]]:
        with (FOLDER / "categories.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    @cached_property
    def _lexicon(self) -> bytes:
        return (FOLDER / "lexicon.csv.gz").read_bytes()
