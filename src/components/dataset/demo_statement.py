"""A year of a made-up person's transactions as a bank's CSV, to look around in before one has any."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAYS = 365
HEADING = ("Date", "Description", "Amount", "Currency", "Paid by")

CARD, DEBIT, TRANSFER = "Credit card", "Debit card", "Bank transfer"


@dataclass(frozen=True)
class Habit:
    """What is bought again and again."""

    texts: tuple[str, ...]
    a_month: float
    low: float
    high: float
    mode: str = CARD


@dataclass(frozen=True)
class Standing:
    """What comes or goes on the same day of each month."""

    text: str
    day: int
    amount: float
    varies: float = 0.0
    """By which share of it the amount varies."""


STANDING = (
    Standing("ACME CORP PAYROLL DIRECT DEP", 27, 3200.0),
    Standing("RENT MAPLE STREET APARTMENTS", 1, -1150.0),
    Standing("CITY POWER AND LIGHT ELECTRIC BILL", 12, -78.0, 0.35),
    Standing("VERIZON WIRELESS BILL PAYMENT", 9, -55.0),
    Standing("NETFLIX.COM", 14, -15.49),
    Standing("SPOTIFY USA", 18, -11.99),
    Standing("PLANET FITNESS MONTHLY GYM", 5, -24.99),
    Standing("GEICO AUTO INSURANCE", 20, -96.5),
    Standing("TRANSFER TO SAVINGS ACCOUNT", 28, -300.0),
)
HABITS = (
    Habit(("WHOLE FOODS MKT #{n}", "TRADER JOE'S #{n}", "KROGER #{n}", "ALDI {n}"), 7, 14, 130, DEBIT),
    Habit(("SQ *BLUE DOOR COFFEE", "STARBUCKS STORE {n}", "SQ *CORNER BAKERY"), 6, 3, 14),
    Habit(("CHIPOTLE {n}", "TST* TULIP NOODLE BAR", "TST* HARBOUR GRILL", "DOORDASH*PIZZA ORBIT"), 5, 11, 75),
    Habit(("SHELL OIL {n}", "CHEVRON {n}"), 3, 25, 62),
    Habit(("UBER *TRIP", "LYFT *RIDE", "METRO TRANSIT FARE {n}"), 4, 3, 34),
    Habit(("AMZN MKTP US*{c}", "TARGET {n}", "PAYPAL *THREADWORKS"), 4, 9, 140),
    Habit(("CVS/PHARMACY #{n}", "WALGREENS #{n}"), 1.5, 6, 48),
    Habit(("HOME DEPOT {n}", "IKEA {n}"), 0.7, 15, 210),
    Habit(("AMC THEATRES {n}", "STEAM PURCHASE", "CITY MUSEUM TICKETS"), 1.2, 9, 55),
    Habit(("GREAT CLIPS {n}", "SEPHORA {n}"), 0.8, 18, 70),
    Habit(("PETSMART # {n}", "MILL STREET VET CLINIC"), 0.8, 15, 140),
    Habit(("DELTA AIR {n}", "MARRIOTT {n}", "AIRBNB * {c}"), 0.4, 110, 620),
    Habit(("ATM WITHDRAWAL {n}",), 1, 40, 120, DEBIT),
    Habit(("VENMO PAYMENT {n}",), 0.8, 10, 60, TRANSFER),
    Habit(("RED CROSS DONATION", "GIFT SHOP ON ELM"), 0.4, 15, 80),
    Habit(("DR SMITH DENTAL",), 0.2, 60, 240),
    Habit(("BANK MONTHLY SERVICE FEE",), 0.3, 5, 12, TRANSFER),
)


def year(until: date, currency: str, seed: int = 7) -> str:
    """CSV, oldest first; the same for the same arguments. A minus is spending. currency: ISO 4217."""
    draw = random.Random(seed)  # noqa: S311
    rows = sorted([*_standing(until, draw), *_bought(until, draw)])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADING)
    writer.writerows(
        (day.isoformat(), said, f"{amount:.2f}", currency, mode) for day, said, amount, mode in rows
    )
    return text.getvalue()


def _days(until: date) -> Iterator[date]:
    return (until - timedelta(days=back) for back in range(DAYS))


def _standing(until: date, draw: random.Random) -> Iterator[tuple[date, str, float, str]]:
    for day in _days(until):
        for each in STANDING:
            if each.day == day.day:
                amount = each.amount * (1 + draw.uniform(-each.varies, each.varies))
                yield day, each.text, round(amount, 2), TRANSFER


def _bought(until: date, draw: random.Random) -> Iterator[tuple[date, str, float, str]]:
    for day in _days(until):
        for habit in HABITS:
            if draw.random() < habit.a_month / 30:
                text = draw.choice(habit.texts).format(n=draw.randint(1001, 9899), c=_code(draw))
                share = draw.random() ** 2  # most are small
                yield day, text, -round(habit.low + share * (habit.high - habit.low), 2), habit.mode


def _code(draw: random.Random) -> str:
    return "".join(draw.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(6))
