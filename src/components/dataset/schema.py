"""The columns of training rows: labelled by a person or from the shipped lexicon.

| column | type | meaning |
|---|---|---|
| id | str | of the stored transaction; `knowledge:...` for a lexicon row |
| source | str | one of `LabelSource` |
| description, subcategory, currency, mode, direction | str | "" if missing |
| amount | float | nan if missing |
| date | datetime64[ns], naive | NaT if missing |
| merchant | str | as of `cleaning.merchant` |
| category | str | slug |
| labelled_at | datetime64[ns, UTC] | NaT for the lexicon |
| holdout | bool | True: evaluates models, never trains one; False for the lexicon |
| group | str | rows of one group are in the same fold |
| account, counterparty, mcc | str | "" if missing |
"""

from __future__ import annotations

ROW_COLUMNS = (
    "id source description subcategory amount currency mode direction date merchant category labelled_at "
    "holdout group account counterparty mcc"
).split()
EARLIER_ROW_COLUMNS = ROW_COLUMNS[:-3]
"""Of the snapshots of earlier releases."""

OPTIONAL_FIELDS = ["account", "counterparty", "mcc"]
"""Input columns of the fitted model that may be missing: that is as if they were blank."""
MODEL_FIELDS = ["description", "subcategory", "amount", "currency", "mode", "direction", "date"]
MODEL_FIELDS += OPTIONAL_FIELDS
"""The input columns of the fitted model; transactions have the same fields when they are predicted."""
