"""Reads the shipped categories and the merchant lexicon: the files of this folder."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import defaultdict
from functools import cached_property
from pathlib import Path

from src.domain.categories import Category, CategoryProfile, Group, LexiconEntry
from src.domain.transactions import Direction

FOLDER = Path(__file__).parent


class Knowledge:
    """Each file is read once, at first use; web workers read only the categories."""

    @cached_property
    def categories(self) -> tuple[Category, ...]:
        return tuple(
            Category(row["slug"], row["name"], Group(row["group"]), row["color"]) for row in self._table
        )

    @cached_property
    def search_words(self) -> dict[str, str]:
        """Synonyms of each shipped category by slug, for searching."""
        return {row["slug"]: row["words"] for row in read_csv(FOLDER / "category_words.csv")}

    @cached_property
    def sha256(self) -> str:
        """Hash of everything here that training uses."""
        tables = [(FOLDER / name).read_bytes() for name in ("categories.csv", "processors.csv")]
        return hashlib.sha256(b"".join([*tables, self._lexicon])).hexdigest()

    def entries(self) -> list[LexiconEntry]:
        """Sorted by phrase. About 77,000, a third of the kind `brand`."""
        rows = csv.reader(gzip.decompress(self._lexicon).decode().splitlines())
        next(rows)  # header
        return [LexiconEntry(phrase, category, kind, type) for phrase, category, kind, _, type in rows]

    def category_profiles(self) -> dict[str, CategoryProfile]:
        """By category."""
        processors: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for row in read_csv(FOLDER / "processors.csv"):
            processors[row["category"]].append((row["prefix"], float(row["percent"]) / 100))
        numbers = ("low", "high", "share", "unlisted", "agreement")
        return {
            row["slug"]: CategoryProfile(
                Direction(row["direction"]),
                **{name: float(row[name]) for name in numbers},
                processors=tuple(processors[row["slug"]]),
            )
            for row in self._table
        }

    @cached_property
    def _table(self) -> list[dict[str, str]]:
        return read_csv(FOLDER / "categories.csv")

    @cached_property
    def _lexicon(self) -> bytes:
        return (FOLDER / "lexicon.csv.gz").read_bytes()


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
