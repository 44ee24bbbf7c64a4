"""The rows of the `transactions` collection that other programs told of: each once, by its number there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from src.domain.owners import LOCAL_OWNER
from src.domain.transactions import NewTransaction, StoredTransaction
from src.services.database import Database, guarded
from src.services.transaction_changes import insert_new
from src.services.transaction_documents import new_document, stored


class WebhookRows:
    """A unique index on `key` is what keeps two calls, or two tries, from adding a row twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _rows(self) -> Any:
        return self._database.collection("transactions")

    @guarded
    def by_key(self, keys: Collection[str]) -> dict[str, StoredTransaction]:
        """Those there are. Raises Unavailable."""
        found = self._rows.find({"owner": LOCAL_OWNER, "key": {"$in": list(keys)}})
        return {each["key"]: stored(each) for each in found}

    @guarded
    def add(self, new: Sequence[NewTransaction], *, source: str, at: datetime) -> None:
        """Keep those whose key is not there yet. Raises Unavailable; doing it again is safe then."""
        insert_new(self._rows, [new_document(each, source=source, at=at) for each in new])
