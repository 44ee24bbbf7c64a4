"""The key that encrypts uploads if SECRET_KEY is not set: generated once, stored in the data directory."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


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
