"""Unanswered transactions predicted anew by the model that serves, some at a time, and taken back.

A promotion rewrites nothing, so what the history shows of them is what an earlier model said. There is no
list of what is still to do: it is every unanswered transaction that another model spoke of last, or that was
predicted before the newest answer for its merchant. So an act that is interrupted goes on where it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from src.domain.models import Pointer
from src.domain.predictions import Prediction
from src.domain.transactions import Transaction
from src.errors import NotFound, Unavailable
from src.pipeline.prediction.predict import Serving

AT_ONCE = 2000
"""Takes about two seconds."""


class Rows(Protocol):
    def outdated(self, version: str, limit: int) -> dict[str, Transaction]: ...
    def count_outdated(self, version: str) -> int: ...
    def append(self, new: Mapping[str, tuple[Transaction, Prediction]]) -> None: ...
    def told(self, act: str) -> tuple[int, int]: ...
    def take_back(self, act: str) -> int: ...


class Predicts(Protocol):
    def predict(
        self, transactions: Sequence[Transaction], *, at: datetime
    ) -> list[tuple[Transaction, Prediction]]: ...


class Champion(Protocol):
    def look(self) -> None: ...
    def current(self) -> Serving: ...


class Pointers(Protocol):
    def champion(self) -> Pointer | None: ...


@dataclass(frozen=True, slots=True)
class Repredicted:
    """How far an act is. `act` is "" before it began."""

    act: str
    version: str
    rows: int
    """Predicted anew by the act."""
    changed: int
    """Of these, with another category than before."""
    left: int
    """Unanswered transactions that an earlier model spoke of last, or whose merchant was answered since."""


class Repredicting:
    def __init__(self, rows: Rows, predictor: Predicts, champion: Champion, pointers: Pointers) -> None:
        self._rows = rows
        self._predictor = predictor
        self._champion = champion
        self._pointers = pointers

    def go_on(self, act: str = "", *, at: datetime, at_once: int = AT_ONCE) -> Repredicted:
        """Predict the newest of those left; without an act a new one begins. Raises Unavailable."""
        act = act or secrets.token_hex(12)
        outdated = self._rows.outdated(self._version(), at_once)
        predicted = self._predictor.predict(list(outdated.values()), at=at) if outdated else []
        self._rows.append(
            {
                row_id: (given, replace(prediction, act=act))
                for (row_id, given), (_, prediction) in zip(outdated.items(), predicted, strict=True)
            }
        )
        return self.told(act)

    def told(self, act: str = "") -> Repredicted:
        """Raises Unavailable."""
        version = self._version()
        rows, changed = self._rows.told(act) if act else (0, 0)
        return Repredicted(act, version, rows, changed, self._rows.count_outdated(version))

    def take_back(self, act: str) -> int:
        """Let the unanswered stand as before `act`; how many. Raises NotFound, Unavailable."""
        undone = self._rows.take_back(act)
        if not undone:
            raise NotFound("There is nothing of this act to take back.")
        return undone

    def _version(self) -> str:
        """Of the champion, where this process serves it: else two processes could undo each other's work."""
        self._champion.look()
        serving, pointer = self._champion.current(), self._pointers.champion()
        if pointer is None or pointer.version != serving.version:
            raise Unavailable("The champion is not loaded here yet; please try again in a moment.")
        return serving.version
