"""Made-up ledgers: merchants with log-normal amounts, bills, price changes and rare purchases."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from src.domain.anomalies import Spending

_FIRST = date(2023, 1, 1)
_CATEGORIES = ("groceries", "dining", "transport", "shopping", "health", "utilities", "entertainment")


def simulate(seed: int) -> list[Spending]:
    """A ledger of one to four years."""
    random = np.random.default_rng(seed)
    days = int(random.integers(365, 1461))
    payments: list[Spending] = []

    def pay(merchant: str, category: str, day: int, amount: float) -> None:
        units = max(1, round(amount * 100))
        payments.append(
            Spending(
                f"{len(payments):06}", _FIRST + timedelta(days=day), units, "USD", merchant, category, None
            )
        )

    for number in range(int(random.integers(25, 60))):
        category = str(random.choice(_CATEGORIES))
        middle, spread = np.exp(random.normal(3.2, 0.8)), random.uniform(0.1, 0.7)
        for day in random.integers(0, days, int(random.pareto(1.1) * 6 + 1) * days // 365):
            pay(f"shop {number}", category, int(day), middle * np.exp(spread * random.standard_t(5)))
    for number in range(int(random.integers(4, 9))):
        price, varies, begins = np.exp(random.normal(3.5, 0.9)), random.random() < 0.4, random.integers(0, 28)
        for day in range(int(begins), days, 30):
            price *= 1.1 if random.random() < 0.03 else 1
            pay(f"bill {number}", "utilities", day, price * (random.normal(1, 0.12) if varies else 1))
    for number in range(days // 6):
        amount = np.exp(random.normal(3.3, 1.0))
        pay(f"rare {number}", str(random.choice(_CATEGORIES)), int(random.integers(0, days)), amount)
    return sorted(payments, key=lambda payment: (payment.date, payment.id))
