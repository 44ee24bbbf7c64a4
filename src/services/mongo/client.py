"""The connection to MongoDB: opened at the first use, durable, with driver errors turned into `Unavailable`.

Whatever the URI says, every write waits until most members of a replica set have it in their journal, and
every read goes to the primary, which has what it acknowledged, also after another member was elected. A
standalone server is a majority of one.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from collections.abc import Collection as Names
from dataclasses import fields
from datetime import UTC, date, datetime, time
from typing import Any, ParamSpec, TypeVar

import gridfs
from pydantic import TypeAdapter, ValidationError
from pymongo import MongoClient, ReadPreference, WriteConcern, timeout
from pymongo.collection import Collection
from pymongo.database import Database as MongoDatabase
from pymongo.errors import BulkWriteError, OperationFailure, PyMongoError, WriteConcernError
from pymongo.read_concern import ReadConcern

from src.errors import Unavailable
from src.once import forget, once
from src.services.host.shared_token import SharedToken
from src.services.mongo.basis_changes import BasisChanges
from src.services.mongo.collections import BASIS_CHANGES, INDEXES, SUPERSEDED, Collections

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
Document = dict[str, Any]

_NO_SUCH_INDEX = 27
_INDEXING_S = 24 * 3600
_REPLACEMENT = ".replacement"


def midnight(day: date) -> datetime:
    """A day as it is stored."""
    return datetime.combine(day, time(), tzinfo=UTC)


def from_now(seconds: float) -> Document:
    """A time by MongoDB's clock, for a pipeline or an `$expr`. seconds: negative for the past."""
    return {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": round(seconds * 1000)}}


def dataclass_of(kind: type[R], document: Document, **others: Any) -> R:
    """A dataclass from the document's fields of the same names; what the document lacks keeps its default."""
    names = (field.name for field in fields(kind) if field.name in document)  # type: ignore[arg-type]
    return kind(**({name: document[name] for name in names} | others))


@functools.cache
def adapter_of(kind: Any) -> TypeAdapter[Any]:
    """Ignores unknown fields, and fills in those that documents of earlier releases lack."""
    return TypeAdapter(kind)


def read_as(kind: type[R], document: Document) -> R:
    """The document as a dataclass, nested ones and enums included.

    Raises ValueError for what only another release knows; pydantic's own error would mean a bad request.
    """
    try:
        read: R = adapter_of(kind).validate_python(document)  # type: ignore[arg-type]  # types are hashable
    except ValidationError as error:
        where = [part["loc"] for part in error.errors(include_input=False, include_url=False)]
        raise ValueError(f"{kind.__name__} is not readable at {where}") from None
    return read


def guarded(method: Callable[P, R]) -> Callable[P, R]:
    """Turn a driver error in a service's method into `Unavailable`."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except PyMongoError as error:
            raise _unavailable(error) from error

    return call


def guarded_stream(method: Callable[P, Iterator[R]]) -> Callable[P, Iterator[R]]:
    """`guarded` for a method that yields: the driver may fail between any two rows."""

    @functools.wraps(method)
    def stream(*args: P.args, **kwargs: P.kwargs) -> Iterator[R]:
        try:
            yield from method(*args, **kwargs)
        except PyMongoError as error:
            raise _unavailable(error) from error

    return stream


def unconfirmed(error: PyMongoError) -> bool:
    """Whether the primary has a write that most members did not confirm: it may be kept or lost."""
    if isinstance(error, BulkWriteError):
        return bool((error.details or {}).get("writeConcernErrors"))
    return isinstance(error, WriteConcernError)


def _unavailable(error: PyMongoError) -> Unavailable:
    log.warning("mongodb did not answer", extra={"error": type(error).__name__})
    if unconfirmed(error):
        return Unavailable(
            "Most members of the database did not confirm in time, so this may or may not be stored. "
            "Check again in a moment before you retry.",
            retry_after_s=10,
        )
    return Unavailable(
        "The database did not answer. Try again in a moment; a change may be stored, or a part of it."
    )


class Database(Collections):
    """One MongoDB database. It connects at the first use, so it may be created before the server runs."""

    def __init__(
        self,
        uri: Callable[[], str],
        name: str,
        *,
        confirm_within_s: float = 10,
        token: SharedToken | None = None,
    ) -> None:
        """confirm_within_s: how long a write waits for most members of a replica set.

        token: renewed by writes that predictions depend on.
        """
        self._uri = uri
        self._name = name
        self._token = token
        self._closed = False
        self._write_concern = WriteConcern(w="majority", j=True, wtimeout=round(confirm_within_s * 1000))

    @once
    def _client(self) -> MongoClient[Document]:
        if self._closed:
            raise Unavailable("The connection to MongoDB is closed.")
        return MongoClient(
            self._uri(),
            tz_aware=True,
            tzinfo=UTC,
            serverSelectionTimeoutMS=4000,
            connectTimeoutMS=4000,
            socketTimeoutMS=60000,
            maxPoolSize=64,
            # An idle server is polled every 30 seconds; a failed operation polls at once.
            serverMonitoringMode="poll",
            heartbeatFrequencyMS=30000,
            appname="ledgerloop",
        )

    @once
    def _database(self) -> MongoDatabase[Document]:
        return self._client.get_database(
            self._name,
            read_preference=ReadPreference.PRIMARY,
            # Right after an election, a majority read may be older than a write that was confirmed.
            read_concern=ReadConcern("local"),
            write_concern=self._write_concern,
        )

    def collection(self, name: str) -> Collection[Document]:
        return self._database.get_collection(name)

    @once
    def basis_changes(self) -> BasisChanges:
        """The changes of what predictions depend on."""
        return BasisChanges(lambda: self.collection(BASIS_CHANGES), self._token)

    @once
    def bundles(self) -> gridfs.GridFSBucket:
        """GridFS: the model bundles."""
        return gridfs.GridFSBucket(self._database, bucket_name="bundles")

    @once
    def uploads(self) -> gridfs.GridFSBucket:
        """GridFS: uploaded files, deleted once they are imported."""
        return gridfs.GridFSBucket(self._database, bucket_name="uploads")

    @guarded
    def ping(self) -> None:
        """Raises Unavailable when MongoDB does not answer."""
        self._database.command("ping")

    def server_process(self) -> Any:
        """Identifies the primary's process: another one after a restart. None if it is not known."""
        for server in self._client.topology_description.server_descriptions().values():
            if server.is_writable and server.topology_version:
                return server.topology_version["processId"]
        return None

    @guarded
    def size(self) -> int:
        """Bytes on disk, with the indexes. Raises Unavailable."""
        return int(self._database.command("dbStats")["totalSize"])

    @guarded
    def ensure_indexes(self) -> None:
        """Create the missing indexes and drop superseded ones; takes a few milliseconds if there are none.

        After an upgrade, those of a large collection take minutes, in which everything else goes on.
        """
        with timeout(_INDEXING_S):  # instead of the shorter one of the client
            for name, indexes in INDEXES.items():
                self.collection(name).create_indexes(indexes)
        for name, superseded in SUPERSEDED.items():
            for index in set(superseded) & set(self.collection(name).index_information()):
                self._drop_index(name, index)

    def _drop_index(self, collection: str, index: str) -> None:
        try:
            self.collection(collection).drop_index(index)
        except OperationFailure as error:
            if error.code != _NO_SUCH_INDEX:  # another process was quicker
                raise

    @guarded
    def drop(self) -> None:
        """Delete the whole database."""
        self._client.drop_database(self._name)

    @guarded
    def empty(self, *, but: Names[str] = ()) -> None:
        """Delete all documents and free their space; safe to repeat, and while others write.

        An empty collection with the same indexes replaces each one, so that no write ever finds none.
        but: names of collections that stay.
        """
        names = self._database.list_collection_names()
        # A transaction never has a word that is not stored.
        in_order = sorted(names, key=lambda name: (name == "month_totals", name != "search_words"))
        with self.basis_changes.noted(None):  # which empties its own collection
            for name in in_order:
                if name.endswith(_REPLACEMENT):
                    self.collection(name).drop()  # of an attempt that was interrupted
                elif name not in (*but, BASIS_CHANGES):
                    self._replace_by_empty(name)

    def _replace_by_empty(self, name: str) -> None:
        replacement = self._database.create_collection(f"{name}{_REPLACEMENT}", check_exists=False)
        indexes = [dict(index) for index in self.collection(name).list_indexes()]
        self._database.command("createIndexes", replacement.name, indexes=indexes)
        replacement.rename(name, dropTarget=True)

    def close(self) -> None:
        """For good: a thread that comes later opens no new connection."""
        self._closed = True
        forget(self, "_database")
        if client := forget(self, "_client"):
            client.close()
        forget(self, "bundles")
        forget(self, "uploads")
