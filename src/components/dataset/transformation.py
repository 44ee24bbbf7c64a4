"""Normalize rows before features: trimmed text, and the merchant.

Predictions use the same functions (`merchant_key` here, `clean_text` inside the model), so the model always
gets text in the form it was trained on.
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
        """Trim texts and recompute the merchant, because stored keys may be of an earlier release."""
        texts = {name: rows[name].str.strip() for name in _TEXTS}
        of_description = self._merchants(texts["description"])
        merchant = of_description.where(of_description != "", self._merchants(texts["subcategory"]))
        # Otherwise all rows without a group would share one.
        group = texts["group"].where(texts["group"] != "", rows["id"])
        return rows.assign(**{**texts, "group": group, "merchant": merchant.astype("str")})

    def _merchants(self, texts: pd.Series) -> pd.Series:
        """Computed once per distinct text."""
        return texts.map({text: self.merchant_of(text) for text in texts.unique()})
