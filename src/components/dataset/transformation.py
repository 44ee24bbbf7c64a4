"""What is done to rows before features: one clean form of each field, and the merchant.

A transaction that is served goes through the same functions (`merchant_key` here, the cleaning of text inside
the fitted model), so a model never meets a form of text it was not trained on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from src.components.text.cleaning import merchant_key

_TEXTS = ["description", "subcategory", "currency", "mode", "direction", "category", "group"]


@dataclass(frozen=True)
class Transformation:
    merchant_of: Callable[[str], str] = merchant_key

    def prepare(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows with trimmed text and the merchant made anew: an older key trains no model."""
        texts = {name: rows[name].str.strip() for name in _TEXTS}
        of_description = self._merchants(texts["description"])
        merchant = of_description.where(of_description != "", self._merchants(texts["subcategory"]))
        # A row without a group would otherwise share one with all others of its kind.
        group = texts["group"].where(texts["group"] != "", rows["id"])
        return rows.assign(**{**texts, "group": group, "merchant": merchant.astype("str")})

    def _merchants(self, texts: pd.Series) -> pd.Series:
        """Each different text once: statements repeat themselves."""
        return texts.map({text: self.merchant_of(text) for text in texts.unique()})
