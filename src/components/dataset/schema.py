"""The one DataFrame form of training: a row per labelled thing, of a person or of the shipped lexicon.

| column | type | meaning |
|---|---|---|
| id | str | of the stored transaction; `knowledge:...` for a lexicon row |
| source | str | one of `LabelSource` |
| description, subcategory, currency, mode, direction | str | "" where none was given |
| amount | float | nan where none |
| date | datetime64[ns], naive | NaT where none |
| merchant | str | `merchant_key` of the description, or of the subcategory |
| category | str | the slug a person, or the lexicon, gave |
| labelled_at | datetime64[ns, UTC] | NaT for the lexicon |
| holdout | bool | True: judges models, never trains one; False for the lexicon |
| group | str | rows of one group never cross a fold |
"""

from __future__ import annotations

ROW_COLUMNS = [
    "id",
    "source",
    "description",
    "subcategory",
    "amount",
    "currency",
    "mode",
    "direction",
    "date",
    "merchant",
    "category",
    "labelled_at",
    "holdout",
    "group",
]

MODEL_FIELDS = ["description", "subcategory", "amount", "currency", "mode", "direction", "date"]
"""What the fitted model reads of a row; the same fields a transaction has when it is served."""
