"""Which rows a model may learn from at all; the others are set aside and counted by reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from src.errors import LedgerloopError, NotEnoughData


@dataclass(frozen=True)
class ValidatedRows:
    rows: pd.DataFrame
    set_aside: dict[str, int]
    """How many rows were left out, by reason."""


@dataclass(frozen=True)
class Validation:
    """A category nobody has heard of is fine: people make their own."""

    min_rows: int = 2

    def check(self, rows: pd.DataFrame) -> ValidatedRows:
        """Return the rows that can be read. Raises NotEnoughData; LedgerloopError for one category only."""
        reasons = _reasons(rows)
        good = rows[reasons == ""].reset_index(drop=True)
        if len(good) < self.min_rows:
            raise NotEnoughData(need=self.min_rows, have=len(good))
        if good["category"].nunique() < 2:
            only = good["category"].iloc[0]
            raise LedgerloopError(f"Every labelled transaction is {only}; a model needs two categories.")
        return ValidatedRows(good, {str(k): int(n) for k, n in reasons[reasons != ""].value_counts().items()})


def _reasons(rows: pd.DataFrame) -> pd.Series:
    """Shape (n_rows,): why each row cannot be used; "" where it can."""
    unreadable = (
        rows[["description", "subcategory", "mode"]].apply(lambda texts: texts.str.strip()) == ""
    ).all(axis=1)
    unlabelled = rows["category"].str.strip() == ""
    unbounded = np.isinf(rows["amount"])
    reasons = np.select(
        [unreadable, unlabelled, unbounded],
        ["no description, subcategory or mode", "no category", "the amount is infinite"],
        default="",
    )
    return pd.Series(reasons, index=rows.index)
