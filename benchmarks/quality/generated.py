"""Made-up transactions, for running the benchmark without a file: seeded, so always the same.

Merchants appear over time, some are far more frequent than others, one belongs to several categories, and
some labels are wrong. This is enough to try the benchmark and to compare two versions of the code; only
real transactions show how good the predictions are.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from benchmarks.quality.data import Dataset, Example, dataset
from src.domain.transactions import Direction, Transaction
from src.pipeline.prediction.predict import prepare

FIRST_DAY = date(2023, 1, 2)
WRONG_LABELS = 0.02
"""The share of wrong labels."""

_ACCEPTED = {
    "Eating out": "dining",
    "Food shop": "groceries",
    "Getting around": "transport",
    "Trips": "travel",
    "Home and garden": "home",
    "Body and health": "health",
    "Clothes and things": "shopping",
    "Pets": "pets",
    "Fun": "entertainment",
}
_KINDS = {
    "Eating out": ("bakery cafe pizza noodles grill bistro burger sushi coffee diner", 4, 60),
    "Food shop": ("market supermarket grocery foods butcher greengrocer deli", 8, 120),
    "Getting around": ("fuel parking taxi metro petrol garage", 3, 80),
    "Trips": ("hotel airways hostel travel resort", 60, 600),
    "Home and garden": ("hardware furniture garden kitchens", 10, 300),
    "Body and health": ("pharmacy dental clinic optician", 6, 150),
    "Clothes and things": ("shoes fashion clothing electronics books", 10, 200),
    "Pets": ("pets veterinary", 10, 120),
    "Fun": ("cinema theatre bowling games museum", 5, 60),
}
_NAMES = (
    "tulip orbit lantern maple cobalt juniper falcon willow amber pebble harbour meadow copper thistle "
    "beacon saffron orchid marble canyon raven velvet clover summit ember quartz heron indigo walnut"
).split()
_TOWNS = "SPRINGFIELD RIVERTON OAKDALE LAKESIDE".split()
_BAZAAR = ("Clothes and things", "Food shop", "Home and garden")


def generate(rows: int = 1500, seed: int = 11) -> Dataset:
    draw = random.Random(seed)
    merchants = _merchants(draw)
    examples = [_row(number, rows, merchants, draw) for number in range(rows)]
    return dataset("generated", examples, _ACCEPTED)


def _merchants(draw: random.Random) -> list[tuple[str, str, float]]:
    """(name, category, the share of the period after which it first appears)."""
    merchants = []
    for category, (kinds, _, _) in _KINDS.items():
        for name in draw.sample(_NAMES, 14):
            kind = draw.choice(kinds.split())
            shown = f"{name} {kind}" if draw.random() < 0.7 else f"{name} {draw.choice(_NAMES)}"
            merchants.append((shown, category, max(0.0, draw.uniform(-0.6, 0.9))))
    draw.shuffle(merchants)
    return merchants


def _row(number: int, rows: int, merchants: list[tuple[str, str, float]], draw: random.Random) -> Example:
    met = [merchant for merchant in merchants if merchant[2] <= number / rows] or merchants[:1]
    name, category, _ = met[min(int(draw.expovariate(6 / len(met))), len(met) - 1)]
    if draw.random() < 0.05:
        name, category = "everything bazaar", draw.choice(_BAZAAR)
    low, high = _KINDS[category][1:]
    amount = Decimal(str(round((low * high) ** 0.5 * (high / low) ** draw.gauss(0, 0.25), 2)))
    label = draw.choice(list(_KINDS)) if draw.random() < WRONG_LABELS else category
    transaction = Transaction(
        description=_statement(name, draw),
        amount=amount,
        currency="EUR",
        date=FIRST_DAY + timedelta(days=number * 700 // rows),
        direction=Direction.EXPENSE,
        mode=draw.choice(("card", "cash", "transfer")),
    )
    return Example(prepare(transaction), label)


def _statement(name: str, draw: random.Random) -> str:
    """The name as banks print it."""
    text = f"{draw.choice(('', '', 'SQ *', 'POS '))}{name.upper()}"
    if draw.random() < 0.5:
        text += f" {draw.randint(10, 9999):04}"
    return f"{text} {draw.choice(_TOWNS)}" if draw.random() < 0.4 else text
