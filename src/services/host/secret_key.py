"""The key that encrypts uploads where SECRET_KEY is not set: made once, kept in the data directory."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def kept_key(data_path: Path) -> str:
    """The key of this data directory: the same for all processes, also those that ask at the same moment."""
    kept = data_path / "secret_key"
    if not kept.exists():
        data_path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(kept)
    return kept.read_text().strip()


def _make(kept: Path) -> None:
    draft = kept.with_name(f"{kept.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    with contextlib.suppress(FileExistsError):  # another process was quicker, and its key holds
        os.link(draft, kept)
    draft.unlink()
