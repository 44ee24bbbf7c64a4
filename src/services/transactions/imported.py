"""The imported rows of the `transactions` collection: added once, however often they are brought."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ReplaceOne

from src.domain import LOCAL_OWNER
from src.domain.feedback import LabelSource
from src.domain.transactions import NewTransaction, StoredTransaction
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.deleted import deleted_keys
from src.services.transactions.documents import new_document, restored_document, said, stored
from src.services.transactions.optimistic_update import insert_new

_AT_ONCE = 1000
_OF_A_PERSON = [LabelSource.FEEDBACK.value, LabelSource.SIMILAR.value]
SOURCE = "import"
_TRIES = 5
_SHARED: Document = {"also_in.0": {"$exists": True}}
_NOT_SHARED: Document = {"also_in.0": {"$exists": False}}


class ImportedRows:
    """A unique index on `key` is what keeps two processes, or two tries, from adding a row twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _rows(self) -> Any:
        return self._database.transactions

    @property
    def _deleted(self) -> Any:
        return self._database.deleted_transactions

    @property
    def _aside(self) -> Any:
        return self._database.answers_aside

    @guarded
    def hold(self, keys: Collection[str], *, import_id: str) -> dict[str, str | None]:
        """Note that an import has these rows too; key -> the import it belongs to, of those there are.

        Where that one is undone, the row passes to the next import that has it.
        """
        held = self._hold({"key": {"$in": list(keys)}}, import_id)
        return {document["key"]: document.get("import") for document in held}

    def _hold(self, among: Document, import_id: str) -> list[Document]:
        """A row that came or passed to another import in this moment is left out: it is not held yet."""
        there = {"owner": LOCAL_OWNER, **among}
        of_others = {"import": {"$exists": True, "$ne": import_id}, "also_in": {"$ne": import_id}}
        self._rows.update_many({"$and": [there, of_others]}, {"$addToSet": {"also_in": import_id}})
        of_no_import = {"import": {"$exists": False}}
        held = {"$or": [{"import": import_id}, {"also_in": import_id}, of_no_import]}
        return list(self._rows.find({"$and": [there, held]}, {"key": 1, "import": 1}))

    @guarded
    def add(self, new: Sequence[NewTransaction], *, at: datetime) -> int:
        """Keep those whose key is not there yet; how many were. Answers kept aside return to their rows.

        Raises Unavailable; doing it again is safe then.
        """
        if not new:
            return 0
        return self._insert([new_document(each, source=SOURCE, at=at) for each in new])

    @guarded
    def restore(self, rows: Sequence[StoredTransaction], *, import_id: str) -> int:
        """Keep, as they were, those whose id and key are not there yet; how many this import has brought.

        Answers kept aside return to their rows. Raises Unavailable; doing it again is safe then.
        """
        documents = [restored_document(each, import_id=import_id) for each in rows]
        keys = [document["key"] for document in documents if "key" in document]
        same = {"$or": [{"_id": {"$in": [each["_id"] for each in documents]}}, {"key": {"$in": keys}}]}
        for _ in range(_TRIES):
            held = self._hold(same, import_id)
            ids, held_keys = {each["_id"] for each in held}, {each["key"] for each in held if "key" in each}
            fresh = [
                each for each in documents if each["_id"] not in ids and each.get("key") not in held_keys
            ]
            if self._insert(fresh) == len(fresh):
                break
        mine = {"$and": [{"owner": LOCAL_OWNER, "import": import_id}, same]}
        return int(self._rows.count_documents(mine))

    @guarded
    def deleted(self, keys: Collection[str], *, import_id: str, ids: Collection[str] = ()) -> set[str]:
        """Those of `keys` and `ids` whose rows a person deleted.

        What is kept of them notes that this import has them, for the day the deletion is undone.
        """
        same: Document = {"$or": [{"key": {"$in": list(keys)}}, {"_id": {"$in": [*map(ObjectId, ids)]}}]}
        gone = deleted_keys(self._database, same)
        if gone:
            there: Document = {"_id": {"$in": [each["_id"] for each in gone]}}
            homeless = {"document.import": {"$exists": False}, "document.source": SOURCE}
            self._deleted.update_many({**there, **homeless}, {"$set": {"document.import": import_id}})
            of_others = {"document.import": {"$exists": True, "$ne": import_id}}
            noted = {"$addToSet": {"document.also_in": import_id}}
            self._deleted.update_many({**there, **of_others}, noted)
        return {str(each[name]) for each in gone for name in ("key", "_id") if name in each}

    def _insert(self, documents: Sequence[Document]) -> int:
        """How many of them were not there yet."""
        if not documents:
            return 0
        aside = self._answers_aside([_key_of(each) for each in documents])
        for document in documents:
            if feedback := aside.get(_key_of(document)):
                document.update(_answered(document, feedback))
        added = insert_new(self._rows, documents)
        if aside:
            self._aside.delete_many({"owner": LOCAL_OWNER, "key": {"$in": list(aside)}})
        return added

    def _answers_aside(self, keys: Sequence[str]) -> dict[str, list[Document]]:
        found = self._aside.find({"owner": LOCAL_OWNER, "key": {"$in": keys}})
        return {each["key"]: each["feedback"] for each in found}

    @guarded
    def take_back(self, import_id: str, *, at: datetime) -> int:
        """Delete some of an import's rows that no other import has; how many, 0 once all are gone.

        A person's answers to them are kept aside until the rows are brought again.
        """
        mine = {"import": {"$eq": import_id}, **_NOT_SHARED}
        documents = list(self._rows.find(mine, {"key": 1, "feedback": 1, "told": 1}).limit(_AT_ONCE))
        answered = {each["_id"]: _kept(each, import_id, at) for each in documents if _answers(each)}
        if answered:
            self._aside.bulk_write(list(answered.values()), ordered=False)
        ids = [each["_id"] for each in documents]
        deleted = int(self._rows.delete_many({"_id": {"$in": ids}, **mine}).deleted_count) if ids else 0
        if ids:  # a person's deletion of one that was cut short is none
            self._deleted.delete_many({"_id": {"$in": ids}})
        if deleted < len(ids):  # another import holds some since this very moment, with their answers
            keys = {each["_id"]: _key_of(each) for each in documents}
            stay = [keys[each["_id"]] for each in self._rows.find({"_id": {"$in": ids}}, {"_id": 1})]
            self._aside.delete_many({"owner": LOCAL_OWNER, "key": {"$in": stay}})
        return deleted

    @guarded
    def let_go(self, import_id: str) -> None:
        """An import that is undone holds no rows of others any more; again does nothing."""
        self._rows.update_many({"also_in": {"$eq": import_id}}, {"$pull": {"also_in": import_id}})
        kept_of = {"document.also_in": {"$eq": import_id}}
        self._deleted.update_many(kept_of, {"$pull": {"document.also_in": import_id}})

    @guarded
    def pass_on(self, import_id: str) -> int:
        """Let the rows that other imports have as well belong to the next of these; how many."""
        shared = {"import": {"$eq": import_id}, **_SHARED}
        of_deleted = {"document.import": {"$eq": import_id}}
        shared_deleted = {**of_deleted, "document.also_in.0": {"$exists": True}}
        self._deleted.update_many(shared_deleted, _passed_on(import_id, "document."))
        self._deleted.update_many(of_deleted, {"$unset": {"document.import": ""}})
        return int(self._rows.update_many(shared, _passed_on(import_id)).modified_count)

    @guarded
    def count_passed_on(self, import_id: str) -> int:
        """Rows that once passed from this import to another."""
        return int(self._rows.count_documents({"passed_on_by": {"$eq": import_id}}))

    @guarded
    def kept_aside(self, import_id: str) -> int:
        """Rows of an import that were taken back and whose answers wait to return."""
        return self._aside.count_documents({"owner": LOCAL_OWNER, "import": {"$eq": import_id}})

    @guarded
    def count(self, import_id: str) -> int:
        """Rows of an import."""
        return int(self._rows.count_documents({"import": {"$eq": import_id}}))

    @guarded
    def count_shared(self, import_id: str) -> int:
        """Rows of an import that another one has as well."""
        return int(self._rows.count_documents({"import": {"$eq": import_id}, **_SHARED}))

    @guarded
    def count_answered(self, import_id: str) -> int:
        """Rows that would go with an import and that a person has answered since."""
        since = [{"told": None}, {"$expr": {"$gt": [{"$size": "$feedback"}, "$told"]}}]
        by_a_person = {"label.source": {"$in": _OF_A_PERSON}, "$or": since}
        return int(self._rows.count_documents({"import": {"$eq": import_id}, **_NOT_SHARED, **by_a_person}))


def _passed_on(import_id: str, within: str = "") -> list[Document]:
    """The next import that holds a row has it from now on. `passed_on_by` counts them, whatever is killed.

    within: what the names of the fields begin with.
    """
    also_in = f"${within}also_in"
    following = {"$slice": [also_in, 1, {"$size": also_in}]}
    before = {"$ifNull": [f"${within}passed_on_by", []]}
    return [
        {
            "$set": {
                f"{within}import": {"$first": also_in},
                f"{within}also_in": following,
                f"{within}passed_on_by": {"$concatArrays": [before, [{"$literal": import_id}]]},
            }
        }
    ]


def _answers(document: Document) -> list[Document]:
    """What a person has said of it since it was brought, beside what its file said."""
    if "told" in document:
        return list(document["feedback"][document["told"] :])
    return [event for event in document["feedback"] if event["source"] != SOURCE]


def _key_of(document: Document) -> str:
    """By which answers are kept aside; a row of an export may have been typed in once, and has an id only."""
    key: str | None = document.get("key")
    return key or f"id:{document['_id']}"


def _kept(document: Document, import_id: str, at: datetime) -> ReplaceOne[Document]:
    query = {"owner": LOCAL_OWNER, "key": _key_of(document)}
    kept = {**query, "import": import_id, "feedback": _answers(document), "at": at}
    return ReplaceOne(query, kept, upsert=True)


def _answered(document: Document, feedback: list[Document]) -> Document:
    """The fields of a new row that change because a person had answered it before."""
    told = document["feedback"]
    every = [*told, *(event for event in feedback if event not in told)]
    row = stored({**document, "_id": "", "feedback": every})
    return said(row.predictions, row.feedback)
