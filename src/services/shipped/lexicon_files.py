"""What the project ships, read from `src/knowledge/`: the categories and the merchant lexicon."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import defaultdict
from functools import cached_property

from src.config import ROOT
from src.domain.categories import Category, Group
from src.domain.lexicon import Habit, LexiconEntry
from src.domain.transactions import Direction

FOLDER = ROOT / "src" / "knowledge"


class Knowledge:
    """Read at first use, once; a web worker reads the categories only."""

    @cached_property
    def categories(self) -> tuple[Category, ...]:
        return tuple(
            Category(row["slug"], row["name"], Group(row["group"]), row["color"]) for row in self._table
        )

    @cached_property
    def search_words(self) -> dict[str, str]:
        """What else people call each shipped category, by slug; a list is searched by it."""
        return {row["slug"]: row["words"] for row in _read("category_words.csv")}

    @cached_property
    def sha256(self) -> str:
        """Of everything here that training learns from."""
        tables = [(FOLDER / name).read_bytes() for name in ("categories.csv", "processors.csv")]
        return hashlib.sha256(b"".join([*tables, self._lexicon])).hexdigest()

    def entries(self) -> list[LexiconEntry]:
        """Sorted by phrase. Some 77,000, a third of them of the kind `brand`."""
        rows = csv.reader(gzip.decompress(self._lexicon).decode().splitlines())
        next(rows)  # the names of the columns
        return [LexiconEntry(phrase, category, kind, type) for phrase, category, kind, _, type in rows]

    def habits(self) -> dict[str, Habit]:
        """By category."""
        return {
            row["slug"]: Habit(
                Direction(row["direction"]),
                float(row["low"]),
                float(row["high"]),
                float(row["share"]),
                float(row["unlisted"]),
                float(row["agreement"]),
                tuple(self._processors[row["slug"]]),
            )
            for row in self._table
        }

    @cached_property
    def _processors(self) -> dict[str, list[tuple[str, float]]]:
        """(prefix, share) by category."""
        found: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for row in _read("processors.csv"):
            found[row["category"]].append((row["prefix"], float(row["percent"]) / 100))
        return found

    @cached_property
    def _table(self) -> list[dict[str, str]]:
        return _read("categories.csv")

    @cached_property
    def _lexicon(self) -> bytes:
        return (FOLDER / "lexicon.csv.gz").read_bytes()


def _read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
