"""Where only one of two models is right: McNemar's exact test, and the merchants that speak for either."""

from __future__ import annotations

import numpy as np

from src.components.evaluation.mcnemar import exact_p
from src.domain.verdicts import Discordance


def discordance(champion_right: np.ndarray, challenger_right: np.ndarray) -> Discordance:
    """Both: bool, shape (n_rows,).

    The two-sided p of so uneven a division if each row fell to either model by the toss of a coin.
    """
    won = int((challenger_right & ~champion_right).sum())
    lost = int((champion_right & ~challenger_right).sum())
    return Discordance(won + lost, won, exact_p(lost, won))


def differing_merchants(
    champion_right: np.ndarray, challenger_right: np.ndarray, merchants: np.ndarray
) -> int:
    """At how many merchants one model is right on more rows than the other."""
    names, merchant = np.unique(merchants.astype(str), return_inverse=True)
    gained = np.zeros(len(names))
    np.add.at(gained, merchant, challenger_right.astype(float) - champion_right)
    return int((gained != 0).sum())
