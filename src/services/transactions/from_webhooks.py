"""The rows of the `transactions` collection that other programs told of: each once, by its number there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from src.domain import LOCAL_OWNER
from src.domain.predictions import Prediction
from src.domain.transactions import NewTransaction, Status, StoredTransaction
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.deleted import deleted_keys
from src.services.transactions.documents import current_fields, new_document, predicted, stored
from src.services.transactions.optimistic_update import change_many, insert_new


class WebhookRows:
    """A unique index on `key` is what keeps two calls, or two tries, from adding a row twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _rows(self) -> Any:
        return self._database.transactions

    @guarded
    def by_key(self, keys: Collection[str]) -> dict[str, StoredTransaction]:
        """Those there are. Raises Unavailable."""
        found = self._rows.find({"owner": LOCAL_OWNER, "key": {"$in": list(keys)}})
        return {each["key"]: stored(each) for each in found}

    @guarded
    def deleted(self, keys: Collection[str]) -> set[str]:
        """Those whose rows a person deleted. Raises Unavailable."""
        return {each["key"] for each in deleted_keys(self._database, {"key": {"$in": list(keys)}})}

    @guarded
    def add(self, new: Sequence[NewTransaction], *, source: str, at: datetime) -> None:
        """Keep those whose key is not there yet. Raises Unavailable; doing it again is safe then."""
        insert_new(self._rows, [new_document(each, source=source, at=at) for each in new])

    @guarded
    def renew(self, new: Mapping[str, Prediction]) -> None:
        """Append to each unanswered row, by its id, what is thought of it now.

        Raises Unavailable; doing it again is safe then.
        """

        def renewed(row: StoredTransaction) -> Document:
            prediction = new[row.id]
            newer = row.status is Status.PREDICTED and row.prediction.at < prediction.at
            predictions = (*row.predictions, prediction) if newer else row.predictions
            return {**predicted(predictions), **current_fields(predictions, row.feedback)}

        change_many(self._rows, list(new), renewed)
