"""Predict unanswered transactions again with the champion, in batches, and undo it.

A promotion changes no stored prediction, so the history shows what an earlier model predicted. No list of
remaining work is stored: it is every unanswered transaction that another model predicted last, or that was
predicted before the newest answer for its merchant. An interrupted act continues from there.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from src.components.model.serving import Serving
from src.errors import NotFound, Unavailable
from src.pipeline.prediction.predict import Predictor

if TYPE_CHECKING:
    from src.services.models.hot_swap import HotSwap
    from src.services.models.repository import Models
    from src.services.transactions.unanswered import Unanswered

AT_ONCE = 2000
"""Takes about two seconds."""


@dataclass(frozen=True, slots=True)
class Repredicted:
    """Progress of an act. `act` is "" before it began."""

    act: str
    version: str
    rows: int
    """Predicted again by the act."""
    changed: int
    """Of these, with a new category."""
    left: int
    """Unanswered transactions that another model predicted last, or whose merchant was answered since."""


@dataclass(frozen=True)
class Reprediction:
    """Predicts outdated transactions again, one batch per call."""

    rows: Unanswered
    predictor: Predictor
    champion: HotSwap[Serving]
    models: Models
    afterwards: Callable[[], None] = lambda: None
    """Called when transactions may have an earlier state again."""

    def advance(self, act: str = "", *, at: datetime, at_once: int = AT_ONCE) -> Repredicted:
        """Predict the newest batch; without `act` a new one begins. Raises Unavailable."""
        act = act or secrets.token_hex(12)
        outdated = self.rows.outdated(self._version(), at_once)
        predicted = self.predictor.predict(list(outdated.values()), at=at) if outdated else []
        self.rows.append(
            {
                transaction_id: (transaction, replace(prediction, act=act))
                for (transaction_id, transaction), (_, prediction) in zip(
                    outdated.items(), predicted, strict=True
                )
            }
        )
        return self.progress(act)

    def progress(self, act: str = "") -> Repredicted:
        """Raises Unavailable."""
        version = self._version()
        rows, changed = self.rows.count_repredicted(act) if act else (0, 0)
        return Repredicted(act, version, rows, changed, self.rows.count_outdated(version))

    def undo(self, act: str) -> int:
        """Undo the predictions of `act`; returns their number. Raises NotFound, Unavailable."""
        undone = self.rows.undo(act)
        if not undone:
            raise NotFound("There is nothing to undo for this act.")
        self.afterwards()
        return undone

    def _version(self) -> str:
        """The champion's, if this process has loaded it: else two processes could undo each other's work."""
        self.champion.refresh()
        serving, pointer = self.champion.current(), self.models.champion()
        if pointer is None or pointer.version != serving.version:
            raise Unavailable("This process has not loaded the active model yet; try again in a moment.")
        return serving.version
