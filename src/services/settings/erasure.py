"""Deletes everything the database holds; the runs in MLflow follow later, in a process that may import it."""

from __future__ import annotations

from datetime import datetime

from src.services.mongo.client import Database, guarded

_ID = "erasure"


class Erasure:
    """A document of the collection `states` says that MLflow still has runs from before."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def erase(self, *, at: datetime) -> None:
        """Empty the database. Raises Unavailable; safe to repeat, and while others write."""
        states = self._database.states
        states.replace_one({"_id": _ID}, {"at": at, "unfinished": True}, upsert=True)
        self._database.empty(but=(states.name,))
        states.delete_many({"_id": {"$ne": _ID}})
        states.update_one({"_id": _ID}, {"$unset": {"unfinished": True}})

    @guarded
    def unfinished(self) -> bool:
        """Whether an erasure was interrupted before everything was deleted."""
        return self._database.states.find_one({"_id": _ID, "unfinished": True}, {}) is not None

    @guarded
    def pending_since(self) -> datetime | None:
        """When the data was erased, if MLflow still has its runs. Raises Unavailable."""
        state = self._database.states.find_one({"_id": _ID})
        return state["at"] if state else None

    @guarded
    def finish(self) -> None:
        self._database.states.delete_one({"_id": _ID})
