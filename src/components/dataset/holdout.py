"""The permanent hold-out: a fifth of all transactions, chosen by a hash of their content.

Standard library only: web workers call this when a transaction is stored. Equal transactions get the same
result, so a copy of a hold-out row never trains a model.
"""

from __future__ import annotations

import hashlib
from datetime import date

from src.domain.transactions import Transaction

HOLDOUT_SHARE = 0.2


def fingerprint(transaction: Transaction) -> str:
    """Hash of text, amount, currency, mode and direction, but not the date: equal monthly bills share it.

    The account counts only if there is one, because earlier hashes have none.
    """
    parts = [
        _normalized(transaction.description),
        _normalized(transaction.subcategory),
        f"{transaction.amount.normalize():f}",
        transaction.currency.upper(),
        _normalized(transaction.mode),
        str(transaction.direction),
        *([_normalized(transaction.account)] if transaction.account else []),
    ]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def is_holdout(fingerprint: str, share: float = HOLDOUT_SHARE) -> bool:
    """True for `share` of all fingerprints; a larger share includes every smaller one."""
    return is_sampled(f"holdout\x1f{fingerprint}", share)


def is_audited(fingerprint: str, day: date, share: float) -> bool:
    """Whether an automatic prediction is in the random sample that people are asked about.

    People mostly answer doubtful predictions, so other answers say little about the automatic ones.
    share: of all transactions, 0..1, drawn by a hash; a larger share contains every smaller one. The hash
    includes the day, or a monthly bill would be drawn every month or never.
    """
    return is_sampled(f"audit\x1f{fingerprint}\x1f{day.isoformat()}", share)


def is_sampled(text: str, share: float) -> bool:
    """True for `share` (0..1) of all texts, by a hash; a larger share includes every smaller one."""
    return hash_of(text) < share * 2**64


def hash_of(text: str) -> int:
    """Below 2**64."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big")


def _normalized(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
