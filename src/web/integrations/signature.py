"""The signature of a webhook, `t=…,v1=…`, as Firefly III sends it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

OLDEST_S = 300
"""Older or newer signatures are refused, so that a recorded request cannot be replayed."""

_SIGNATURE = re.compile(r"t=(\d{1,12})((?:,v\d{1,3}=[0-9a-f]{1,128}){1,5})")


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The header's value: HMAC with SHA3-256 of the time, a dot and the body exactly as sent."""
    return f"t={int(at.timestamp())},v1={_digest(str(int(at.timestamp())), body, secret)}"


def is_signed(header: str, body: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of `secrets` signed `body`, compared in constant time."""
    match = _SIGNATURE.fullmatch(header)
    if match is None:
        return False
    digests = [part[3:] for part in match[2].split(",") if part.startswith("v1=")]
    expected = [_digest(match[1], body, secret) for secret in secrets]
    matches = [hmac.compare_digest(digest, sent) for digest in expected for sent in digests]
    return any(matches)


def is_recent(header: str, now: datetime) -> bool:
    """header: `is_signed` has checked it."""
    match = _SIGNATURE.fullmatch(header)
    return match is not None and abs(now.timestamp() - int(match[1])) <= OLDEST_S


def _digest(time: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), time.encode() + b"." + body, hashlib.sha3_256).hexdigest()
