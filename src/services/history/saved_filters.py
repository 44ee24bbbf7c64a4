"""The `history_filters` collection: filters of the history that a person saved under a name.

A filter of an account keeps the account's id, so that it follows when the account is renamed or merged. A
filter of a merged category is that of the other one.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER
from src.domain.categories import name_key
from src.domain.transactions import SavedFilter
from src.errors import Conflict, NotFound
from src.services.mongo.client import Database, Document, guarded

if TYPE_CHECKING:
    from src.services.accounts.repository import Accounts
    from src.services.categories.repository import Categories

_NAME_TAKEN = "A saved filter with this name already exists."


class SavedFilters:
    def __init__(self, database: Database, accounts: Accounts, categories: Categories) -> None:
        self._database = database
        self._accounts = accounts
        self._categories = categories

    @guarded
    def all(self) -> list[SavedFilter]:
        """By name."""
        documents = self._database.history_filters.find({"owner": LOCAL_OWNER}).sort("name_key")
        return [self._filter(document) for document in documents]

    @guarded
    def add(self, name: str, query: str, *, at: datetime) -> SavedFilter:
        """query: of an address. Raises Conflict if the name is taken, Unavailable."""
        name_of_account = dict(parse_qsl(query)).get("account")
        account = self._accounts.by_name(name_of_account) if name_of_account else None
        document = {
            "owner": LOCAL_OWNER,
            "name": name,
            "name_key": name_key(name),
            "query": query,
            "account_id": account.id if account else None,
            "created_at": at,
        }
        try:
            self._database.history_filters.insert_one(document)
        except DuplicateKeyError:
            raise Conflict(_NAME_TAKEN) from None
        return self._filter(document)

    @guarded
    def rename(self, filter_id: str, name: str) -> SavedFilter:
        """Raises NotFound, Conflict if the name is taken, Unavailable."""
        named = {"$set": {"name": name, "name_key": name_key(name)}}
        try:
            document = self._database.history_filters.find_one_and_update(
                _by_id(filter_id), named, return_document=True
            )
        except DuplicateKeyError:
            raise Conflict(_NAME_TAKEN) from None
        if document is None:
            raise _not_found()
        return self._filter(document)

    @guarded
    def delete(self, filter_id: str) -> None:
        """Raises NotFound, Unavailable."""
        if not self._database.history_filters.delete_one(_by_id(filter_id)).deleted_count:
            raise _not_found()

    def _filter(self, document: Document) -> SavedFilter:
        values, query = dict(parse_qsl(document["query"])), document["query"]
        if name := values.get("account"):
            values["account"] = self._accounts.name_today(name, document.get("account_id"))
        if of_category := values.keys() & {"category", "predicted", "counted_in"}:
            _, merged = self._categories.own_and_merged()
            values |= {field: merged.get(values[field], values[field]) for field in of_category}
        if values != dict(parse_qsl(query)):
            query = urlencode(values)
        return SavedFilter(str(document["_id"]), document["name"], query)


def _by_id(filter_id: str) -> Document:
    if not ObjectId.is_valid(filter_id):
        raise _not_found()
    return {"_id": ObjectId(filter_id), "owner": LOCAL_OWNER}


def _not_found() -> NotFound:
    return NotFound("There is no saved filter with this id.")
