"""The `budgets` and `limits` collections: one document of each has all of a person's.

So a change of several is one atomic write.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER, budgets, limits
from src.domain.budgets import Budget
from src.domain.limits import Limit
from src.services.mongo.client import Database, guarded

T = TypeVar("T")

NO_VERSION = ""
_ID = {"_id": LOCAL_OWNER}


class StoredList(Generic[T]):
    collection: str

    def __init__(self, database: Database) -> None:
        self._database = database

    def as_plain(self, item: T) -> dict[str, Any]:
        raise NotImplementedError

    def item_of(self, values: Mapping[str, Any]) -> T:
        """What `as_plain` wrote."""
        raise NotImplementedError

    @guarded
    def read(self) -> tuple[str, tuple[T, ...]]:
        """The version, and the list in its order. Raises Unavailable."""
        document = self._database.collection(self.collection).find_one(_ID)
        if document is None:
            return NO_VERSION, ()
        return document["version"], tuple(map(self.item_of, document["items"]))

    def all(self) -> tuple[T, ...]:
        return self.read()[1]

    @guarded
    def replace(self, version: str, items: Sequence[T]) -> bool:
        """Store these if those of `version` are still the current ones. Raises Unavailable."""
        fields = {"version": secrets.token_hex(8), "items": [self.as_plain(item) for item in items]}
        collection = self._database.collection(self.collection)
        if version == NO_VERSION:
            try:
                collection.insert_one({**_ID, "owner": LOCAL_OWNER, **fields})
            except DuplicateKeyError:
                return False
            return True
        return bool(collection.update_one({**_ID, "version": version}, {"$set": fields}).matched_count)


class Budgets(StoredList[Budget]):
    collection = "budgets"

    def as_plain(self, item: Budget) -> dict[str, Any]:
        return budgets.as_plain(item)

    def item_of(self, values: Mapping[str, Any]) -> Budget:
        return budgets.budget_of(values)


class Limits(StoredList[Limit]):
    """Only those that differ from the defaults."""

    collection = "limits"

    def as_plain(self, item: Limit) -> dict[str, Any]:
        return limits.as_plain(item)

    def item_of(self, values: Mapping[str, Any]) -> Limit:
        return limits.limit_of(values)
