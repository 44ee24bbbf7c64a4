"""Made-up spending: merchants with usual amounts over a year and a half."""

from datetime import date, timedelta

import numpy as np

from src.domain.anomalies import Spending

FIRST = date(2025, 1, 1)
MERCHANTS = {
    "corner shop": ("groceries", 30, 0.3, 90),
    "blue door": ("dining", 14, 0.3, 70),
    "city cab": ("transport", 11, 0.3, 50),
    "big store": ("shopping", 60, 0.35, 40),
    "power works": ("utilities", 80, 0.15, 18),
    "noodle bar": ("dining", 18, 0.25, 30),
}


def payment(number, day, amount, merchant="blue door", category="dining", **fields):
    about = {"currency": "USD", "account": None} | fields
    return Spending(f"{number:05}", day, round(amount * 100), merchant=merchant, category=category, **about)


def usual_year(seed=0, days=540):
    """No payment is more than twice the usual of its merchant."""
    random = np.random.default_rng(seed)
    payments = []
    for merchant, (category, middle, spread, count) in MERCHANTS.items():
        for offset in np.sort(random.integers(0, days, count)):
            amount = middle * np.exp(np.clip(random.normal(0, spread), -0.7, 0.7))
            day = FIRST + timedelta(days=int(offset))
            payments.append(payment(len(payments), day, amount, merchant, category))
    return payments
