"""The tokens of a transaction: its words, and a token for each of its other fields.

Training (`vectorizer.py`) and serving (`model/scorer.py`) share this module, so both see the same tokens. No
scikit-learn and no pandas: web workers import it.
"""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from src.components.features.typical_amounts import TypicalAmounts
from src.components.lexicon.matcher import LexiconMatcher
from src.components.text.cleaning import category_code, clean_text, merchant, names_merchant, processor
from src.components.text.exchange_rates import units_per_dollar

BINS_PER_DOUBLING = 2
"""Amounts within a factor of about 1.4 of each other share a bin."""
DAYS_PER_PART = 5
"""Days per part of a month: rent and salary come at the same time of each month."""

_PRICE_ENDINGS = {0: "00", 49: "49", 50: "50", 95: "95", 99: "99"}


class TransactionTokens(NamedTuple):
    """All but `fields` are cleaned words, separated by single spaces."""

    description: str
    subcategory: str
    fields: tuple[str, ...]
    """Such as `amount:17`, `mode:upi`, `direction:income`, `lexicon:dining`."""
    counterparty: str = ""
    """Only if the description names no merchant."""
    code: str = ""
    """Of the merchant category: `mcc5411`."""

    @property
    def text(self) -> str:
        return " ".join(filter(None, (self.description, self.subcategory, self.counterparty, self.code)))


def tokenize(
    description: Any,
    subcategory: Any,
    amount: Any,
    currency: Any,
    mode: Any,
    direction: Any,
    day: Any,
    account: Any = None,
    counterparty: Any = None,
    mcc: Any = None,
    *,
    matcher: LexiconMatcher | None = None,
    hidden: str = "",
    typical_amounts: TypicalAmounts | None = None,
) -> TransactionTokens:
    """The tokens of one transaction. Any argument may be None, nan, NaT or "", and then adds no token.

    hidden: a phrase of the lexicon that `matcher` ignores.
    """
    described, detailed, other, mcc = (
        text if isinstance(text, str) else "" for text in (description, subcategory, counterparty, mcc)
    )
    words, detail = clean_text(described), category_code(detailed) or clean_text(detailed)
    other = clean_text(other) if other and not names_merchant(described) else ""
    code = category_code(mcc) if category_code(mcc) != detail else ""
    fields = _amount_fields(amount, plain(currency))
    values = {"currency": currency, "mode": mode, "direction": direction, "subcategory": subcategory}
    values["account"] = account
    fields += [f"{name}:{word}" for name, value in values.items() if (word := plain(value))]
    if name := processor(described):
        fields.append(f"via:{name}")
    if part := _part_of_month(day):
        fields.append(part)
    if matcher:
        texts = filter(None, (words, detail, other, code))
        fields.extend(dict.fromkeys(token for text in texts for token in matcher.of(text, hidden)))
    if typical_amounts:
        dollars = log2_amount(amount, currency)
        fields.extend(typical_amounts.fields(merchant(described, detailed, counterparty), dollars))
    return TransactionTokens(words, detail, tuple(fields), other, code)


def log2_amount(amount: Any, currency: Any) -> float | None:
    """log2 of the amount in dollars; None for no amount and for 0."""
    size = _size(amount)
    return math.log2(size / units_per_dollar(plain(currency))) if size else None


@lru_cache(4096)
def plain(value: Any) -> str:
    """Lower case, single spaces; "" for anything that is not text."""
    return " ".join(value.lower().split()) if isinstance(value, str) else ""


def _amount_fields(value: Any, currency: str) -> list[str]:
    """The step of the amount in dollars, and the cents it ends with."""
    size = _size(value)
    if size is None:
        return ["amount:missing"]
    if size == 0:
        return ["amount:zero"]
    cents = round(size * 100) % 100 if size < 1e12 else 0
    return [
        f"amount:{round(math.log2(size / units_per_dollar(currency)) * BINS_PER_DOUBLING)}",
        f"cents:{_PRICE_ENDINGS.get(cents, 'other')}",
    ]


def _size(value: Any) -> float | None:
    """The amount without its sign; None if missing, infinite or not a number."""
    try:
        size = abs(float(value))
    except (TypeError, ValueError, OverflowError):
        return None
    return size if math.isfinite(size) else None


def _part_of_month(value: Any) -> str | None:
    if isinstance(value, str):
        with suppress(ValueError):
            value = date.fromisoformat(value[:10])
    if not isinstance(value, date) or value != value:  # NaT is a date that differs from itself
        return None
    return f"monthday:{(value.day - 1) // DAYS_PER_PART}"
