"""Which sorted transactions are asked about all the same: a small random sample.

People answer mostly what is doubtful, so those answers say little of how often the sorted ones are right.
"""

from __future__ import annotations

import hashlib
from datetime import date

_SCALE = 2**64


def is_audited(fingerprint: str, day: date, share: float) -> bool:
    """True for `share` (0..1) of all transactions, by a hash; a larger share keeps every one of a smaller.

    The day has a part in it, or a monthly bill would be asked about every month, or never.
    """
    digest = hashlib.sha256(f"audit\x1f{fingerprint}\x1f{day.isoformat()}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * _SCALE
