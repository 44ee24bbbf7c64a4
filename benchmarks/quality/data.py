"""Labelled transactions from CSV files in the normalized form, as the product would be given them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import cast

from src.domain.transactions import Direction, Transaction
from src.pipeline.prediction.predict import prepare

MAPS = "category_maps.json"
NEEDED = {"date", "description", "amount", "currency", "mode", "direction", "category"}

_INCOME, _TRANSFER = ("income", "credit"), "transfer"
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Example:
    """One transaction, prepared as the product prepares it, and what its owner called it."""

    transaction: Transaction
    category: str


@dataclass(frozen=True)
class Dataset:
    name: str
    examples: tuple[Example, ...]
    """By date where there is one; of the same day in the order of the file."""
    dated: bool
    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The owner's category -> the shipped categories that mean it; what is not in it is left out."""


def about(data: Dataset) -> str:
    """The data in words, without the name of the file."""
    currencies = Counter(each.transaction.currency for each in data.examples)
    categories = len({each.category for each in data.examples})
    said = f"{currencies.most_common(1)[0][0] or 'no currency'}, {len(data.examples):,} rows, "
    said += f"{categories} categories"
    if not data.dated:
        return f"{said}, no dates"
    first, last = (data.examples[place].transaction.date.year for place in (0, -1))
    return f"{said}, {first}" if first == last else f"{said}, {first} to {last}"


class NotInNormalForm(ValueError):
    """The file lacks columns."""


def read_folder(folder: Path, only: Iterable[str] = ()) -> tuple[list[Dataset], list[str]]:
    """The data sets of `folder`, and the names of files that are not in the normalized form.

    only: the stems of the files to read; none means all.
    """
    maps = json.loads((folder / MAPS).read_text()) if (folder / MAPS).exists() else {}
    wanted, found, left_out = set(only), [], []
    paths = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    if unknown := wanted - set(paths):
        raise SystemExit(f"{folder} has no file of the name: {', '.join(sorted(unknown))}.")
    for name, path in paths.items():
        if wanted and name not in wanted:
            continue
        try:
            found.append(read(path, maps.get(name, {})))
        except NotInNormalForm:
            left_out.append(name)
    return found, left_out


def read(path: Path, accepted: Mapping[str, str]) -> Dataset:
    """accepted: the owner's category -> the shipped ones that mean it, as `a|b`."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        if not set(rows.fieldnames or ()) >= NEEDED:
            raise NotInNormalForm(path.name)
        examples = [_example(row) for row in rows if row["category"].strip()]
    return dataset(path.stem, examples, accepted)


def dataset(name: str, examples: Iterable[Example], accepted: Mapping[str, str]) -> Dataset:
    found = tuple(examples)
    dated = bool(found) and all(each.transaction.date for each in found)
    if dated:
        found = tuple(sorted(found, key=lambda each: each.transaction.date))
    meant = {category: frozenset(slugs.split("|")) for category, slugs in accepted.items()}
    return Dataset(name, found, dated, meant)


def _example(row: Mapping[str, str]) -> Example:
    given = Transaction(
        description=row["description"].strip(),
        amount=_amount(row["amount"]),
        currency=row["currency"].strip(),
        # A transaction always has a date in the product; one that is missing here must not tell anything.
        date=cast(date, date.fromisoformat(row["date"][:10]) if row["date"].strip() else None),
        direction=_direction(row["direction"]),
        mode=row["mode"].strip() or None,
        subcategory=row.get("subcategory", "").strip() or None,
    )
    return Example(prepare(given), row["category"].strip())


def _amount(text: str) -> Decimal:
    """Without its sign; not a number where none is given."""
    try:
        return abs(Decimal(text.strip())).quantize(_CENT)
    except InvalidOperation:
        return Decimal("NaN")


def _direction(text: str) -> Direction:
    word = text.strip().lower()
    if word.startswith(_TRANSFER):
        return Direction.TRANSFER
    return Direction.INCOME if word.startswith(_INCOME) else Direction.EXPENSE
