"""Exclude rows that no model can learn from, and normalize the others: trimmed text, and the merchant.

Predictions use the same functions (`merchant` here, `clean_text` inside the model), so the model always
gets text in the form it was trained on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from src.components.text.cleaning import merchant
from src.domain.training_runs import SetAside
from src.errors import LedgerloopError, NotEnoughData

_TEXTS = ["description", "subcategory", "currency", "mode", "direction", "category", "group"]
_TEXTS += ["account", "counterparty", "mcc"]


@dataclass(frozen=True)
class Validation:
    """Any category is valid: people create their own."""

    min_rows: int = 2

    def check(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[SetAside, int]]:
        """The rows that a model can learn from, and the number of excluded ones by reason.

        Raises NotEnoughData; LedgerloopError if all rows have one category.
        """
        reasons = _reasons(rows)
        valid = rows[reasons == ""].reset_index(drop=True)
        if len(valid) < self.min_rows:
            raise NotEnoughData(need=self.min_rows, have=len(valid))
        if valid["category"].nunique() < 2:
            only = valid["category"].iloc[0]
            raise LedgerloopError(f"Every labelled transaction is {only}; a model needs two categories.")
        counts = reasons[reasons != ""].value_counts()
        return valid, {SetAside(reason): int(count) for reason, count in counts.items()}


@dataclass(frozen=True)
class Transformation:
    def prepare(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Trim texts and recompute the merchant, because stored keys may be of an earlier release."""
        texts = {name: rows[name].str.strip() for name in _TEXTS}
        named = zip(texts["description"], texts["subcategory"], texts["counterparty"], strict=True)
        merchants = pd.Series([merchant(*row) for row in named], index=rows.index, dtype="str")
        # Otherwise all rows without a group would share one.
        group = texts["group"].where(texts["group"] != "", rows["id"])
        return rows.assign(**{**texts, "group": group, "merchant": merchants})


def _reasons(rows: pd.DataFrame) -> pd.Series:
    """Shape (n_rows,): the SetAside by which the row is excluded, or ""."""
    unreadable = (
        rows[["description", "subcategory", "mode"]].apply(lambda texts: texts.str.strip()) == ""
    ).all(axis=1)
    unlabelled = rows["category"].str.strip() == ""
    unbounded = np.isinf(rows["amount"])
    reasons = np.select(
        [unreadable, unlabelled, unbounded],
        [SetAside.UNREADABLE.value, SetAside.UNLABELLED.value, SetAside.INFINITE_AMOUNT.value],
        default="",
    )
    return pd.Series(reasons, index=rows.index)
