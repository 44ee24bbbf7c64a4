"""Dated ledgers as rows with what they count as, and their history by month."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.quality.data import MAPS, read
from src.components.forecast.origins import History
from src.domain.categories import Flow, flow_of
from src.domain.months import Coverage, month_of, months_between
from src.domain.recurring import MerchantPayments, Payment
from src.domain.transactions import Direction
from src.knowledge.lexicon_files import Knowledge


class Row(NamedTuple):
    date: date
    flow: Flow
    sign: int
    amount: float
    category: str
    merchant: str


class Ledger(NamedTuple):
    history: History
    merchants: list[MerchantPayments]
    categories: list[str]
    """Those of the series after total and income."""

    def targets(self, category: str | None, direction: Direction) -> Sequence[int]:
        if direction is Direction.INCOME:
            return (1,)
        return (0, 2 + self.categories.index(category or ""))


def read_rows(folder: Path, name: str) -> list[Row]:
    """Own categories count by the shipped ones that mean them, else by the direction."""
    groups = {category.slug: category.group for category in Knowledge().categories}
    meanings = json.loads((folder / MAPS).read_text()).get(name, {})
    rows = []
    for example in read(folder / f"{name}.csv", meanings).examples:
        paid = example.transaction
        group = groups.get(meanings.get(example.category, "").split("|")[0])
        flow, sign = flow_of(group, paid.direction)
        if paid.date and not paid.amount.is_nan():
            rows.append(Row(paid.date, flow, sign, float(paid.amount), example.category, paid.merchant))
    return sorted(rows, key=lambda row: row.date)


def ledger_of(rows: Sequence[Row]) -> Ledger:
    """Of the complete months."""
    begins, ends = rows[0].date, rows[-1].date
    coverage = Coverage(begins, ends, date.max)
    months = [
        month
        for month in months_between({month_of(row.date) for row in rows})
        if not coverage.is_partial(month)
    ]
    counted = [row for row in rows if row.flow in (Flow.SPENT, Flow.EARNED)]
    categories = sorted({row.category for row in counted if row.flow is Flow.SPENT})
    amounts = np.zeros((2 + len(categories), len(months)))
    positions = {month: position for position, month in enumerate(months)}
    by_merchant: dict[tuple[str, Flow], list[tuple[Payment, str]]] = defaultdict(list)
    for number, row in enumerate(counted):
        cents = round(row.amount * 100)
        if (position := positions.get(month_of(row.date))) is not None:
            targets = [0, 2 + categories.index(row.category)] if row.flow is Flow.SPENT else [1]
            amounts[targets, position] += row.sign * cents
        if row.sign > 0 and row.merchant:
            payment = Payment(str(number), row.date, cents)
            by_merchant[row.merchant, row.flow].append((payment, row.category))
    merchants = [
        MerchantPayments(
            merchant,
            "",
            Direction.EXPENSE if flow is Flow.SPENT else Direction.INCOME,
            *(tuple(column) for column in zip(*payments, strict=True)),
        )
        for (merchant, flow), payments in by_merchant.items()
        if len(payments) > 1
    ]
    return Ledger(History(tuple(months), amounts), merchants, categories)
