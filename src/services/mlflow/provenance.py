"""Provenance of a model except its data: code, commit, libraries, Python and machine."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version as installed

from src.config import ROOT

LIBRARIES = ("scikit-learn", "numpy", "scipy", "pandas", "skops", "mlflow")
_HASHED_SOURCES = ("components", "pipeline", "knowledge", "domain", "container.py", "training_commands.py")
"""The parts of `src` that affect the trained model."""


def provenance() -> dict[str, str]:
    """`code.sha256`, `git.commit` if known, `platform`, `version.python`, `version.<library>`."""
    return {
        "code.sha256": code_sha256(),
        "platform": f"{platform.system()} {platform.machine()}",
        "version.python": platform.python_version(),
        **{f"version.{name}": installed(name) for name in LIBRARIES},
        **_commit(),
    }


def code_sha256() -> str:
    """Hash of the names and contents of the source files; the lexicon is hashed separately."""
    digest = hashlib.sha256()
    for source in _HASHED_SOURCES:
        path = ROOT / "src" / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            name = file.relative_to(ROOT).as_posix()
            digest.update(f"{name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _commit() -> dict[str, str]:
    """The commit of the checkout; empty without one."""
    head = ROOT / ".git" / "HEAD"
    if not head.is_file():
        return {}
    text = head.read_text().strip()
    if not text.startswith("ref: "):
        return {"git.commit": text}
    loose = ROOT / ".git" / text.removeprefix("ref: ")
    return {"git.commit": loose.read_text().strip()} if loose.is_file() else {}
