"""The random checks that are open: drawn when their transaction was stored, and closed by any answer."""

from __future__ import annotations

from pymongo import DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.transactions import Status, StoredTransaction
from src.services.mongo.client import Database, guarded
from src.services.transactions.documents import stored_of


class Audits:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def open(self, limit: int) -> list[StoredTransaction]:
        """The newest that nobody has answered and that wait for no other reason. Raises Unavailable."""
        query = {
            "owner": LOCAL_OWNER,
            "audit": True,
            "status": Status.PREDICTED.value,
            "needs_review": False,
        }
        rows = self._database.transactions.find(query)
        return [stored_of(document) for document in rows.sort("_id", DESCENDING).limit(limit)]
