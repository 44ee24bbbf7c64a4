"""The `merchants` collection: a document for each merchant that a person decided something about.

A merged merchant names in `into` the one that it is part of, and in `merged_by` the act. `forgotten` has an
entry for each act that forgot its answers. `apart` has the keys of others that are no variants of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER
from src.domain.merchants import Merchant
from src.errors import Conflict
from src.services.mongo.client import Database, Document, guarded
from src.services.search.text import named_with

_CHANGED = "Somebody else has just changed this merchant; try again."
NOT_LEARNED = {"$or": [{"learn": False}, {"forgotten.at": {"$exists": True}}]}
"""Those whose answers, or earlier answers, teach nothing."""


class Merchants:
    """Never cached here, so that every process follows a change at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def get(self, key: str) -> Merchant:
        """Raises Unavailable."""
        return self.many([key]).get(key, Merchant(key))

    @guarded
    def many(self, keys: Collection[str]) -> dict[str, Merchant]:
        """Those that a person decided something about."""
        return {merchant.key: merchant for merchant in self._find({"key": {"$in": sorted(set(keys))}})}

    @guarded
    def canonical(self, keys: Collection[str]) -> dict[str, str]:
        """Each merged one of `keys` -> the key of the merchant it is part of now. Raises Unavailable.

        Of those that two merges at once lead in a circle, it is the first one.
        """
        into: dict[str, str] = {}
        unread = {key for key in keys if key}
        while unread:
            merged = self._find({"key": {"$in": sorted(unread)}, "into": {"$exists": True}})
            new = {merchant.key: merchant.into for merchant in merged if merchant.into}
            into |= new
            unread = set(new.values()) - into.keys()
        return {key: last for key in keys if (last := _last(key, into)) != key}

    def all_canonical(self) -> dict[str, str]:
        """Each merged merchant -> the key of the one it is part of now. Raises Unavailable."""
        into = self.merged()
        return {key: last for key in into if (last := _last(key, into)) != key}

    @guarded
    def leading_to(self, *keys: str) -> list[str]:
        """The other merchants that are part of these, by key."""
        parts, unread = set(keys), list(keys)
        while unread:
            merged = self._find({"into": {"$in": sorted(unread)}})
            unread = [merchant.key for merchant in merged if merchant.key not in parts]
            parts.update(unread)
        return sorted(parts.difference(keys))

    def parts(self) -> dict[str, list[str]]:
        """The merchants that are part of another, by the key of that one."""
        parts: dict[str, list[str]] = defaultdict(list)
        for key, into in sorted(self.all_canonical().items()):
            parts[into].append(key)
        return dict(parts)

    @guarded
    def merged(self) -> dict[str, str]:
        """The key of each merged merchant -> that of the merchant it was merged into, merged or not."""
        merged = self._find({"into": {"$exists": True}})
        return {merchant.key: merchant.into for merchant in merged if merchant.into}

    @guarded
    def names(self) -> dict[str, str]:
        """The names that a person gave, by key."""
        return {merchant.key: merchant.shown for merchant in self._find({"name": {"$exists": True}})}

    def named_with(self, words: str) -> dict[str, list[str]]:
        """The keys of merchants whose given name has the word, by word."""
        return named_with(words, self.names())

    @guarded
    def ignored(self) -> dict[str, datetime]:
        """Key -> until when its answers teach nothing, for the merchants of which they do."""
        return ignored_among(self._find(NOT_LEARNED))

    @guarded
    def decided(self) -> list[Merchant]:
        """All that a person decided something about, by key."""
        decisions = [{field: {"$exists": True}} for field in ("name", "into", "learn", "forgotten.at")]
        return sorted(self._find({"$or": decisions}), key=lambda merchant: merchant.key)

    @guarded
    def change(self, before: Merchant, after: Merchant) -> None:
        """Set name and learning. Raises Conflict if they are no longer as in `before`, Unavailable."""
        fields = {"name": after.name, "learn": None if after.learn else False}
        was = {"name": before.name, "learn": None if before.learn else False}
        update = {
            "$set": {field: value for field, value in fields.items() if value is not None},
            "$unset": {field: "" for field, value in fields.items() if value is None},
        }
        try:  # it is inserted if there is none; one that has changed meanwhile has this key already
            self._database.merchants.update_one({**_by_key(after.key), **was}, update, upsert=True)
        except DuplicateKeyError:
            raise Conflict(_CHANGED) from None

    @guarded
    def merge(self, keys: Iterable[str], into: str, *, act: str) -> None:
        """Those that are merged already stay as they are. Raises Unavailable; safe to repeat."""
        self._upsert(keys)
        unmerged = {"owner": LOCAL_OWNER, "key": {"$in": list(keys)}, "into": None}
        update = {"$set": {"into": into, "merged_by": act}}
        self._database.merchants.update_many(unmerged, update)

    @guarded
    def merged_by(self, act: str) -> list[str]:
        query = {"owner": LOCAL_OWNER, "merged_by": {"$eq": act}}
        return [document["key"] for document in self._database.merchants.find(query)]

    @guarded
    def unmerge(self, act: str) -> None:
        query = {"owner": LOCAL_OWNER, "merged_by": {"$eq": act}}
        self._database.merchants.update_many(query, {"$unset": {"into": "", "merged_by": ""}})

    @guarded
    def forget(self, keys: Iterable[str], *, act: str, at: datetime) -> None:
        """Their answers until now teach nothing. Raises Unavailable; safe to repeat."""
        self._upsert(keys)
        query = {"owner": LOCAL_OWNER, "key": {"$in": list(keys)}, "forgotten.act": {"$ne": act}}
        self._database.merchants.update_many(query, {"$push": {"forgotten": {"act": act, "at": at}}})

    @guarded
    def recall(self, act: str) -> None:
        """Undo `forget`."""
        query = {"owner": LOCAL_OWNER, "forgotten.act": {"$eq": act}}
        self._database.merchants.update_many(query, {"$pull": {"forgotten": {"act": {"$eq": act}}}})

    @guarded
    def keep_apart(self, keys: tuple[str, str]) -> None:
        """Note that two merchants are no variants of one. Raises Unavailable; safe to repeat."""
        self._upsert(keys)
        self._database.merchants.update_one(_by_key(min(keys)), {"$addToSet": {"apart": max(keys)}})

    @guarded
    def no_longer_apart(self, keys: tuple[str, str]) -> None:
        """Undo `keep_apart`."""
        self._database.merchants.update_one(_by_key(min(keys)), {"$pull": {"apart": {"$eq": max(keys)}}})

    @guarded
    def apart(self) -> set[tuple[str, str]]:
        """The pairs that are no variants of one, each in alphabetical order."""
        documents = self._database.merchants.find({"owner": LOCAL_OWNER, "apart.0": {"$exists": True}})
        return {(document["key"], other) for document in documents for other in document["apart"]}

    def _upsert(self, keys: Iterable[str]) -> None:
        updates = [
            UpdateOne(_by_key(key), {"$setOnInsert": {"owner": LOCAL_OWNER, "key": key}}, upsert=True)
            for key in keys
        ]
        self._database.merchants.bulk_write(updates, ordered=False)

    def _find(self, query: Mapping[str, Any]) -> list[Merchant]:
        documents = self._database.merchants.find({"owner": LOCAL_OWNER, **query})
        return [merchant_of(document) for document in documents]


def ignored_among(merchants: Iterable[Merchant]) -> dict[str, datetime]:
    return {merchant.key: until for merchant in merchants if (until := merchant.ignored_until)}


def _by_key(key: str) -> Document:
    return {"owner": LOCAL_OWNER, "key": {"$eq": key}}


def _last(key: str, into: Mapping[str, str]) -> str:
    path = [key]
    while (following := into.get(path[-1])) is not None:
        if following in path:
            return min(path[path.index(following) :])
        path.append(following)
    return path[-1]


def merchant_of(document: Document) -> Merchant:
    return Merchant(
        key=document["key"],
        name=document.get("name"),
        into=document.get("into"),
        learn=document.get("learn", True),
        forgotten_at=max((entry["at"] for entry in document.get("forgotten", ())), default=None),
    )
