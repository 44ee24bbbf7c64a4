"""Checks our own tables and packs them, with the brands, into the one file that is read: `make lexicon`.

Development time only, and without a network: the brands are read from brands.csv.gz, which
`name_suggestion_index.py` wrote. Equal tables give an equal file, byte for byte.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from src.components.text.cleaning import clean_text
from src.knowledge.name_suggestion_index import BRANDS

HERE = Path(__file__).parent
TABLES = HERE / "lexicon"
PACKED = HERE / "lexicon.csv.gz"
COLUMNS = ("phrase", "category", "kind", "countries", "type")
KINDS = ("merchant", "brand", "statement", "word")
"""What comes from elsewhere is of the kind `brand`."""

Entry = dict[str, str]


def main() -> int:
    entries = list(read_tables(TABLES))
    faults = list(faults_of(entries, slugs(), types()))
    if faults:
        print("\n".join(faults), file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    brands = list(beside(entries, read_brands(BRANDS)))
    PACKED.write_bytes(packed([*entries, *brands]))
    print(f"{len(entries)} entries of ours, {len(brands)} brands, {PACKED.stat().st_size / 1024:.0f} kB")  # noqa: T201
    return 0


def slugs() -> list[str]:
    with (HERE / "categories.csv").open(newline="", encoding="utf-8") as file:
        return [row["slug"] for row in csv.DictReader(file)]


def types() -> dict[str, str]:
    """The category of each type."""
    with (HERE / "types.csv").open(newline="", encoding="utf-8") as file:
        return {row["type"]: row["category"] for row in csv.DictReader(file)}


def read_tables(folder: Path) -> Iterator[Entry]:
    """Every row of every `<slug>.csv`, the name of the file being its category."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                yield {**row, "category": path.stem}


def read_brands(path: Path) -> Iterator[Entry]:
    for row in csv.DictReader(gzip.decompress(path.read_bytes()).decode().splitlines()):
        yield {**row, "kind": "brand"}


def beside(own: Iterable[Entry], brands: Iterable[Entry]) -> Iterator[Entry]:
    """The brands of which our own tables say nothing; what is written there by hand wins."""
    taken = {clean_text(entry["phrase"]) for entry in own}
    return (brand for brand in brands if brand["phrase"] not in taken)


def faults_of(
    entries: Iterable[Entry], known: Iterable[str], types: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """One sentence per fault; none where the tables are sound."""
    seen: dict[str, str] = {}
    allowed = set(known)
    for entry in entries:
        phrase, category = entry["phrase"], entry["category"]
        if category not in allowed:
            yield f"{category}.csv: there is no category of this name."
        if not phrase or phrase != " ".join(phrase.lower().split()):
            yield f"{category}.csv: {phrase!r} is not in lower case with single spaces."
        if entry["kind"] not in KINDS:
            yield f"{category}.csv: {phrase!r} is of the unknown kind {entry['kind']!r}."
        if entry.get("type") and types.get(entry["type"]) != category:
            yield f"{category}.csv: {phrase!r} is of the type {entry['type']!r}, which types.csv lacks here."
        if seen.setdefault(clean_text(phrase) or phrase, category) != category:
            yield f"{category}.csv: {phrase!r} stands, once it is cleaned, in another table as well."


def packed(entries: Iterable[Entry]) -> bytes:
    """One CSV, sorted, each phrase once, deflated without a time stamp."""
    unique = {entry["phrase"]: entry for entry in entries}
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(unique[phrase] for phrase in sorted(unique))
    return gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0)


if __name__ == "__main__":
    sys.exit(main())
