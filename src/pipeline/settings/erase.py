"""Erase everything: a person's data, and the models that were trained on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from src.domain.imports import IMPORT_UNDER_WAY
from src.domain.training_runs import Trigger
from src.errors import Conflict

if TYPE_CHECKING:
    from src.services.imports.repository import Imports
    from src.services.runs.repository import TrainingRuns
    from src.services.settings.erasure import Erasure


@dataclass(frozen=True)
class EraseEverything:
    erasure: Erasure
    imports: Imports
    runs: TrainingRuns
    clear_log: Callable[[], None]
    """Empties the log of the embedded MongoDB: a log of an earlier version has texts of transactions."""

    def run(self, *, at: datetime) -> None:
        """It cannot be undone. The starter serves again, until the first model is trained anew.

        Raises Conflict while an import or a training is under way, because it would store data again;
        Unavailable.
        """
        if self.runs.current() is not None:
            raise Conflict("A training run is under way; wait for it to end.")
        if any(item.status in IMPORT_UNDER_WAY for item in self.imports.newest()):
            raise Conflict("An import is under way; wait for it to end, or stop it.")
        self.erasure.erase(at=at)
        self._afterwards(at)

    def resume_unfinished(self, *, at: datetime) -> None:
        """Finish an erasure that was interrupted. Raises Unavailable."""
        if self.erasure.unfinished():
            self.erasure.erase(at=at)
        if self.erasure.pending_since() and not self.runs.newest():
            self._afterwards(at)

    def _afterwards(self, at: datetime) -> None:
        self.clear_log()
        self.runs.request(trigger=Trigger.FIRST_START, reason="", at=at)
