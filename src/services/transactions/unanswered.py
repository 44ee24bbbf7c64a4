"""The transactions that no answer of a person holds, as models are asked of them: what was given, alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.transactions import Status, Transaction
from src.services.mongo.client import Database, guarded, guarded_stream
from src.services.transactions.documents import Document, transaction_of

_UNANSWERED = {"owner": LOCAL_OWNER, "status": Status.PREDICTED.value}
_GIVEN = dict.fromkeys(
    ("description", "merchant", "subcategory", "amount", "currency", "date", "mode", "direction"), 1
)


class Unanswered:
    """Reads the `transactions` collection, without the predictions, which are most of a document."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _rows(self) -> Any:
        return self._database.transactions

    @guarded_stream
    def newest(self, limit: int) -> Iterator[tuple[str, Transaction]]:
        """The id of each and what was given, newest first, a thousand at a time from the server."""
        newest = self._rows.find(_UNANSWERED, _GIVEN).sort([("date", DESCENDING), ("_id", DESCENDING)])
        for document in newest.limit(limit).batch_size(1000):
            yield _row(document)

    @guarded
    def count(self) -> int:
        return self._rows.count_documents(_UNANSWERED)

    @guarded
    def given(self, ids: Collection[str]) -> dict[str, Transaction]:
        """What was given, by id, answered by now or not; those there are no more are absent."""
        known = [ObjectId(each) for each in ids if ObjectId.is_valid(each)]
        if not known:
            return {}
        return dict(map(_row, self._rows.find({"_id": {"$in": known}, "owner": LOCAL_OWNER}, _GIVEN)))


def _row(document: Document) -> tuple[str, Transaction]:
    return str(document["_id"]), transaction_of(document)
