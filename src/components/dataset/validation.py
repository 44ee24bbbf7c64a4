"""Check which rows a model can learn from; the others are excluded and counted by reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from src.errors import LedgerloopError, NotEnoughData


@dataclass(frozen=True)
class ValidatedRows:
    rows: pd.DataFrame
    set_aside: dict[str, int]
    """Number of excluded rows by reason."""


@dataclass(frozen=True)
class Validation:
    """Any category is valid: people create their own."""

    min_rows: int = 2

    def check(self, rows: pd.DataFrame) -> ValidatedRows:
        """Raises NotEnoughData; LedgerloopError if all rows have one category."""
        reasons = _reasons(rows)
        valid = rows[reasons == ""].reset_index(drop=True)
        if len(valid) < self.min_rows:
            raise NotEnoughData(need=self.min_rows, have=len(valid))
        if valid["category"].nunique() < 2:
            only = valid["category"].iloc[0]
            raise LedgerloopError(f"Every labelled transaction is {only}; a model needs two categories.")
        counts = reasons[reasons != ""].value_counts()
        return ValidatedRows(valid, {str(reason): int(count) for reason, count in counts.items()})


def _reasons(rows: pd.DataFrame) -> pd.Series:
    """Shape (n_rows,): why the row is excluded, or ""."""
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
