"""Made-up months of a household: the same habits each month, with the noise of a real one."""

import random
from collections import defaultdict
from decimal import Decimal

from src.domain.categories import Flow
from src.domain.insight import MonthSums

KINDS = {
    # category: purchases in a month, typical amount, spread of its logarithm
    "groceries": (12, 45, 0.5),
    "dining": (7, 22, 0.6),
    "transport": (6, 18, 0.7),
    "shopping": (2.5, 55, 0.9),
    "health": (0.8, 40, 0.9),
    "entertainment": (2, 25, 0.6),
    "personal-care": (1.2, 30, 0.4),
    "gifts": (0.5, 60, 0.7),
    "travel": (0.25, 350, 0.6),
    "education": (0.3, 80, 0.7),
    "pets": (1.5, 30, 0.4),
}
MERCHANTS = 6
"""Regular ones of each category; one purchase in six is at a new one."""


class Household:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.size = self.random.uniform(0.4, 3)
        self.kinds = {
            name: (count * self.random.uniform(0.5, 1.6), amount * self.size, spread)
            for name, (count, amount, spread) in KINDS.items()
            if self.random.random() < 0.85
        }
        self.rent = Decimal(round(900 * self.size))
        self.salary = Decimal(round(2600 * self.size))
        self.variable_salary = self.random.random() < 0.3

    def month(self, **changes):
        """Sums and spending by merchant. changes: how many times the usual purchases a category has."""
        random = self.random
        spent, merchants, purchases = defaultdict(Decimal), defaultdict(Decimal), defaultdict(int)

        def spend(category, amount, merchant):
            amount = Decimal(f"{amount:.2f}")
            spent[category] += amount
            merchants[merchant] += amount
            purchases[category] += 1

        spend("housing", self.rent, "landlord")
        spend("utilities", 90 * self.size * random.uniform(0.75, 1.25), "power")
        for category, (count, amount, spread) in self.kinds.items():
            count *= changes.get(category, 1)
            for _ in range(_poisson(random, count)):
                known = random.random() < 5 / 6
                number = random.randrange(MERCHANTS) if known else random.randrange(10**9)
                spend(category, amount * random.lognormvariate(0, spread), f"{category} {number}")
        earned = self.salary
        if self.variable_salary:
            earned = Decimal(f"{float(earned) * random.uniform(0.9, 1.15):.2f}")
        total = sum(spent.values(), Decimal(0))
        sums = MonthSums({Flow.SPENT: total, Flow.EARNED: earned}, dict(spent), dict(purchases))
        return sums, dict(merchants)

    def months(self, count):
        return [self.month() for _ in range(count)]


def _poisson(random, mean):
    left, count = random.expovariate(1), 0
    while left < mean:
        left += random.expovariate(1)
        count += 1
    return count
