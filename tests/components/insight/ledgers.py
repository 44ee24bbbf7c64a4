"""Made-up ledgers: recurring payments that are known, beside shopping that only looks like them.

`python -m tests.components.insight.ledgers FIRST LAST` prints how many are found with these seeds.
"""

import random
import sys
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from src.components.insight.recurring import find_series
from src.domain.recurring import Interval, Payment, SeriesStatus

TODAY = date(2026, 3, 18)
BEGINS = date(2023, 4, 1)


@dataclass(frozen=True)
class Truth:
    """A recurring payment as it was made up."""

    merchant: str
    interval: Interval
    amount: int | None
    """None if it varies."""
    status: SeriesStatus = SeriesStatus.ACTIVE
    price_changes: int = 0
    missed: int = 0
    doubled: int = 0


class Ledger:
    """Payments by merchant, and the truth about them."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.payments = {}
        self.truths = []
        self._count = 0
        self._recurring()
        self._irregular()

    def pay(self, merchant, day, amount):
        if BEGINS <= day <= TODAY:
            self._count += 1
            payment = Payment(f"{self._count:024x}", day, max(1, round(amount)))
            self.payments.setdefault(merchant, []).append(payment)

    def _recurring(self):
        """Each kind some times over."""
        price = self._price
        for number in range(3):
            self.series(f"stream {number}", Interval.MONTHLY, price(499, 2499), steps=number)
            self.series(f"gym {number}", Interval.MONTHLY, price(1900, 8900), ended=number == 1)
            self.series(f"box {number}", Interval.WEEKLY, price(1500, 6000), ended=number == 2)
            self.series(f"cleaner {number}", Interval.BIWEEKLY, price(4000, 9000), steps=number % 2)
            self.series(f"water {number}", Interval.QUARTERLY, price(6000, 20000), missed=number % 2)
            self.series(f"insurer {number}", Interval.YEARLY, price(9000, 90000), steps=number)
            self.series(f"power {number}", Interval.MONTHLY, price(4000, 15000), spread=0.1 + 0.1 * number)
            self.series(f"phone {number}", Interval.MONTHLY, price(1500, 4500), doubled=number % 2)
        self.series("landlord", Interval.MONTHLY, price(60000, 200000), day=31, steps=1)
        self.series("employer", Interval.MONTHLY, price(200000, 500000), day=31, steps=1)
        self.series("late employer", Interval.BIWEEKLY, price(100000, 250000))
        self.series("gas works", Interval.QUARTERLY, price(8000, 30000), spread=0.2)
        self.series("club", Interval.MONTHLY, price(900, 3000), overdue=True)
        self.series("news", Interval.MONTHLY, price(900, 3000), missed=1, doubled=1)
        self.series("new service", Interval.MONTHLY, price(900, 3000), since=TODAY - timedelta(days=120))
        self.series("hourly wage", Interval.BIWEEKLY, price(60000, 120000), spread=0.08)
        self.series("abroad", Interval.MONTHLY, price(900, 3000), spread=0.02)
        self.series("telephone company", Interval.MONTHLY, 2900, day=4, spread=0.04)
        self.series("telephone company", Interval.MONTHLY, 6100, day=19, spread=0.02)
        # Two plans of one merchant, and one beside purchases.
        self.series("app store", Interval.MONTHLY, 299, day=5)
        self.series("app store", Interval.MONTHLY, 999, day=20)
        self.series("online shop", Interval.MONTHLY, 1499, steps=1)
        self.now_and_then("online shop", 12, 800, 9000)

    def _price(self, low, high):
        return self.random.randint(low // 100, high // 100) * 100 + self.random.choice((0, 49, 99))

    def series(self, merchant, interval, amount, **how):
        ended, overdue = how.get("ended"), how.get("overdue")
        last = TODAY - timedelta(days=self.random.randint(200, 400)) if ended else TODAY
        days = [day for day in self._days(interval, how.get("day"), how.get("since", BEGINS)) if day <= last]
        if overdue:
            days = days[:-1] if (TODAY - days[-1]).days < 12 else days
            while (TODAY - days[-1]).days > 55:
                days.append(days[-1] + timedelta(days=30))
            days = [day for day in days if (TODAY - day).days >= 40]
        skipped = set(self.random.sample(range(2, len(days) - 2), how.get("missed", 0)))
        twice = set(self.random.sample(sorted(set(range(2, len(days) - 2)) - skipped), how.get("doubled", 0)))
        changes = self._changes(len(days), how.get("steps", 0))
        for position, day in enumerate(days):
            if position in changes:
                amount = round(amount * self.random.uniform(1.05, 1.35))
            spread = how.get("spread", 0)
            paid = amount * max(0.3, self.random.gauss(1, spread)) if spread else amount
            if position not in skipped:
                self.pay(merchant, day, paid)
            if position in twice:
                self.pay(merchant, day, paid)
        status = SeriesStatus.ENDED if ended else SeriesStatus.MISSED if overdue else SeriesStatus.ACTIVE
        counts = len(changes), len(skipped), len(twice)
        self.truths.append(Truth(merchant, interval, None if how.get("spread") else amount, status, *counts))

    def _changes(self, count, steps):
        if not steps:
            return set()
        if count <= 4:
            return set(range(1, count)[:steps])
        parts = [count * (part + 1) // (steps + 1) for part in range(steps)]
        return set(parts)

    def _days(self, interval, nominal, since):
        """Booked on the next working day, and sometimes a day later."""
        if interval in (Interval.WEEKLY, Interval.BIWEEKLY):
            step = 7 if interval is Interval.WEEKLY else 14
            first = since + timedelta(days=self.random.randrange(step))
            nominals = [first + timedelta(days=step * number) for number in range(160)]
            return [day + timedelta(days=self.random.random() < 0.04) for day in nominals if day <= TODAY]
        months = {Interval.MONTHLY: 1, Interval.QUARTERLY: 3, Interval.YEARLY: 12}[interval]
        nominal = nominal or self.random.randint(1, 28)
        first = since.year * 12 + since.month - 1 + self.random.randrange(months)
        days = []
        for month in range(first, first + 48, months):
            year, position = divmod(month, 12)
            day = date(year, position + 1, min(nominal, monthrange(year, position + 1)[1]))
            while day.weekday() > 4:
                day += timedelta(days=1)
            days.append(day + timedelta(days=self.random.random() < 0.1))
        return [day for day in days if since <= day <= TODAY]

    def _irregular(self):
        for number in range(4):
            self.now_and_then(f"supermarket {number}", 3.5, 800, 12000)
            self.now_and_then(f"restaurant {number}", 25, 1500, 9000)
            self.now_and_then(f"clothes {number}", 45, 2000, 15000)
            self.now_and_then(f"fuel {number}", 11, 4000, 8000)
            self.now_and_then(f"coffee {number}", 2.5, 350, 350)
            self.now_and_then(f"bakery {number}", 7, 240, 980)
            self.now_and_then(f"tickets {number}", 6, 280, 280)
            self.now_and_then(f"pharmacy {number}", 30, 400, 6000)
            self.now_and_then(f"cinema {number}", 30, 1200, 1200)
            self.now_and_then(f"garden {number}", 120, 1500, 20000)
            self.now_and_then(f"hotel {number}", 200, 9000, 60000)
            self.about_every(f"barber {number}", 38, 9, (2500,))
            self.about_every(f"cash {number}", 16, 6, (5000, 10000, 20000))
            self.about_every(f"market {number}", 7, 0.7, range(1500, 7000))

    def now_and_then(self, merchant, mean_days, low, high):
        day = BEGINS
        while day <= TODAY:
            day += timedelta(
                days=max(0 if mean_days < 3 else 1, round(self.random.expovariate(1 / mean_days)))
            )
            self.pay(merchant, day, self.random.randint(low, high))

    def about_every(self, merchant, mean_days, deviation, amounts):
        day = BEGINS
        while day <= TODAY:
            day += timedelta(days=max(1, round(self.random.gauss(mean_days, deviation))))
            self.pay(merchant, day, self.random.choice(amounts))


class HarderLedger(Ledger):
    """Bills some days early or late, prices that change often, subscriptions through one processor."""

    def _recurring(self):
        price, day = self._price, self.random.randint
        for number in range(4):
            bill = self._some_days_off(day(4, 25))
            self._of_days(f"bill {number}", Interval.MONTHLY, bill, price(2000, 12000), spread=0.08 * number)
            plan = self._some_days_off(day(4, 25))
            self._of_days(f"plan {number}", Interval.MONTHLY, plan, price(800, 6000), steps=2 * number)
            last = self._days_of_month(31, self._before_a_weekend)
            self._of_days(f"office {number}", Interval.MONTHLY, last, price(90000, 300000), steps=number)
        for amount in (price(500, 900), price(1100, 1700), price(2100, 3400)):
            self._of_days("processor", Interval.MONTHLY, self._days_of_month(day(1, 28)), amount)
        self.now_and_then("processor", 9, 500, 9000)
        wage = price(90000, 200000)
        for nominal in (15, 31):
            self._of_days(
                "factory", Interval.MONTHLY, self._days_of_month(nominal, self._before_a_weekend), wage
            )
        self.series("wage", Interval.BIWEEKLY, price(90000, 200000), spread=0.04)

    def _of_days(self, merchant, interval, days, amount, *, steps=0, spread=0):
        changes = self._changes(len(days), steps)
        for position, day in enumerate(days):
            if position in changes:
                amount = round(amount * self.random.choice((0.9, 1.08, 1.2, 1.33)))
            self.pay(merchant, day, amount * max(0.35, self.random.gauss(1, spread)) if spread else amount)
        self.truths.append(Truth(merchant, interval, None if spread else amount, price_changes=len(changes)))

    def _days_of_month(self, nominal, moved=lambda day: day):
        first = BEGINS.year * 12 + BEGINS.month - 1
        months = (divmod(first + count, 12) for count in range(37))
        days = (
            moved(date(year, month + 1, min(nominal, monthrange(year, month + 1)[1])))
            for year, month in months
        )
        return [day for day in days if BEGINS <= day <= TODAY]

    def _some_days_off(self, nominal):
        return self._days_of_month(nominal, lambda day: day + timedelta(days=self.random.randint(-3, 3)))

    @staticmethod
    def _before_a_weekend(day):
        return day - timedelta(days=max(0, day.weekday() - 4))


@dataclass
class Score:
    """Counts over ledgers. A series counts if merchant, interval and price are right."""

    right: int = 0
    wrong: int = 0
    overlooked: int = 0
    same_state: int = 0
    """Of the right ones: whose status, price changes, and missed and doubled payments are right too."""

    @property
    def precision(self):
        return self.right / (self.right + self.wrong)

    @property
    def recall(self):
        return self.right / (self.right + self.overlooked)


def score(seeds, kind=Ledger):
    total = Score()
    for seed in seeds:
        ledger = kind(seed)
        series = [
            (merchant, one) for merchant, all_ in ledger.payments.items() for one in find_series(all_, TODAY)
        ]
        for truth in ledger.truths:
            if match := next((pair for pair in series if _is(truth, *pair)), None):
                series.remove(match)
                total.right += 1
                total.same_state += _state(match[1]) == (
                    truth.status,
                    truth.price_changes,
                    truth.missed,
                    truth.doubled,
                )
            else:
                total.overlooked += 1
        total.wrong += len(series)
    return total


def _is(truth, merchant, series):
    if merchant != truth.merchant or series.interval is not truth.interval:
        return False
    return truth.amount is None or series.amount == truth.amount


def _state(series):
    earlier = [day for day in series.missed if day < series.last_date]
    return series.status, len(series.price_changes), len(earlier), len(series.doubled)


if __name__ == "__main__":
    for kind in (Ledger, HarderLedger):
        result = score(range(int(sys.argv[1]), int(sys.argv[2]) + 1), kind)
        sys.stdout.write(f"{result}, precision {result.precision:.4f}, recall {result.recall:.4f}\n")
