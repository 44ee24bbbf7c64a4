"""Which sorted transactions are asked about all the same: a small random sample.

People answer mostly what is doubtful, so those answers say little of how often the sorted ones are right.
"""

from __future__ import annotations

from datetime import date

from src.components.dataset.holdout import is_sampled


def is_audited(fingerprint: str, day: date, share: float) -> bool:
    """True for `share` (0..1) of all transactions, by a hash; a larger share keeps every one of a smaller.

    The day has a part in it, or a monthly bill would be asked about every month, or never.
    """
    return is_sampled(f"audit\x1f{fingerprint}\x1f{day.isoformat()}", share)
