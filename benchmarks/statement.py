"""A long bank statement of a made-up person, for measuring imports: seeded.

Only its structure is realistic: a few merchants are frequent and most are rare, half of the texts contain a
new number, and bills repeat to the cent.
"""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta

HEADING = ("Date", "Description", "Amount", "Currency", "Paid by", "Type of shop")
_FIRST_DAY = date(2016, 1, 4)
_DAYS = 3650
_MERCHANTS = 3000
_FIRST = (
    "grand little royal central golden silver green sunny quiet northern southern happy lucky modern "
    "classic crystal copper marble coastal alpine urban rustic velvet emerald scarlet hidden noble merry"
).split()
_SECOND = (
    "tulip orbit lantern maple cobalt juniper falcon willow amber pebble harbour meadow thistle beacon "
    "saffron orchid canyon raven clover summit ember heron indigo walnut badger cedar comet dahlia otter"
).split()
_KINDS = (
    ("market", "groceries", 6, 120),
    ("cafe", "eating out", 3, 25),
    ("grill", "eating out", 9, 70),
    ("pharmacy", "health", 4, 60),
    ("fuel", "car", 20, 80),
    ("hardware", "home", 8, 300),
    ("books", "shopping", 5, 60),
    ("hotel", "travel", 60, 600),
    ("cinema", "fun", 7, 40),
    ("energy", "bills", 30, 200),
)
_TOWNS = "SPRINGFIELD RIVERTON OAKDALE LAKESIDE HILLCREST".split()
_MODES = ("card", "debit card", "transfer")


def statement(rows: int, seed: int = 5) -> bytes:
    """CSV of `rows` transactions below a heading; one in 400 contains a card number."""
    draw = random.Random(seed)
    merchants = [_merchant(draw) for _ in range(_MERCHANTS)]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADING)
    for number in range(rows):
        day = _FIRST_DAY + timedelta(days=number * _DAYS // rows)
        name, shop, bill, low, high = merchants[int(draw.paretovariate(0.7)) % _MERCHANTS]
        amount = bill or round(draw.uniform(low, high), 2)
        text = _text(name, draw) if not bill else name
        writer.writerow((day, text, f"-{amount:.2f}", "EUR", draw.choice(_MODES), shop))
    return file.getvalue().encode()


def _merchant(draw: random.Random) -> tuple[str, str, float, float, float]:
    """Name, kind of shop, amount of each bill (0 if it varies), lowest and highest amount."""
    kind, shop, low, high = draw.choice(_KINDS)
    name = f"{draw.choice(_FIRST)} {draw.choice(_SECOND)} {kind} {draw.choice(_TOWNS)}".upper()
    bill = round(draw.uniform(low, high), 2) if draw.random() < 0.2 else 0.0
    return name, shop, bill, low, high


def _text(name: str, draw: random.Random) -> str:
    if draw.random() < 1 / 400:
        return f"{name} CARD 4111 1111 1111 1111"
    prefix = draw.choice(("", "", "", "SQ *", "POS "))
    return f"{prefix}{name} {draw.randint(0, 999_999):06}" if draw.random() < 0.5 else prefix + name
