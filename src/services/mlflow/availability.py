"""Whether MLflow answered when it was last asked. Web workers read this here; they never import mlflow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from src.errors import LedgerloopError, TrackingUnavailable
from src.services.mongo.client import Database, guarded

_ID = "mlflow"


class TrackingState:
    """A document of the collection `states`, which exists while MLflow is unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def away_since(self) -> datetime | None:
        """When it first did not answer; None while it does. Raises Unavailable."""
        state = self._database.states.find_one({"_id": _ID})
        return state["away_since"] if state else None

    @guarded
    def note(self, *, away: bool, at: datetime) -> None:
        """Raises Unavailable."""
        states = self._database.states
        if away:
            states.update_one({"_id": _ID}, {"$setOnInsert": {"away_since": at}}, upsert=True)
        elif states.find_one({"_id": _ID}):
            states.delete_one({"_id": _ID})

    @contextmanager
    def noted(self, at: datetime) -> Iterator[None]:
        """Record whether MLflow answered in the block; other errors of the block are raised."""
        try:
            yield
        except TrackingUnavailable:
            with suppress(LedgerloopError):
                self.note(away=True, at=at)
            raise
        self.note(away=False, at=at)
