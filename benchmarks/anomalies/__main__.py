"""Measure what is found of injected anomalies: tables in Markdown to stdout.

The anomalies are in the last third of each ledger, 1 % of its payments. False alarms are of the untouched
ledger.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

import numpy as np
from sklearn.metrics import average_precision_score

from benchmarks.anomalies.simulated import simulate
from benchmarks.quality.data import Dataset, read_folder
from src.components.anomalies import forest as forests
from src.components.anomalies.amounts import Forest, find_amounts, score
from src.components.anomalies.duplicates import find_duplicates
from src.components.anomalies.injection import Injected, inject_duplicates, inject_factors
from src.components.anomalies.judge import forest_of, train
from src.components.anomalies.residuals import residuals
from src.domain.anomalies import Spending
from src.domain.categories import Flow, flow_of
from src.knowledge.lexicon_files import Knowledge

_DATED = ("us_mint_kt", "in_household", "us_kaggle_mint806", "in_myexpenses")
_SHARE, _LEAST, _ROUNDS = 0.01, 8, 3
_FACTOR = 5.0


class Measured(NamedTuple):
    name: str
    months: float
    payments: int
    alarms: float
    """A month, of amounts and duplicates."""
    times_5: float
    """Recall of payments of which the amount was multiplied by 5, at merchants with history."""
    within_5: float
    """Share of these that are not above all other payments of the merchant."""
    beyond_5: float
    """Recall of those that are."""
    usual_5: float
    """Recall of 5 times the usual amount of the merchant."""
    times_3: float
    duplicates: float
    """Recall of repeated payments that are at least as large as four in ten."""
    first: float
    """Recall of first payments at a merchant, of 5 times the 95 % quantile of all amounts."""
    combined: float
    thresholds: float
    forest: float
    """Average precision, also where a training refuses the forest."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.anomalies", description=__doc__)
    parser.add_argument("folder", type=Path, help="with CSV files in the normalized form")
    parser.add_argument("--simulated", type=int, default=8, help="number of simulated ledgers")
    options = parser.parse_args()
    datasets, _ = read_folder(options.folder, _DATED)
    real = [measure(data.name, spending_of(data)) for data in datasets]
    made = [measure(f"simulated {seed}", simulate(seed)) for seed in range(options.simulated)]
    _show(real)
    _show([_mean("mean of the simulated", made)])


def spending_of(data: Dataset) -> list[Spending]:
    """Of the most frequent currency, by the owner's categories; without transfers and savings."""
    groups = {category.slug: category.group for category in Knowledge().categories}
    payments = []
    for number, example in enumerate(data.examples):
        slugs = sorted(data.accepted.get(example.category, ()))
        slug = "transfer" if "transfer" in slugs else next(iter(slugs), example.category)
        entry = example.transaction
        is_spent = flow_of(groups.get(slug), entry.direction) == (Flow.SPENT, 1)
        if is_spent and entry.amount > 0:
            units = max(1, round(entry.amount * 100))
            about = (entry.currency, entry.merchant, slug, entry.mode)
            payments.append(Spending(f"{number:06}", entry.date, units, *about))
    currency = Counter(payment.currency for payment in payments).most_common(1)[0][0]
    return [payment for payment in payments if payment.currency == currency]


def measure(name: str, payments: Sequence[Spending]) -> Measured:
    months = ((payments[-1].date - payments[0].date).days + 1) / 30.44
    trained = train(payments, seed=1)
    columns = trained[1].columns if trained and trained[1].accepted else None
    anomalies, _ = find_amounts(payments, _forest(payments, columns))
    alarms = len(anomalies) + len(find_duplicates(payments))
    rounds = [_round(payments, columns, seed) for seed in range(_ROUNDS)]
    return Measured(
        name, months, len(payments), alarms / months, *(mean(values) for values in zip(*rounds, strict=True))
    )


def _round(payments: Sequence[Spending], columns: Sequence[str] | None, seed: int) -> tuple[float, ...]:
    last = np.arange(len(payments)) >= 2 * len(payments) // 3
    known = np.flatnonzero(last & residuals(payments).at_merchant)
    count = max(_LEAST, round(_SHARE * len(payments)))
    times_5 = inject_factors(payments, known, count, [_FACTOR], seed=seed)
    usual_5 = _usual(payments, times_5)
    times_3 = inject_factors(payments, known, count, [3.0], seed=seed)
    is_within = _is_within(payments, times_5)
    is_unusual = score(times_5.payments, _forest(times_5.payments, columns)).is_unusual[times_5.is_injected]
    return (
        float(is_unusual.mean()),
        float(is_within.mean()),
        float(is_unusual[~is_within].mean()),
        *(_recall(one, _forest(one.payments, columns)) for one in (usual_5, times_3)),
        _duplicate_recall(payments, last, count, seed),
        _first_recall(payments, last, count, seed),
        *_precisions(times_5, _forest(times_5.payments, forests.AMOUNTS)),
    )


def _forest(payments: Sequence[Spending], columns: Sequence[str] | None) -> Forest | None:
    """columns: that a training of the untouched ledger chose; None if it refused the forest."""
    if columns is None:
        return None
    measured = residuals(payments)
    return forest_of(forests.fit(forests.columns(measured, columns)[measured.at_merchant], seed=1), columns)


def _recall(injected: Injected, forest: Forest | None) -> float:
    return float(score(injected.payments, forest).is_unusual[injected.is_injected].mean())


def _is_within(payments: Sequence[Spending], injected: Injected) -> np.ndarray:
    """Of the injected ones: whether another payment of the untouched ledger at the merchant is as large."""
    return np.array(
        [
            any(
                other.merchant == payments[position].merchant
                and other.amount >= injected.payments[position].amount
                for other in (*payments[:position], *payments[position + 1 :])
            )
            for position in np.flatnonzero(injected.is_injected).tolist()
        ]
    )


def _usual(payments: Sequence[Spending], injected: Injected) -> Injected:
    """The same payments, with five times the usual amount of their merchant."""
    changed = list(payments)
    for position in np.flatnonzero(injected.is_injected).tolist():
        payment = payments[position]
        others = [other.amount for other in payments if other.merchant == payment.merchant]
        changed[position] = replace(payment, amount=round(_FACTOR * median(others)))
    return Injected(changed, injected.is_injected)


def _duplicate_recall(payments: Sequence[Spending], last: np.ndarray, count: int, seed: int) -> float:
    amounts = np.array([payment.amount for payment in payments])
    named = np.array([bool(payment.merchant) for payment in payments])
    among = np.flatnonzero(last & named & (amounts >= np.quantile(amounts, 0.4)))
    injected = inject_duplicates(payments, among, count, seed=seed)
    ids = {
        payment_id for anomaly in find_duplicates(injected.payments) for payment_id in anomaly.transaction_ids
    }
    copies = [injected.payments[position].id for position in np.flatnonzero(injected.is_injected)]
    return mean(copy in ids for copy in copies)


def _first_recall(payments: Sequence[Spending], last: np.ndarray, count: int, seed: int) -> float:
    """A tenth as many: they are rare."""
    amount = round(_FACTOR * float(np.quantile([payment.amount for payment in payments], 0.95)))
    chosen = np.random.default_rng(seed).choice(np.flatnonzero(last), max(2, count // 10), replace=False)
    new = [
        replace(payments[position], id=f"new {position}", merchant=f"never seen {position}", amount=amount)
        for position in chosen.tolist()
    ]
    anomalies, _ = find_amounts([*payments, *new], None)
    ids = {payment_id for anomaly in anomalies for payment_id in anomaly.transaction_ids}
    return mean(payment.id in ids for payment in new)


def _precisions(injected: Injected, forest: Forest | None) -> tuple[float, float, float]:
    measured = residuals(injected.payments)
    known = measured.at_merchant
    is_injected = injected.is_injected[known]
    by_thresholds = score(injected.payments, None).at_merchant[known]
    combined = score(injected.payments, forest).at_merchant[known]
    rows = forests.columns(measured, forests.AMOUNTS)[known]
    alone = forests.scores(forests.fit(rows, seed=1), rows)
    scores = (combined, by_thresholds, alone)
    return tuple(float(average_precision_score(is_injected, values)) for values in scores)  # type: ignore[return-value]


def _mean(name: str, measured: Sequence[Measured]) -> Measured:
    return Measured(name, *(mean(values) for values in zip(*(one[1:] for one in measured), strict=True)))


def _show(measured: Iterable[Measured]) -> None:
    print(
        "| ledger | payments, months | false alarms a month | 5× | within, found beyond | 5× the usual | 3× "
        "| duplicates | first payments | average precision: combined, thresholds, forest |\n|" + "---|" * 10
    )
    for one in measured:
        recalls = (one.usual_5, one.times_3, one.duplicates, one.first)
        precisions = ", ".join(f"{value:.2f}" for value in (one.combined, one.thresholds, one.forest))
        print(
            f"| {one.name} | {one.payments:,.0f}, {one.months:.0f} | {one.alarms:.2f} | "
            f"{one.times_5:.2f} | {one.within_5:.2f}, {one.beyond_5:.2f} | "
            + " | ".join(f"{value:.2f}" for value in recalls)
            + f" | {precisions} |"
        )
    print()


if __name__ == "__main__":
    main()
