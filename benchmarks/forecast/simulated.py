"""Simulated ledgers.

Rent, salary and subscriptions with price changes; purchases with a level, trend, season or step, one-offs,
and categories with few payments.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from benchmarks.forecast.ledgers import Row
from src.domain.categories import Flow
from src.domain.months import last_day, months_between

_FIRST_YEAR = 2021


def simulate(seed: int) -> list[Row]:
    """A ledger of 18 to 48 months, by date."""
    random = np.random.default_rng(seed)
    months = months_between([f"{_FIRST_YEAR}-01", _month(int(random.integers(18, 49)) - 1)])
    scale = float(np.exp(random.normal(0, 0.7)))
    rows = [*_recurring(random, months, scale), *_purchases(random, months, scale)]
    return sorted(rows, key=lambda row: row.date)


def _month(number: int) -> str:
    return f"{_FIRST_YEAR + number // 12}-{number % 12 + 1:02}"


def _recurring(random: np.random.Generator, months: list[str], scale: float) -> Iterator[Row]:
    items = [("rent", Flow.SPENT, 900.0), ("salary", Flow.EARNED, 2600.0), ("phone", Flow.SPENT, 25.0)]
    items += [(f"subscription {number}", Flow.SPENT, float(random.uniform(4, 60))) for number in range(4)]
    for name, flow, usual in items:
        begins = 0 if name in ("rent", "salary") else int(random.integers(0, len(months) // 2))
        ends = len(months) if random.random() < 0.8 else int(random.integers(begins, len(months)))
        ends = len(months) if name in ("rent", "salary") else ends
        day, price = int(random.integers(1, 28)), round(usual * scale * float(random.uniform(0.8, 1.2)), 2)
        varies = name == "salary" and random.random() < 0.4
        for month in months[begins:ends]:
            if random.random() < 0.03:
                price = round(price * float(random.uniform(1.03, 1.2)), 2)
            amount = price * float(random.normal(1, 0.04)) if varies else price
            moved = timedelta(days=int(random.integers(0, 3)))
            category = "subscriptions" if name.startswith("subscription") else name
            yield Row(
                date.fromisoformat(f"{month}-{day:02}") + moved, flow, 1, round(amount, 2), category, name
            )


def _purchases(random: np.random.Generator, months: list[str], scale: float) -> Iterator[Row]:
    for number in range(int(random.integers(8, 16))):
        kind = random.choice(["level", "trend", "season", "step", "sparse", "walk"])
        level = float(np.exp(random.normal(4.6, 0.9))) * scale
        per_month = (
            float(random.uniform(0.2, 1)) if kind == "sparse" else float(np.exp(random.normal(1.5, 0.6)))
        )
        spread, phase = float(random.uniform(0.3, 1.0)), float(random.uniform(0, 2 * np.pi))
        slope, step_at = float(random.normal(0, 0.015)), int(random.integers(3, len(months)))
        change = float(np.exp(random.normal(0, 0.6)))
        for position, month in enumerate(months):
            expected = level
            if kind == "trend":
                expected *= max(0.1, 1 + slope * position)
            elif kind == "season":
                expected *= 1 + 0.7 * np.sin(2 * np.pi * position / 12 + phase)
            elif kind == "step" and position >= step_at:
                expected *= change
            elif kind == "walk":
                level *= float(np.exp(random.normal(0, 0.08)))
            for _ in range(int(random.poisson(per_month))):
                amount = expected / per_month * float(np.exp(random.normal(-(spread**2) / 2, spread)))
                amount *= float(random.uniform(5, 20)) if random.random() < 0.01 else 1
                day = int(random.integers(1, last_day(month).day + 1))
                shop = f"shop {number} {int(random.integers(0, 4))}"
                yield Row(
                    date.fromisoformat(f"{month}-{day:02}"),
                    Flow.SPENT,
                    1,
                    round(amount, 2) + 0.01,
                    f"kind {number}",
                    shop,
                )
