"""The starter: a model trained on the shipped lexicon alone, which predicts until a training makes another.

`make lexicon` builds it. `starter.json` says what it was made of and with.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.metadata import version as installed

from src.knowledge.lexicon_files import FOLDER, Knowledge

BUNDLE, MADE_OF = FOLDER / "starter.model", FOLDER / "starter.json"
_SAME_UP_TO = {"scikit-learn": 2, "skops": 2, "numpy": 1}
"""How many parts of each library's version must be the same."""


@dataclass(frozen=True)
class MadeOf:
    """What the starter was made of and with."""

    sha256: str
    """Of the bundle."""
    contents_sha256: str
    """Of what it contains, without the names and times that differ whenever it is built."""
    lexicon_sha256: str
    """As of `Knowledge.sha256`."""
    libraries: dict[str, str]
    """Versions."""

    @property
    def fits(self) -> bool:
        """Whether the lexicon and the libraries are those it was made with."""
        return self.libraries == library_versions() and self.lexicon_sha256 == Knowledge().sha256


def library_versions() -> dict[str, str]:
    """The parts of the versions that a bundle depends on."""
    return {name: ".".join(installed(name).split(".")[:parts]) for name, parts in _SAME_UP_TO.items()}


def made_of() -> MadeOf | None:
    """None if no starter is shipped."""
    return MadeOf(**json.loads(MADE_OF.read_text())) if MADE_OF.is_file() else None


def write(bundle: bytes, made_of: MadeOf) -> None:
    BUNDLE.write_bytes(bundle)
    MADE_OF.write_text(json.dumps(asdict(made_of), indent=2) + "\n")
