"""The words of all languages together."""

from __future__ import annotations

from src.components.bank_files.words.european import EUROPEAN
from src.components.bank_files.words.european_east import EASTERN
from src.components.bank_files.words.language import Language
from src.components.bank_files.words.world import WORLD

LANGUAGES: dict[str, Language] = {**EUROPEAN, **EASTERN, **WORLD}
"""By code of ISO 639. A word with several meanings has that of the first language."""
