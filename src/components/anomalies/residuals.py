"""How far each payment is from what is usual: at its merchant, or if that has too few, in its category or of
all.

Everything is in logarithms of amounts, so that a factor counts the same for small and large ones. A payment
is compared with the others, never with itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from src.domain.anomalies import LEAST_IN_ALL, LEAST_IN_CATEGORY, LEAST_PAYMENTS, Spending

_UPPER = 0.9
"""The quantile of the upper spread: what is above the median by this much is still usual."""
_SHRUNK = 5.0
"""Payments that the spread of the category counts as."""
_CATEGORY_SHRUNK = 10.0
_LEAST_SPREAD = 0.3
_MAD = 1.4826
"""Times the median deviation is the standard deviation of a normal distribution."""
_FOLDS = np.log([3, 4, 5, 6, 8, 12])
_BACKGROUND = 0.003
"""Density of amounts that nothing explains."""
_NEWEST = 200
"""Payments of a merchant that a density is made of."""
_GRID = np.arange(-8, 8.01, 0.1)
_SMOOTH = 0.25


@dataclass(frozen=True)
class Residuals:
    """Of each payment; arrays of shape (n_payments,)."""

    others: np.ndarray
    """Other payments of the merchant."""
    others_in_category: np.ndarray
    """Other payments in the category."""
    center: np.ndarray
    """Logarithm of the usual amount."""
    excess: np.ndarray
    """Distance above the usual amount, in upper spreads: of the merchant, shrunk to that of the category."""
    fold: np.ndarray
    """Logarithm of how much likelier the amount is as a multiple of a usual one than as a usual one;
    0 if it is not."""
    gap: np.ndarray
    """Distance of the days since the payment before from the median of the merchant, as a logarithm."""
    weekday: np.ndarray
    """Minus the logarithm of the share of the merchant's other payments on this day of the week."""

    @property
    def at_merchant(self) -> np.ndarray:
        """Whether the merchant has enough other payments."""
        enough: np.ndarray = self.others >= LEAST_PAYMENTS
        return enough

    @property
    def in_category(self) -> np.ndarray:
        """Whether the category has enough."""
        enough: np.ndarray = self.others_in_category >= LEAST_IN_CATEGORY
        return enough

    @property
    def elsewhere(self) -> np.ndarray:
        """Whether only the category has enough, or only all payments together."""
        return np.asarray(~self.at_merchant & (self.in_category | (len(self.others) > LEAST_IN_ALL)))


def residuals(payments: Sequence[Spending]) -> Residuals:
    """payments: of one currency, in any order."""
    amounts = np.log(np.array([payment.amount for payment in payments], dtype=float))
    days = np.array([payment.date.toordinal() for payment in payments])
    merchants = _groups([payment.merchant for payment in payments])
    merchants.pop("", None)
    categories = _groups([payment.category for payment in payments])
    own = _own_statistics(amounts, merchants)
    shared = _category_statistics(amounts, own, categories)
    known = own.others > 0
    weight = own.others / (own.others + 1)
    center = weight * np.where(known, own.median, 0) + (1 - weight) * shared.median
    upper = (own.others * np.where(known, own.upper, 0) + _SHRUNK * shared.upper) / (own.others + _SHRUNK)
    spread = upper + _LEAST_SPREAD + (1 - weight) * shared.breadth
    excess = (amounts - center) / spread
    fold = _fold(amounts, days, merchants, own, shared)
    timing = _timing(days, merchants)
    return Residuals(own.others, shared.others, center, np.maximum(excess, 0), fold, *timing)


def _groups(keys: Sequence[Hashable]) -> dict[Hashable, np.ndarray]:
    positions: dict[Hashable, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        positions[key].append(position)
    return {key: np.array(members) for key, members in positions.items()}


@dataclass(frozen=True)
class _Own:
    """Of the other payments of each payment's merchant; nan without any."""

    others: np.ndarray
    median: np.ndarray
    deviation: np.ndarray
    upper: np.ndarray
    """From the median to the upper quantile."""
    residual: np.ndarray
    """From the median of all payments of the merchant; nan if it has too few."""


def _own_statistics(amounts: np.ndarray, merchants: dict[Hashable, np.ndarray]) -> _Own:
    count = len(amounts)
    others, median, deviation, upper, residual = np.zeros(count), *np.full((4, count), np.nan)
    for members in merchants.values():
        others[members] = len(members) - 1
        if len(members) < 2:
            continue
        ordered = members[np.argsort(amounts[members], kind="stable")]
        values = amounts[ordered]
        middle = np.median(values)
        median[ordered] = without_each(values, 0.5)
        upper[ordered] = without_each(values, _UPPER) - median[ordered]
        away = np.abs(values - middle)
        by_distance = np.argsort(away, kind="stable")
        deviation[ordered[by_distance]] = _MAD * without_each(away[by_distance], 0.5)
        if len(members) > LEAST_PAYMENTS:
            residual[ordered] = values - middle
    return _Own(others, median, deviation, upper, residual)


def without_each(ordered: np.ndarray, quantile: float) -> np.ndarray:
    """The quantile of the other values, for each of `ordered` (ascending, at least two)."""
    positions = np.arange(len(ordered))
    at = quantile * (len(ordered) - 2)
    lower, share = int(at), at - int(at)

    def other(rank: int) -> np.ndarray:
        return np.asarray(
            np.where(positions <= rank, ordered[min(rank + 1, len(ordered) - 1)], ordered[rank])
        )

    return other(lower) * (1 - share) + other(min(lower + 1, len(ordered) - 2)) * share


@dataclass(frozen=True)
class _Shared:
    """Of each payment's category, shrunk to all payments."""

    others: np.ndarray
    median: np.ndarray
    breadth: np.ndarray
    """From the median of the category to its upper quantile."""
    upper: np.ndarray
    """From the median of a merchant to its upper quantile."""
    densities: list[tuple[np.ndarray, np.ndarray]]
    """(payments, density of what is usual around the median of a merchant, on `_GRID`)."""


def _category_statistics(amounts: np.ndarray, own: _Own, categories: dict[Hashable, np.ndarray]) -> _Shared:
    pool = own.residual[~np.isnan(own.residual)]
    all_upper = float(np.quantile(pool, _UPPER)) if len(pool) else 0.7
    all_density = _density(pool)
    middle = float(np.median(amounts))
    breadth_of_all = float(np.quantile(amounts, _UPPER)) - middle
    others, median, breadth, upper = np.zeros((4, len(amounts)))
    densities = []
    for members in categories.values():
        values, around = amounts[members], own.residual[members]
        around = around[~np.isnan(around)]
        size, known = len(members), len(around)
        center = float(np.median(values))
        others[members] = size - 1
        median[members] = (size * center + _SHRUNK * middle) / (size + _SHRUNK)
        wide = float(np.quantile(values, _UPPER)) - center
        breadth[members] = (size * wide + _SHRUNK * breadth_of_all) / (size + _SHRUNK)
        own_upper = float(np.quantile(around, _UPPER)) if known else 0.0
        upper[members] = (known * own_upper + _CATEGORY_SHRUNK * all_upper) / (known + _CATEGORY_SHRUNK)
        density = known * _density(around) + 2 * _CATEGORY_SHRUNK * all_density
        densities.append((members, density / (known + 2 * _CATEGORY_SHRUNK)))
    return _Shared(others, median, breadth, upper, densities)


def _density(values: np.ndarray) -> np.ndarray:
    """On `_GRID`, smoothed."""
    counts, _ = np.histogram(values, bins=np.append(_GRID - 0.05, _GRID[-1] + 0.05))
    if not counts.sum():
        return np.zeros(len(_GRID))
    kernel = np.exp(-0.5 * (np.arange(-10, 11) * 0.1 / _SMOOTH) ** 2)
    density: np.ndarray = np.convolve(counts / counts.sum(), kernel / kernel.sum(), mode="same") / 0.1
    return density


def _timing(days: np.ndarray, merchants: dict[Hashable, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    gap, weekday = np.zeros(len(days)), np.full(len(days), np.log(7))
    for members in merchants.values():
        if len(members) > LEAST_PAYMENTS:
            ordered = members[np.argsort(days[members], kind="stable")]
            since = np.log1p(np.diff(days[ordered]))
            gap[ordered[1:]] = np.abs(since - np.median(since))
            counts = np.bincount(days[members] % 7, minlength=7)
            weekday[members] = -np.log(counts[days[members] % 7] / (len(members) + 6))
    return gap, weekday


def _fold(
    amounts: np.ndarray, days: np.ndarray, merchants: dict[Hashable, np.ndarray], own: _Own, shared: _Shared
) -> np.ndarray:
    points = amounts[:, None] - np.append(0, _FOLDS)
    densities = np.zeros_like(points)
    distance = points - np.where(np.isnan(own.median), shared.median, own.median)[:, None]
    for members, density in shared.densities:
        densities[members] = np.interp(distance[members], _GRID, density)
    for members in merchants.values():
        if len(members) > 1:
            newest = members[np.argsort(days[members], kind="stable")[-_NEWEST:]]
            of_own = _kernel_density(
                points[members], members, amounts[newest], newest, own.deviation[members]
            )
            size = own.others[members][:, None]
            densities[members] = (size * of_own + _SHRUNK * densities[members]) / (size + _SHRUNK)
    usual, multiple = densities[:, 0] + _BACKGROUND, densities[:, 1:].mean(axis=1) + 1e-6
    return np.asarray(np.maximum(np.log(multiple) - np.log(usual), 0))


def _kernel_density(
    points: np.ndarray, members: np.ndarray, values: np.ndarray, ids: np.ndarray, deviation: np.ndarray
) -> np.ndarray:
    """Of `values` at `points`, each row without the value of its own payment."""
    width = np.maximum(np.maximum(deviation, 0.02) * max(len(values) - 1, 1) ** -0.2, 0.12)[:, None, None]
    distances = points[:, :, None] - values[None, None, :]
    kernels = np.exp(-0.5 * (distances / width) ** 2)
    own = (members[:, None] == ids[None, :])[:, None, :]
    total = np.where(own, 0, kernels).sum(axis=2)
    count = np.maximum((~own).sum(axis=2), 1)
    density: np.ndarray = total / count / width[:, :, 0] / np.sqrt(2 * np.pi)
    return density
