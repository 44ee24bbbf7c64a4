"""Check the project's tables and pack them with the brands into the shipped lexicon: `make lexicon`.

Development only, offline: the brands come from brands.csv.gz, written by `name_suggestion_index.py`. Equal
tables give a byte-identical file.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from src.components.text.cleaning import clean_text
from src.knowledge.lexicon_files import read_csv
from src.knowledge.name_suggestion_index import BRANDS, packed_csv

HERE = Path(__file__).parent
TABLES = HERE / "lexicon"
PACKED = HERE / "lexicon.csv.gz"
COLUMNS = ("phrase", "category", "kind", "countries", "type")
KINDS = ("merchant", "brand", "statement", "word")
"""Entries of the name-suggestion-index are of the kind `brand`."""

Entry = dict[str, str]


def main() -> int:
    entries = read_tables(TABLES)
    errors = list(errors_in(entries, slugs(), types()))
    if errors:
        print("\n".join(errors), file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    brands = list(without_listed(entries, read_brands(BRANDS)))
    PACKED.write_bytes(packed([*entries, *brands]))
    print(f"{len(entries)} own entries, {len(brands)} brands, {PACKED.stat().st_size / 1024:.0f} kB")  # noqa: T201
    return 0


def slugs() -> list[str]:
    return [row["slug"] for row in read_csv(HERE / "categories.csv")]


def types() -> dict[str, str]:
    """The category of each type."""
    return {row["type"]: row["category"] for row in read_csv(HERE / "types.csv")}


def read_tables(folder: Path) -> list[Entry]:
    """Every row of every `<slug>.csv`; the file name is the category."""
    paths = sorted(folder.glob("*.csv"))
    return [{**row, "category": path.stem} for path in paths for row in read_csv(path)]


def read_brands(path: Path) -> Iterator[Entry]:
    for row in csv.DictReader(gzip.decompress(path.read_bytes()).decode().splitlines()):
        yield {**row, "kind": "brand"}


def without_listed(own: Iterable[Entry], brands: Iterable[Entry]) -> Iterator[Entry]:
    """The brands that are not in the project's own tables, which take precedence."""
    listed = {clean_text(entry["phrase"]) for entry in own}
    return (brand for brand in brands if brand["phrase"] not in listed)


def errors_in(
    entries: Iterable[Entry], known: Iterable[str], types: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """One sentence per error."""
    seen: dict[str, str] = {}
    allowed = set(known)
    for entry in entries:
        phrase, category = entry["phrase"], entry["category"]
        if category not in allowed:
            yield f"{category}.csv: there is no such category."
        if not phrase or phrase != " ".join(phrase.lower().split()):
            yield f"{category}.csv: {phrase!r} is not in lower case with single spaces."
        if entry["kind"] not in KINDS:
            yield f"{category}.csv: {phrase!r} has the unknown kind {entry['kind']!r}."
        if entry.get("type") and types.get(entry["type"]) != category:
            yield f"{category}.csv: {phrase!r} has the type {entry['type']!r}, which types.csv lacks for it."
        if seen.setdefault(clean_text(phrase) or phrase, category) != category:
            yield f"{category}.csv: {phrase!r} is also in another table once it is cleaned."


def packed(entries: Iterable[Entry]) -> bytes:
    """One gzipped CSV, sorted, each phrase once."""
    unique = {entry["phrase"]: entry for entry in entries}
    return packed_csv(COLUMNS, (unique[phrase] for phrase in sorted(unique)))


if __name__ == "__main__":
    sys.exit(main())
