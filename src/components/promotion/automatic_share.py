"""Whether a new model categorizes fewer transactions automatically; both on the same unanswered rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from src.components.evaluation.significance import differing_merchants, discordance, wilson
from src.components.promotion.paired_bootstrap import merchant_draws
from src.domain.verdicts import Automation, Difference


@dataclass(frozen=True)
class AutomaticRows:
    """Which unanswered transactions each model would categorize automatically.

    Every array has shape (n_rows,).
    """

    precision: float
    champion: np.ndarray
    """bool."""
    challenger: np.ndarray
    """bool."""
    merchants: np.ndarray
    """The bootstrap draws whole merchants, because rows of one merchant are not independent."""


@dataclass(frozen=True)
class AutomationShare:
    draws: int = 2_000
    seed: int = 21

    def compare(
        self, automatic: AutomaticRows, right: np.ndarray, merchants: np.ndarray
    ) -> Automation | None:
        """None for no rows.

        right: bool, shape (n_judged,): for the judging rows that the champion's model alone would categorize
        automatically, True if it has them right. merchants: shape (n_judged,).
        """
        if not len(automatic.champion):
            return None
        change = automatic.challenger.astype(float) - automatic.champion
        paired = discordance(automatic.champion, automatic.challenger)
        return Automation(
            rows=len(change),
            precision=automatic.precision,
            champion=float(automatic.champion.mean()),
            challenger=float(automatic.challenger.mean()),
            difference=Difference(float(change.mean()), self._interval(change, automatic.merchants)),
            champion_only=paired.rows - paired.challenger_right,
            challenger_only=paired.challenger_right,
            p=paired.p,
            merchants=differing_merchants(automatic.champion, automatic.challenger, automatic.merchants),
            judged=len(right),
            right=int(right.sum()),
            precision_ci95=self._precision(right, merchants),
        )

    def _precision(self, right: np.ndarray, merchants: np.ndarray) -> tuple[float, float]:
        """The wider of Wilson's interval, for few rows, and the bootstrap's, for rows of few merchants."""
        if not len(right):
            return (0.0, 1.0)
        low, high = wilson(int(right.sum()), len(right))
        drawn_low, drawn_high = self._interval(right.astype(float), merchants)
        return min(low, drawn_low), max(high, drawn_high)

    def _interval(self, values: np.ndarray, merchants: np.ndarray) -> tuple[float, float]:
        """95 % of the mean of `values`, merchants drawn whole."""
        merchant = np.unique(merchants.astype(str), return_inverse=True)[1]
        sums, sizes = np.bincount(merchant, values), np.bincount(merchant).astype(float)
        draws = merchant_draws(len(sums), self.draws, self.seed)
        means = np.concatenate([(weight @ sums) / (weight @ sizes) for weight in draws])
        low, high = np.quantile(means, [0.025, 0.975])
        return float(low), float(high)
