"""The transactions that other programs sent: each stored once, by its id in that program."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from src.domain import LOCAL_OWNER
from src.domain.predictions import Prediction
from src.domain.transactions import NewTransaction, Status, StoredTransaction
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.deleted import deleted_keys
from src.services.transactions.documents import new_document, prediction_fields, stored_of
from src.services.transactions.optimistic_update import insert_new, update_many


class WebhookTransactions:
    """A unique index on `key` keeps two calls, or a retry, from adding a transaction twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def by_key(self, keys: Collection[str]) -> dict[str, StoredTransaction]:
        """The existing ones. Raises Unavailable."""
        documents = self._database.transactions.find({"owner": LOCAL_OWNER, "key": {"$in": list(keys)}})
        return {document["key"]: stored_of(document) for document in documents}

    @guarded
    def deleted(self, keys: Collection[str]) -> set[str]:
        """The keys of transactions that a person deleted. Raises Unavailable."""
        return {copy["key"] for copy in deleted_keys(self._database, {"key": {"$in": list(keys)}})}

    @guarded
    def add(self, new: Sequence[NewTransaction], *, source: str, at: datetime) -> None:
        """Add those whose key does not exist yet. Raises Unavailable; safe to repeat."""
        insert_new(
            self._database.transactions,
            [new_document(transaction, source=source, at=at) for transaction in new],
        )

    @guarded
    def renew(self, new: Mapping[str, Prediction]) -> None:
        """Append a prediction to each unanswered transaction, by id. Raises Unavailable; safe to repeat."""

        def renewed(row: StoredTransaction) -> Document:
            prediction = new[row.id]
            newer = row.status is Status.PREDICTED and row.prediction.at < prediction.at
            predictions = (*row.predictions, prediction) if newer else row.predictions
            return prediction_fields(predictions, row.feedback)

        update_many(self._database.transactions, list(new), renewed)
