"""The connection to MongoDB: made late, durable, its errors turned into ours, its indexes declared here.

Whatever the URI says, every write waits until most members of a replica set have it in their journal, and
every read goes to the primary, which has what it acknowledged, also after another member was elected. A
standalone server is a majority of one.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any, ParamSpec, TypeVar

import gridfs
from pymongo import ASCENDING, DESCENDING, IndexModel, MongoClient, ReadPreference, WriteConcern
from pymongo.collection import Collection
from pymongo.database import Database as MongoDatabase
from pymongo.errors import BulkWriteError, OperationFailure, PyMongoError, WriteConcernError
from pymongo.read_concern import ReadConcern

from src.errors import Unavailable
from src.once import forget, once

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
Document = dict[str, Any]

INDEXES: dict[str, list[IndexModel]] = {
    "transactions": [
        IndexModel([("owner", ASCENDING), ("date", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("owner", ASCENDING), ("value", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("owner", ASCENDING), ("confidence", ASCENDING), ("_id", ASCENDING)]),
        IndexModel(
            [("owner", ASCENDING), ("category", ASCENDING), ("date", DESCENDING), ("_id", DESCENDING)]
        ),
        # The merchant memory: what a person last called this merchant, answered from the index alone.
        IndexModel(
            [
                ("owner", ASCENDING),
                ("merchant", ASCENDING),
                ("label.at", DESCENDING),
                ("label.category", ASCENDING),
                ("value", ASCENDING),
                ("label.source", ASCENDING),
            ]
        ),
        IndexModel(
            [("owner", ASCENDING), ("confidence", ASCENDING), ("_id", ASCENDING)],
            name="waiting_for_an_answer",
            partialFilterExpression={"needs_review": True},
        ),
        # A row that was imported has a key, and no other row has the same.
        IndexModel(
            [("owner", ASCENDING), ("key", ASCENDING)],
            unique=True,
            partialFilterExpression={"key": {"$exists": True}},
        ),
        # The rows of an import, and how many of them a person has answered.
        IndexModel(
            [("import", ASCENDING), ("label.source", ASCENDING)],
            partialFilterExpression={"import": {"$exists": True}},
        ),
        # The rows that an import has although they belong to another one, and those that passed from it to
        # another one when it was undone.
        IndexModel([("also_in", ASCENDING)], partialFilterExpression={"also_in": {"$exists": True}}),
        IndexModel(
            [("passed_on_by", ASCENDING)], partialFilterExpression={"passed_on_by": {"$exists": True}}
        ),
        # The ways of paying in use, which several pages offer.
        IndexModel([("owner", ASCENDING), ("mode", ASCENDING)]),
        # The newest rows and the newest answers, as the look for drift asks for them.
        IndexModel([("owner", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel(
            [("owner", ASCENDING), ("label.at", DESCENDING)],
            partialFilterExpression={"label.at": {"$exists": True}},
        ),
        IndexModel(
            [("owner", ASCENDING), ("_id", DESCENDING)],
            name="random_checks",
            partialFilterExpression={"audit": True, "status": "predicted"},
        ),
        IndexModel(
            [("owner", ASCENDING), ("_id", ASCENDING)],
            name="asked_again",
            partialFilterExpression={"doubt.label_at": {"$exists": True}},
        ),
        IndexModel(
            [("feedback.act", ASCENDING)], partialFilterExpression={"feedback.act": {"$exists": True}}
        ),
        IndexModel(
            [("predictions.act", ASCENDING)], partialFilterExpression={"predictions.act": {"$exists": True}}
        ),
    ],
    "acts": [
        IndexModel([("owner", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel(
            [("owner", ASCENDING), ("kind", ASCENDING), ("at", ASCENDING)],
            name="unfinished",
            partialFilterExpression={"rows": None},
        ),
    ],
    "imports": [IndexModel([("created_at", DESCENDING)])],
    "import_rejects": [IndexModel([("import", ASCENDING), ("row", ASCENDING)], unique=True)],
    "deleted_transactions": [
        IndexModel([("owner", ASCENDING), ("key", ASCENDING)]),
        IndexModel([("acts", ASCENDING)]),
        IndexModel([("document.import", ASCENDING)]),
    ],
    "answers_aside": [IndexModel([("owner", ASCENDING), ("key", ASCENDING)], unique=True)],
    "import_profiles": [IndexModel([("owner", ASCENDING), ("layout", ASCENDING)], unique=True)],
    "deliveries": [
        IndexModel([("due_at", ASCENDING)], partialFilterExpression={"status": "waiting"}),
        IndexModel([("status", ASCENDING), ("finished_at", DESCENDING)]),
        IndexModel([("keys", ASCENDING)]),
    ],
    "categories": [
        IndexModel([("owner", ASCENDING), ("slug", ASCENDING)], unique=True),
        # Two requests at once cannot make one name twice under different slugs.
        IndexModel(
            [("owner", ASCENDING), ("name_key", ASCENDING)],
            unique=True,
            partialFilterExpression={"name_key": {"$exists": True}},
        ),
    ],
    "training_runs": [
        IndexModel([("requested_at", DESCENDING)]),
        # At most one run is queued or running, whatever the number of processes and hosts.
        IndexModel([("active", ASCENDING)], unique=True, partialFilterExpression={"active": True}),
    ],
    "models": [IndexModel([("created_at", DESCENDING)])],
    "refusals": [IndexModel([("owner", ASCENDING), ("at", DESCENDING)])],
}


SUPERSEDED = {"transactions": ["owner_1_merchant_1_label.at_-1_label.category_1_value_1"]}
"""Indexes of earlier versions that another one has taken the place of."""
_NO_SUCH_INDEX = 27


def from_now(seconds: float) -> Document:
    """A moment by MongoDB's own clock, in a pipeline or an `$expr`; below 0 it is past."""
    return {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": round(seconds * 1000)}}


def guarded(method: Callable[P, R]) -> Callable[P, R]:
    """Turn what the driver raises in a service's method into `Unavailable`."""

    @functools.wraps(method)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except PyMongoError as error:
            raise _unavailable(error) from error

    return answer


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
    """Whether the primary has a write that most members did not confirm: it may be kept, or lost."""
    if isinstance(error, BulkWriteError):
        return bool((error.details or {}).get("writeConcernErrors"))
    return isinstance(error, WriteConcernError)


def _unavailable(error: PyMongoError) -> Unavailable:
    log.warning("mongodb did not answer", extra={"error": type(error).__name__})
    if unconfirmed(error):
        return Unavailable(
            "Most members of the database did not confirm in time, so this may or may not be stored. "
            "Please look in a moment, before you try again.",
            retry_after_s=10,
        )
    return Unavailable("The database did not answer. Nothing was stored; please try again in a moment.")


class Database:
    """One MongoDB database. Connects at the first use, so it may be made before the server runs."""

    def __init__(self, uri: Callable[[], str], name: str, *, confirm_within_s: float = 10) -> None:
        """confirm_within_s: how long a write waits for most members of a replica set."""
        self._uri = uri
        self._name = name
        self._write_concern = WriteConcern(w="majority", j=True, wtimeout=round(confirm_within_s * 1000))

    @once
    def _client(self) -> MongoClient[Document]:
        return MongoClient(
            self._uri(),
            tz_aware=True,
            tzinfo=UTC,
            serverSelectionTimeoutMS=4000,
            connectTimeoutMS=4000,
            socketTimeoutMS=60000,
            maxPoolSize=64,
            # An idle server is asked for its state every 30 seconds; a failed operation asks at once.
            serverMonitoringMode="poll",
            heartbeatFrequencyMS=30000,
            appname="ledgerloop",
        )

    @property
    def _database(self) -> MongoDatabase[Document]:
        return self._client.get_database(
            self._name,
            read_preference=ReadPreference.PRIMARY,
            # What a majority is known to have may be older, right after an election, than what was confirmed.
            read_concern=ReadConcern("local"),
            write_concern=self._write_concern,
        )

    def collection(self, name: str) -> Collection[Document]:
        return self._database.get_collection(name)

    @once
    def bundles(self) -> gridfs.GridFSBucket:
        """GridFS: the model bundles."""
        return gridfs.GridFSBucket(self._database, bucket_name="bundles")

    @once
    def uploads(self) -> gridfs.GridFSBucket:
        """GridFS: files on their way in, deleted once they are."""
        return gridfs.GridFSBucket(self._database, bucket_name="uploads")

    @guarded
    def ping(self) -> None:
        """Raises Unavailable when MongoDB does not answer."""
        self._database.command("ping")

    @guarded
    def ensure_indexes(self) -> None:
        """Create what is missing; costs a few milliseconds when nothing is."""
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
        """Delete the whole database (tests and benchmarks)."""
        self._client.drop_database(self._name)

    def close(self) -> None:
        if client := forget(self, "_client"):
            client.close()
        forget(self, "bundles")
        forget(self, "uploads")
