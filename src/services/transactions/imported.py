"""The imported transactions of the `transactions` collection: added once, however often they are imported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bson import ObjectId
from pymongo import ASCENDING, ReplaceOne

from src.domain import LOCAL_OWNER
from src.domain.feedback import BY_A_PERSON
from src.domain.imports import ImportedRow, identifying_text
from src.domain.transactions import NewTransaction, StoredTransaction
from src.services.mongo.client import Database, Document, guarded
from src.services.search.index import SearchIndex
from src.services.transactions.deleted import deleted_keys
from src.services.transactions.documents import (
    content_of,
    feedback_fields,
    new_document,
    restored_document,
    stored_of,
)
from src.services.transactions.linked import unsettle
from src.services.transactions.optimistic_update import insert_new

_BATCH = 1000
_BY_A_PERSON = [source.value for source in BY_A_PERSON]
SOURCE = "import"
_TRIES = 5
_MOST_ALIKE = 20_000
"""Equal rows beyond these are not recognized without their account."""
_OF_A_ROW = ("key", "description", "subcategory", "account", "account_number")
Index = Sequence[tuple[str, int]]
# Named in queries that mostly find nothing: for these, MongoDB tries all indexes of the owner every time.
_BY_KEY: Index = [("owner", ASCENDING), ("key", ASCENDING)]
_BY_CONTENT: Index = [("owner", ASCENDING), ("content", ASCENDING)]
_ACCOUNT_FIELDS = ("account", "account_number")
_SHARED: Document = {"also_in.0": {"$exists": True}}
_NOT_SHARED: Document = {"also_in.0": {"$exists": False}}


class ImportedTransactions:
    """A unique index on `key` keeps two processes, or a retry, from adding a transaction twice."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._search = SearchIndex(database)

    @guarded
    def with_keys(self, keys: Collection[str]) -> list[ImportedRow]:
        """Stored and deleted transactions with these keys."""
        query = {"owner": LOCAL_OWNER, "key": {"$in": list(keys)}}
        return self._imported_rows(query, query, _BY_KEY)

    @guarded
    def alike(self, contents: Collection[str], *, import_id: str | None) -> list[ImportedRow]:
        """Stored and deleted transactions of the same contents, whatever their account.

        contents: first parts of keys. import_id: the import that asks, if any; its own transactions are left
        out.
        """
        short = {"$in": [content_of(content) for content in contents]}
        stored: Document = {"owner": LOCAL_OWNER, "content": short}
        if import_id is not None:
            stored["import"] = {"$ne": import_id}
        return self._imported_rows(stored, {"owner": LOCAL_OWNER, "document.content": short}, _BY_CONTENT)

    def _imported_rows(self, query: Document, of_deleted: Document, index: Index) -> list[ImportedRow]:
        """index: of `query`."""
        deleted, copies = [], self._database.deleted_transactions
        if copies.find_one({"owner": LOCAL_OWNER}, {"_id": 1}):
            fields = {f"document.{name}": 1 for name in _OF_A_ROW}
            deleted = [copy["document"] for copy in copies.find(of_deleted, fields).limit(_MOST_ALIKE)]
        fields = dict.fromkeys(_OF_A_ROW, 1)
        stored = self._database.transactions.find(query, fields, hint=index).limit(_MOST_ALIKE)
        return [_imported_row(document) for document in (*deleted, *stored)]

    @guarded
    def set_accounts(self, accounts: Mapping[str, Mapping[str, str]], *, import_id: str) -> None:
        """Set `account` and `account_number` of existing transactions that have none; undone with the import.

        accounts: the fields by key.
        """
        keys: dict[tuple[str, str], list[str]] = defaultdict(list)
        for key, fields in accounts.items():
            for setting in fields.items():
                keys[setting].append(key)
        for (field, value), of_setting in keys.items():
            query = {"owner": LOCAL_OWNER, "key": {"$in": of_setting}, field: None}
            update = {
                "$set": {field: value},
                "$push": {"account_from": {"import": import_id, "field": field, "value": value}},
                "$inc": {"revision": 1},
            }
            self._database.transactions.update_many(query, update)

    @guarded
    def share(self, keys: Collection[str], *, import_id: str) -> dict[str, str | None]:
        """Note that an import contains these existing transactions too.

        Returns key -> the import that owns the transaction. When that import is undone, the next import that
        contains the transaction owns it.
        """
        shared = self._share({"key": {"$in": list(keys)}}, import_id)
        return {document["key"]: document.get("import") for document in shared}

    def _share(self, query: Document, import_id: str) -> list[Document]:
        """Without a transaction that was added or changed owner at this very moment: it is not shared yet."""
        transactions, query = self._database.transactions, {"owner": LOCAL_OWNER, **query}
        owned_by_others = {"import": {"$exists": True, "$ne": import_id}, "also_in": {"$ne": import_id}}
        transactions.update_many({"$and": [query, owned_by_others]}, {"$addToSet": {"also_in": import_id}})
        not_imported = {"import": {"$exists": False}}
        shared = {"$or": [{"import": import_id}, {"also_in": import_id}, not_imported]}
        return list(transactions.find({"$and": [query, shared]}, {"key": 1, "import": 1}))

    @guarded
    def add(self, new: Sequence[NewTransaction], *, at: datetime) -> int:
        """Add those whose key does not exist yet, with answers kept aside; returns their number.

        Raises Unavailable; safe to repeat.
        """
        return self._insert([new_document(transaction, source=SOURCE, at=at) for transaction in new])

    @guarded
    def restore(self, rows: Sequence[StoredTransaction], *, import_id: str) -> int:
        """Add transactions of an export, those whose id and key do not exist yet, as they were.

        Returns how many transactions this import owns now. Raises Unavailable; safe to repeat.
        """
        documents = [restored_document(row, import_id=import_id) for row in rows]
        ids = [document["_id"] for document in documents]
        keys = [document["key"] for document in documents if "key" in document]
        same = {"$or": [{"_id": {"$in": ids}}, {"key": {"$in": keys}}]}
        for _ in range(_TRIES):
            shared = self._share(same, import_id)
            existing = {document["_id"] for document in shared} | {document.get("key") for document in shared}
            new = [
                document
                for document in documents
                if document["_id"] not in existing and document.get("key", document["_id"]) not in existing
            ]
            if self._insert(new) == len(new):
                break
        owned = {"$and": [{"owner": LOCAL_OWNER, "import": import_id}, same]}
        return int(self._database.transactions.count_documents(owned))

    @guarded
    def note_deleted(self, keys: Collection[str], *, import_id: str, ids: Collection[str] = ()) -> set[str]:
        """Those of `keys` and `ids` whose transactions a person deleted.

        Their copies note that this import contains them, in case the deletion is undone.
        """
        same: Document = {"$or": [{"key": {"$in": list(keys)}}, {"_id": {"$in": [*map(ObjectId, ids)]}}]}
        gone = deleted_keys(self._database, same)
        if gone:
            copies = self._database.deleted_transactions
            query: Document = {"_id": {"$in": [copy["_id"] for copy in gone]}}
            without_owner = {"document.import": {"$exists": False}, "document.source": SOURCE}
            copies.update_many({**query, **without_owner}, {"$set": {"document.import": import_id}})
            owned_by_others = {"document.import": {"$exists": True, "$ne": import_id}}
            share = {"$addToSet": {"document.also_in": import_id}}
            copies.update_many({**query, **owned_by_others}, share)
        return {str(copy[name]) for copy in gone for name in ("key", "_id") if name in copy}

    def _insert(self, documents: Sequence[Document]) -> int:
        """Returns how many of them did not exist yet."""
        if not documents:
            return 0
        keys = {key for document in documents for key in _possible_answers_keys(document)}
        query = {"owner": LOCAL_OWNER, "key": {"$in": list(keys)}}
        aside = {kept["key"]: kept["feedback"] for kept in self._database.answers_aside.find(query)}
        used = []
        for document in documents:
            key = next(filter(aside.__contains__, _possible_answers_keys(document)), "")
            if answers := aside.pop(key, None):
                used.append(key)
                imported = document["feedback"]
                feedback = [*imported, *(event for event in answers if event not in imported)]
                row = stored_of({**document, "_id": "", "feedback": feedback})
                document.update(feedback_fields(row.predictions, row.feedback))
        self._search.prepare(documents)
        added = insert_new(self._database.transactions, documents)
        if used:
            self._database.answers_aside.delete_many({"owner": LOCAL_OWNER, "key": {"$in": used}})
        return added

    @guarded
    def undo(self, import_id: str, *, at: datetime) -> int:
        """Delete a batch of an import's transactions that no other import contains; returns 0 at the end.

        A person's answers to them are kept aside until the transactions are imported again.
        """
        transactions, aside = self._database.transactions, self._database.answers_aside
        owned = {"import": {"$eq": import_id}, **_NOT_SHARED}
        documents = list(transactions.find(owned, {"key": 1, "feedback": 1, "told": 1}).limit(_BATCH))
        if not documents:
            return 0
        answered = []
        for document in documents:
            if answers := _answers(document):
                query = {"owner": LOCAL_OWNER, "key": _answers_key(document)}
                kept = {**query, "import": import_id, "feedback": answers, "at": at}
                answered.append(ReplaceOne(query, kept, upsert=True))
        if answered:
            aside.bulk_write(answered, ordered=False)
        ids = {"$in": [document["_id"] for document in documents]}
        unsettle(self._database, ids["$in"], at=at)
        deleted: int = transactions.delete_many({"_id": ids, **owned})
        unsettle(self._database, ids["$in"], at=at)  # somebody may have settled them just before
        # A copy of one of these was left by a person's deletion that was interrupted.
        self._database.deleted_transactions.delete_many({"_id": ids})
        if deleted < len(documents):  # another import shares some since this moment, with their answers
            remaining = {document["_id"] for document in transactions.find({"_id": ids}, {"_id": 1})}
            keys = [_answers_key(document) for document in documents if document["_id"] in remaining]
            aside.delete_many({"owner": LOCAL_OWNER, "key": {"$in": keys}})
        return deleted

    @guarded
    def unshare(self, import_id: str) -> None:
        """An undone import no longer contains transactions of others; the accounts it has set are removed.

        Safe to repeat.
        """
        for collection, prefix in (
            (self._database.transactions, ""),
            (self._database.deleted_transactions, "document."),
        ):
            field = f"{prefix}also_in"
            collection.update_many({field: {"$eq": import_id}}, {"$pull": {field: import_id}})
            any_set = {f"{prefix}account_from": {"$exists": True}}  # only then an index is used
            set_by_it = {**any_set, f"{prefix}account_from.import": {"$eq": import_id}}
            collection.update_many(set_by_it, _without_accounts_of(import_id, prefix))

    @guarded
    def reassign(self, import_id: str) -> int:
        """Make the next import that contains a shared transaction its owner; returns their number."""
        copies, owned_copies = self._database.deleted_transactions, {"document.import": {"$eq": import_id}}
        shared_copies = {**owned_copies, "document.also_in.0": {"$exists": True}}
        copies.update_many(shared_copies, _reassignment(import_id, "document."))
        copies.update_many(owned_copies, {"$unset": {"document.import": ""}})
        shared = {"import": {"$eq": import_id}, **_SHARED}
        return int(self._database.transactions.update_many(shared, _reassignment(import_id)).modified_count)

    @guarded
    def count_reassigned(self, import_id: str) -> int:
        """Transactions whose owner changed from this import to another."""
        return self._count({"passed_on_by": {"$eq": import_id}})

    @guarded
    def count_answers_aside(self, import_id: str) -> int:
        """Transactions of an undone import whose answers wait for the next import of them."""
        query = {"owner": LOCAL_OWNER, "import": {"$eq": import_id}}
        return int(self._database.answers_aside.count_documents(query))

    @guarded
    def count(self, import_id: str) -> int:
        return self._count({"import": {"$eq": import_id}})

    @guarded
    def count_shared(self, import_id: str) -> int:
        """Transactions of an import that another import contains too."""
        return self._count({"import": {"$eq": import_id}, **_SHARED})

    @guarded
    def count_accounts_set(self, import_id: str) -> int:
        """Existing transactions whose account an import has set."""
        of_it = {"import": {"$eq": import_id}, "field": "account"}
        return self._count({"account_from": {"$exists": True, "$elemMatch": of_it}})

    @guarded
    def count_answered(self, import_id: str) -> int:
        """Transactions that undoing an import would delete and that a person has answered since."""
        since = [{"told": None}, {"$expr": {"$gt": [{"$size": "$feedback"}, "$told"]}}]
        by_a_person = {"label.source": {"$in": _BY_A_PERSON}, "$or": since}
        return self._count({"import": {"$eq": import_id}, **_NOT_SHARED, **by_a_person})

    def _count(self, query: Document) -> int:
        return int(self._database.transactions.count_documents(query))


def _reassignment(import_id: str, prefix: str = "") -> list[Document]:
    """The update by which the next import that contains a transaction owns it.

    `passed_on_by` counts them also after a kill. prefix: of the field names.
    """
    also_in = f"${prefix}also_in"
    earlier = {"$ifNull": [f"${prefix}passed_on_by", []]}
    return [
        {
            "$set": {
                f"{prefix}import": {"$first": also_in},
                f"{prefix}also_in": {"$slice": [also_in, 1, {"$size": also_in}]},
                f"{prefix}passed_on_by": {"$concatArrays": [earlier, [{"$literal": import_id}]]},
            }
        }
    ]


def _without_accounts_of(import_id: str, prefix: str) -> list[Document]:
    """The update that removes the accounts that an import has set, unless they were changed since.

    prefix: of the field names.
    """
    settings = f"${prefix}account_from"
    of_it = {"$eq": ["$$this.import", {"$literal": import_id}]}

    def removed(field: str) -> Document:
        of_field = {"$and": [of_it, {"$eq": ["$$this.field", field]}]}
        mine = {"$filter": {"input": settings, "cond": of_field}}
        values = {"$map": {"input": mine, "in": "$$this.value"}}
        value = f"${prefix}{field}"
        return {"$cond": [{"$in": [value, values]}, "$$REMOVE", value]}

    others = {"$filter": {"input": settings, "cond": {"$not": [of_it]}}}
    emptied = {"$cond": [{"$eq": [settings, []]}, "$$REMOVE", settings]}
    revision = {"$add": [f"${prefix}revision", 1]}
    return [
        {"$set": {f"{prefix}{field}": removed(field) for field in _ACCOUNT_FIELDS}},
        {"$set": {f"{prefix}account_from": others, f"{prefix}revision": revision}},
        {"$set": {f"{prefix}account_from": emptied}},
    ]


def _imported_row(document: Document) -> ImportedRow:
    return ImportedRow(
        document["key"],
        identifying_text(document["description"], document["subcategory"]),
        document.get("account"),
        document.get("account_number"),
    )


def _answers(document: Document) -> list[Document]:
    """A person's answers since the import, without the category that the file named."""
    if "told" in document:
        return list(document["feedback"][document["told"] :])
    return [event for event in document["feedback"] if event["source"] != SOURCE]


def _answers_key(document: Document) -> str:
    """The key of answers kept aside. A transaction of an export may have an id only."""
    return str(document.get("key") or f"id:{document['_id']}")


def _possible_answers_keys(document: Document) -> list[str]:
    """That key, and the one from before the account of the transaction was known."""
    key = _answers_key(document)
    return [key, ":".join(key.split(":")[:2])] if "content" in document else [key]
