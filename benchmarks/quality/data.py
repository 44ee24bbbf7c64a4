"""Labelled transactions from CSV files in the normalized form, as the product would receive them."""

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
    """One transaction, prepared as in the product, and the owner's category."""

    transaction: Transaction
    category: str


@dataclass(frozen=True)
class Dataset:
    name: str
    examples: tuple[Example, ...]
    """By date if all have one; within a day in file order."""
    dated: bool
    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The owner's category -> the shipped categories that mean it; other categories are ignored."""


def about(data: Dataset) -> str:
    """Describes the data without the name of the file."""
    currencies = Counter(example.transaction.currency for example in data.examples)
    categories = len({example.category for example in data.examples})
    text = f"{currencies.most_common(1)[0][0] or 'no currency'}, {len(data.examples):,} rows, "
    text += f"{categories} categories"
    if not data.dated:
        return f"{text}, no dates"
    first, last = (data.examples[index].transaction.date.year for index in (0, -1))
    return f"{text}, {first}" if first == last else f"{text}, {first} to {last}"


class NotInNormalForm(ValueError):
    """The file lacks columns."""


def read_folder(folder: Path, only: Iterable[str] = ()) -> tuple[list[Dataset], list[str]]:
    """The data sets of `folder`, and the names of files that are not in the normalized form.

    only: the stems of the files to read; none means all.
    """
    maps = json.loads((folder / MAPS).read_text()) if (folder / MAPS).exists() else {}
    wanted, datasets, ignored = set(only), [], []
    paths = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    if unknown := wanted - set(paths):
        raise SystemExit(f"{folder} has no file named {', '.join(sorted(unknown))}.")
    for name, path in paths.items():
        if wanted and name not in wanted:
            continue
        try:
            datasets.append(read(path, maps.get(name, {})))
        except NotInNormalForm:
            ignored.append(name)
    return datasets, ignored


def read(path: Path, accepted: Mapping[str, str]) -> Dataset:
    """accepted: the owner's category -> the shipped ones that mean it, as `a|b`."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        if not set(rows.fieldnames or ()) >= NEEDED:
            raise NotInNormalForm(path.name)
        examples = [_example(row) for row in rows if row["category"].strip()]
    return dataset(path.stem, examples, accepted)


def dataset(name: str, examples: Iterable[Example], accepted: Mapping[str, str]) -> Dataset:
    rows = tuple(examples)
    dated = bool(rows) and all(example.transaction.date for example in rows)
    if dated:
        rows = tuple(sorted(rows, key=lambda example: example.transaction.date))
    meant = {category: frozenset(slugs.split("|")) for category, slugs in accepted.items()}
    return Dataset(name, rows, dated, meant)


def _example(row: Mapping[str, str]) -> Example:
    transaction = Transaction(
        description=row["description"].strip(),
        amount=_amount(row["amount"]),
        currency=row["currency"].strip(),
        # A transaction always has a date in the product; one that is missing here must carry no information.
        date=cast(date, date.fromisoformat(row["date"][:10]) if row["date"].strip() else None),
        direction=_direction(row["direction"]),
        mode=row["mode"].strip() or None,
        subcategory=row.get("subcategory", "").strip() or None,
    )
    return Example(prepare(transaction), row["category"].strip())


def _amount(text: str) -> Decimal:
    """Without its sign; NaN for none."""
    try:
        return abs(Decimal(text.strip())).quantize(_CENT)
    except InvalidOperation:
        return Decimal("NaN")


def _direction(text: str) -> Direction:
    word = text.strip().lower()
    if word.startswith(_TRANSFER):
        return Direction.TRANSFER
    return Direction.INCOME if word.startswith(_INCOME) else Direction.EXPENSE
