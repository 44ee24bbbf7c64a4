"""The key that encrypts uploads, hides account numbers and protects the address of the Atom feed.

If SECRET_KEY is not set, it is generated once and stored in the data directory.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

_HASH_DIGITS = 32


def kept_key(data_path: Path) -> str:
    """The key of this data directory, the same for all processes, even if several create it at once."""
    path = data_path / "secret_key"
    if not path.exists():
        data_path.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        with contextlib.suppress(FileExistsError):  # another process was first, and its key is used
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def keyed_hash(key: str, account_number: str) -> str:
    """Shows whether two account numbers are the same; without the key it shows nothing else."""
    return derived_key(key, f"account number {account_number}")[:_HASH_DIGITS]


def derived_key(key: str, purpose: str) -> str:
    """A key of its own for each purpose; it does not show the others."""
    text = f"ledgerloop: {purpose}"
    return hmac.new(key.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
