"""Which transactions judge the models for good: a fifth of them, by a hash of what they say.

Standard library only: web workers call this when a transaction is stored, and the answer is kept with it.
Equal transactions get equal answers, so a copy of a judging row never trains a model.
"""

from __future__ import annotations

import hashlib

from src.domain.transactions import Transaction

HOLDOUT_SHARE = 0.2
_SCALE = 2**64


def fingerprint(transaction: Transaction) -> str:
    """Hash of what the transaction says: text, amount, currency, mode and direction, but not its date.

    A monthly bill of the same words and amount is one thing said twelve times: it has one fingerprint.
    """
    parts = (
        _same(transaction.description),
        _same(transaction.subcategory),
        f"{transaction.amount.normalize():f}",
        transaction.currency.upper(),
        _same(transaction.mode),
        str(transaction.direction),
    )
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def is_holdout(fingerprint: str, share: float = HOLDOUT_SHARE) -> bool:
    """True for `share` of all fingerprints; a larger share keeps every row of a smaller one."""
    return is_sampled(f"holdout\x1f{fingerprint}", share)


def is_sampled(text: str, share: float) -> bool:
    """True for `share` (0..1) of all texts, by a hash; a larger share keeps every one of a smaller."""
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * _SCALE


def _same(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
