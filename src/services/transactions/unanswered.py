"""The unanswered transactions, without the predictions, which are most of a document."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pymongo import DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.transactions import Status, Transaction
from src.services.mongo.client import Database, guarded, guarded_stream
from src.services.transactions.documents import Document, transaction_of
from src.services.transactions.optimistic_update import object_ids

_UNANSWERED = {"owner": LOCAL_OWNER, "status": Status.PREDICTED.value}
_GIVEN = dict.fromkeys(
    ("description", "merchant", "subcategory", "amount", "currency", "date", "mode", "direction"), 1
)


class Unanswered:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded_stream
    def newest(self, limit: int) -> Iterator[tuple[str, Transaction]]:
        """Each with its id, newest first, in batches of a thousand from the server."""
        newest = self._database.transactions.find(_UNANSWERED, _GIVEN).sort(
            [("date", DESCENDING), ("_id", DESCENDING)]
        )
        for document in newest.limit(limit).batch_size(1000):
            yield _row(document)

    @guarded
    def count(self) -> int:
        return int(self._database.transactions.count_documents(_UNANSWERED))

    @guarded
    def by_id(self, ids: Collection[str]) -> dict[str, Transaction]:
        """By id, also those that are answered by now; deleted ones are absent."""
        query = {"_id": {"$in": object_ids(ids)}, "owner": LOCAL_OWNER}
        return dict(map(_row, self._database.transactions.find(query, _GIVEN)))


def _row(document: Document) -> tuple[str, Transaction]:
    return str(document["_id"]), transaction_of(document)
