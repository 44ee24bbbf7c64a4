"""Changes of what predictions depend on, noted so that every process may keep the rest in its memory.

A writer notes in one document that its write is open, renews the token of its host, writes, renews the token
again, and closes the note. A process may use what it has in memory while the token of its host is the one
from before it last read the document, at most a second ago, and no note was open then. So on the writer's
host the next request sees an acknowledged write, on other hosts a request a second later. A note whose
process was killed stays open, and with it the doubt, until it expires.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from pymongo import WriteConcern
from pymongo.collection import Collection as MongoCollection
from pymongo.errors import BulkWriteError, PyMongoError, WriteConcernError, WriteError

from src.services.host.shared_token import SharedToken

log = logging.getLogger(__name__)
Document = dict[str, Any]

_ID = {"_id": "changes"}
_OPEN_FOR_MS = 180_000
"""Longer than any write takes: the driver gives up after 60 seconds, and tries once more."""
_KEPT = 50
"""Closed notes that the document keeps. A process that missed more reads everything again."""
_MOST_MERCHANTS = 20
"""Of one note; with more, everything counts as changed."""
_OPEN: Document = {
    "$filter": {"input": {"$ifNull": ["$open", []]}, "cond": {"$gt": ["$$this.until", "$$NOW"]}}
}


@dataclass(frozen=True, slots=True)
class Change:
    """A write that is done."""

    number: int
    merchants: tuple[str, ...]
    """Those whose answers it changed."""
    decisions: bool
    """Whether it changed what a person decided about categories, merchants, rules or accounts."""


@dataclass(frozen=True, slots=True)
class Progress:
    line: str
    """Another one after the document was deleted, whose numbers begin anew."""
    number: int
    """Of the newest note."""
    is_open: bool
    changes: tuple[Change, ...]
    """Those done since the number that was asked for, as far as they are known."""

    def since(self, number: int) -> Sequence[Change] | None:
        """The changes after `number`; None if not all of them are known."""
        later = [change for change in self.changes if change.number > number]
        missing = set(range(number + 1, self.number + 1)) - {change.number for change in later}
        return None if missing or number > self.number else later


class BasisChanges:
    def __init__(
        self, collection: Callable[[], MongoCollection[Document]], token: SharedToken | None
    ) -> None:
        """token: None for a process that shares none: then it keeps nothing in its memory."""
        self._collection = collection
        self._token = token

    @property
    def _notes(self) -> MongoCollection[Document]:
        # Not journaled: MongoDB keeps the order of its writes, so a kept one has its note.
        return self._collection().with_options(write_concern=WriteConcern(w=1))

    def token(self) -> bytes | None:
        return self._token.read() if self._token else None

    def progress(self, since: int) -> Progress:
        """Raises PyMongoError."""
        newer = {
            "$filter": {"input": {"$ifNull": ["$closed", []]}, "cond": {"$gt": ["$$this.number", since]}}
        }
        fields = {"line": 1, "number": 1, "is_open": {"$gt": [{"$size": _OPEN}, 0]}, "closed": newer}
        for document in self._notes.aggregate([{"$match": _ID}, {"$project": fields}]):
            changes = tuple(
                Change(change["number"], tuple(change["merchants"]), change["decisions"])
                for change in document["closed"]
            )
            return Progress(document["line"], document["number"], document["is_open"], changes)
        return Progress("", 0, False, ())

    @contextmanager
    def noted(self, merchants: Collection[str] | None = (), *, decisions: bool = False) -> Iterator[None]:
        """Around a write. merchants: whose answers it changes; None if that is not known."""
        note = secrets.token_hex(8)
        self._notes.update_one(_ID, _opening(note), upsert=True)
        self._renew()
        try:
            yield
        except BulkWriteError as error:
            if not (error.details or {}).get("writeConcernErrors"):
                self._close(note, merchants, decisions=decisions)
            raise
        except WriteConcernError:
            raise
        except WriteError:
            self._close(note, (), decisions=False)
            raise
        else:
            self._renew()
            self._close(note, merchants, decisions=decisions)
        finally:  # after another error the write may still be done later, so the note stays open
            self._renew()

    def _renew(self) -> None:
        if self._token:
            self._token.renew()

    def _close(self, note: str, merchants: Collection[str] | None, *, decisions: bool) -> None:
        """If it fails, the write is done all the same, and the note expires."""
        with suppress(PyMongoError):
            self._notes.update_one(_ID, _closing(note, merchants, decisions=decisions))


def _opening(note: str) -> list[Document]:
    until = {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": _OPEN_FOR_MS}}
    numbered = {
        "line": {"$ifNull": ["$line", note]},
        "number": {"$add": [{"$ifNull": ["$number", 0]}, 1]},
    }
    own = {"note": note, "number": "$number", "until": until}
    return [{"$set": numbered}, {"$set": {"open": {"$concatArrays": [_OPEN, [own]]}}}]


def _closing(note: str, merchants: Collection[str] | None, *, decisions: bool) -> list[Document]:
    of_note = {"$eq": ["$$this.note", note]}
    own = {"$first": {"$filter": {"input": "$open", "cond": of_note}}}
    closed: Any = []
    if merchants is not None and len(merchants) <= _MOST_MERCHANTS:
        names = {"$literal": sorted(merchants)}
        entry = {"number": "$own.number", "merchants": names, "decisions": decisions}
        closed = {"$slice": [{"$concatArrays": [{"$ifNull": ["$closed", []]}, [entry]]}, -_KEPT]}
    # A note that had expired gets another number, which nobody knows: everything is read again.
    number = {"$add": ["$number", {"$cond": [{"$gt": ["$own", None]}, 0, 1]}]}
    others = {"$filter": {"input": "$open", "cond": {"$not": [of_note]}}}
    return [
        {"$set": {"own": own}},
        {"$set": {"number": number, "open": others, "closed": closed}},
        {"$unset": "own"},
    ]


_READS = frozenset(
    (
        *("aggregate", "count_documents", "distinct", "estimated_document_count", "find", "find_one"),
        *("full_name", "index_information", "list_indexes", "name"),
    )
)
_WRITES = frozenset(
    (
        *("bulk_write", "delete_many", "delete_one", "find_one_and_update", "insert_many", "insert_one"),
        *("replace_one", "update_many", "update_one"),
    )
)


class NotedCollection:
    """A collection of decisions that predictions depend on: every write is noted."""

    def __init__(
        self, collection: MongoCollection[Document], changes: BasisChanges, *, decisions: bool
    ) -> None:
        """decisions: as of Change."""
        self._collection, self._changes, self._decisions = collection, changes, decisions

    def __getattr__(self, name: str) -> Any:
        if name in _READS:
            return getattr(self._collection, name)
        if name not in _WRITES:
            raise AttributeError(f"{name} is not among the operations that are noted.")
        write: Callable[..., Any] = getattr(self._collection, name)

        def noted(*arguments: Any, **options: Any) -> Any:
            with self._changes.noted(decisions=self._decisions):
                return write(*arguments, **options)

        return noted
