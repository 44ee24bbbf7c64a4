"""A year of an invented person's transactions as a bank's CSV, for the demo."""

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
class Purchase:
    texts: tuple[str, ...]
    per_month: float
    low: float
    high: float
    mode: str = CARD


@dataclass(frozen=True)
class MonthlyPayment:
    text: str
    day: int
    amount: float
    varies: float = 0.0
    """The amount varies by up to this share."""


MONTHLY_PAYMENTS = (
    MonthlyPayment("ACME CORP PAYROLL DIRECT DEP", 27, 3200.0),
    MonthlyPayment("RENT MAPLE STREET APARTMENTS", 1, -1150.0),
    MonthlyPayment("CITY POWER AND LIGHT ELECTRIC BILL", 12, -78.0, 0.35),
    MonthlyPayment("VERIZON WIRELESS BILL PAYMENT", 9, -55.0),
    MonthlyPayment("NETFLIX.COM", 14, -15.49),
    MonthlyPayment("SPOTIFY USA", 18, -11.99),
    MonthlyPayment("PLANET FITNESS MONTHLY GYM", 5, -24.99),
    MonthlyPayment("GEICO AUTO INSURANCE", 20, -96.5),
    MonthlyPayment("TRANSFER TO SAVINGS ACCOUNT", 28, -300.0),
)
PURCHASES = (
    Purchase(("WHOLE FOODS MKT #{n}", "TRADER JOE'S #{n}", "KROGER #{n}", "ALDI {n}"), 7, 14, 130, DEBIT),
    Purchase(("SQ *BLUE DOOR COFFEE", "STARBUCKS STORE {n}", "SQ *CORNER BAKERY"), 6, 3, 14),
    Purchase(
        ("CHIPOTLE {n}", "TST* TULIP NOODLE BAR", "TST* HARBOUR GRILL", "DOORDASH*PIZZA ORBIT"), 5, 11, 75
    ),
    Purchase(("SHELL OIL {n}", "CHEVRON {n}"), 3, 25, 62),
    Purchase(("UBER *TRIP", "LYFT *RIDE", "METRO TRANSIT FARE {n}"), 4, 3, 34),
    Purchase(("AMZN MKTP US*{c}", "TARGET {n}", "PAYPAL *THREADWORKS"), 4, 9, 140),
    Purchase(("CVS/PHARMACY #{n}", "WALGREENS #{n}"), 1.5, 6, 48),
    Purchase(("HOME DEPOT {n}", "IKEA {n}"), 0.7, 15, 210),
    Purchase(("AMC THEATRES {n}", "STEAM PURCHASE", "CITY MUSEUM TICKETS"), 1.2, 9, 55),
    Purchase(("GREAT CLIPS {n}", "SEPHORA {n}"), 0.8, 18, 70),
    Purchase(("PETSMART # {n}", "MILL STREET VET CLINIC"), 0.8, 15, 140),
    Purchase(("DELTA AIR {n}", "MARRIOTT {n}", "AIRBNB * {c}"), 0.4, 110, 620),
    Purchase(("ATM WITHDRAWAL {n}",), 1, 40, 120, DEBIT),
    Purchase(("VENMO PAYMENT {n}",), 0.8, 10, 60, TRANSFER),
    Purchase(("RED CROSS DONATION", "GIFT SHOP ON ELM"), 0.4, 15, 80),
    Purchase(("DR SMITH DENTAL",), 0.2, 60, 240),
    Purchase(("BANK MONTHLY SERVICE FEE",), 0.3, 5, 12, TRANSFER),
)


def year(until: date, currency: str, seed: int = 7) -> str:
    """CSV, oldest first, deterministic. Negative amounts are spending. currency: ISO 4217."""
    draw = random.Random(seed)  # noqa: S311
    days = [until - timedelta(days=back) for back in range(DAYS)]
    rows = sorted([*_monthly_payments(days, draw), *_purchases(days, draw)])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADING)
    writer.writerows(
        (day.isoformat(), description, f"{amount:.2f}", currency, mode)
        for day, description, amount, mode in rows
    )
    return text.getvalue()


def _monthly_payments(days: list[date], draw: random.Random) -> Iterator[tuple[date, str, float, str]]:
    for day in days:
        for payment in MONTHLY_PAYMENTS:
            if payment.day == day.day:
                amount = payment.amount * (1 + draw.uniform(-payment.varies, payment.varies))
                yield day, payment.text, round(amount, 2), TRANSFER


def _purchases(days: list[date], draw: random.Random) -> Iterator[tuple[date, str, float, str]]:
    for day in days:
        for purchase in PURCHASES:
            if draw.random() < purchase.per_month / 30:
                text, number = draw.choice(purchase.texts), draw.randint(1001, 9899)
                code = "".join(draw.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(6))
                text = text.format(n=number, c=code)
                share = draw.random() ** 2  # small amounts are more frequent
                amount = purchase.low + share * (purchase.high - purchase.low)
                yield day, text, -round(amount, 2), purchase.mode
