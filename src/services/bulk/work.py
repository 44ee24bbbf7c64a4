"""The `bulk_work` collection: bulk changes that are not done yet, so that another process can finish them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.domain.bulk import BulkChange, BulkWork
from src.domain.feedback import LabelSource
from src.domain.transactions import Direction
from src.errors import Conflict
from src.services.mongo.client import Database, Document, guarded, midnight
from src.services.mongo.leases import Leases
from src.services.transactions.optimistic_update import object_ids

_STATUS = "running"
_MOST_ATTEMPTS = 1_000_000
"""It is tried until it is done: nothing stays half done."""


class BulkQueue:
    """One process at a time does a bulk change; when its lease ends, the next one continues."""

    def __init__(self, database: Database, *, lease_s: float) -> None:
        self._database = database
        self._leases = Leases(
            database,
            "bulk_work",
            lease_s=lease_s,
            worked_on=[_STATUS],
            lost="Another process has taken over this bulk change.",
            attempts=_MOST_ATTEMPTS,
        )

    @guarded
    def add(self, act: str, ids: Sequence[str], change: BulkChange, *, at: datetime) -> None:
        """Queue a change of the transactions `ids`. Raises Unavailable."""
        work = {"change": _stored(change), "ids": object_ids(ids), "at": at, "done": 0}
        state = {"owner": LOCAL_OWNER, "status": _STATUS, "attempt": 0}
        self._database.bulk_work.insert_one({"_id": act, **work, **state})

    def claim(self, *, holder: str, act: str | None = None) -> BulkWork | None:
        """The oldest one that nobody works on, or that of `act`. Raises Unavailable."""
        among: Document = {"_id": {"$eq": act}} if act else {}
        document = self._leases.claim(among, {}, holder=holder, sort=[("at", 1)])
        return _work(document) if document else None

    def keep_lease(self, work: BulkWork) -> AbstractContextManager[None]:
        """A thread renews the lease until the block ends."""
        return self._leases.renewing(work.act, work.holder, work.attempt)

    def record(self, work: BulkWork, *, done: int) -> None:
        """Store how many of its transactions are done. Raises LeaseLost, Unavailable."""
        update = [{"$set": {"done": done, "lease_until": self._leases.until()}}]
        self._leases.write(work.act, work.holder, work.attempt, update)

    def release(self, work: BulkWork) -> None:
        """Leave the rest to the next process."""
        self._leases.release(work.act, work.holder, work.attempt)

    def progress(self, act: str) -> tuple[int, int] | None:
        """How many of its transactions are done, and their number; None if it is done. Raises Unavailable."""
        return self.all_progress([act]).get(act)

    @guarded
    def all_progress(self, acts: Collection[str]) -> dict[str, tuple[int, int]]:
        """Of those that are not done. Raises Unavailable."""
        fields = {"done": 1, "rows": {"$size": "$ids"}}
        documents = self._database.bulk_work.find({"_id": {"$in": list(acts)}}, fields)
        return {document["_id"]: (document["done"], document["rows"]) for document in documents}

    @guarded
    def remove(self, act: str) -> None:
        """It is done. Raises Unavailable."""
        self._database.bulk_work.delete_one({"_id": {"$eq": act}})

    def cancel(self, act: str, *, holder: str) -> None:
        """Nobody continues it. Raises Conflict while somebody changes its transactions, Unavailable."""
        done, rows = self.progress(act) or (0, 0)
        if done < rows and self.claim(holder=holder, act=act) is None:
            raise Conflict("This change is still running. Undo it when it is done.")
        self.remove(act)


def _stored(change: BulkChange) -> Document:
    def value_of(value: Any) -> Any:
        if isinstance(value, tuple):
            return list(value)
        return midnight(value) if isinstance(value, date) else value

    return {**asdict(change), "fields": {name: value_of(value) for name, value in change.fields.items()}}


_TYPES: dict[str, Callable[[Any], Any]] = {"tags": tuple, "date": datetime.date, "direction": Direction}


def _change(document: Document) -> BulkChange:
    fields = {
        name: _TYPES[name](value) if name in _TYPES and value is not None else value
        for name, value in document["fields"].items()
    }
    source = LabelSource(document.get("source", LabelSource.FEEDBACK))
    return BulkChange(fields, document["category"], document["delete"], source, document.get("rule"))


def _work(document: Document) -> BulkWork:
    ids: list[ObjectId] = document["ids"]
    return BulkWork(
        act=document["_id"],
        ids=tuple(map(str, ids)),
        change=_change(document["change"]),
        at=document["at"],
        done=document["done"],
        holder=document["holder"],
        attempt=document["attempt"],
    )
