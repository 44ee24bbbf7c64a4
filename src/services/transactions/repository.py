"""The `transactions` collection: one document is the whole life of one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.feedback import LabelSource, PastAnswer, one_per_act
from src.domain.labels import LabelledTransaction
from src.domain.predictions import Prediction
from src.domain.transactions import (
    Edit,
    HistoryFilter,
    HistoryPage,
    NewTransaction,
    StoredTransaction,
    Transaction,
)
from src.services.mongo.client import Database, guarded, guarded_stream
from src.services.transactions.documents import (
    Document,
    current_fields,
    edited,
    given,
    labelled,
    new_document,
    predicted,
    stored,
)
from src.services.transactions.optimistic_update import change, change_many, not_found, this
from src.services.transactions.query import Place, order_of, place_of, query_of

# A range rather than $exists, so that the index alone answers.
HAS_LABEL = {"label.at": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)}}
_MERCHANTS_AT_ONCE = 2000
_STEMS_AT_ONCE = 200
_STEM_WORDS = 2
_ROWS_OF_AN_ACT = 3
"""So many times as many rows are read: those one act has set count as one answer."""


def stem_of(merchant: str) -> str:
    """What merchants of a similar name have in common: the first two words; "" for a name of one word."""
    words = merchant.split(" ")
    return " ".join(words[:_STEM_WORDS]) if len(words) >= _STEM_WORDS else ""


class Transactions:
    """Every write is one atomic, journaled update of one document."""

    def __init__(self, database: Database, *, remembered: int = 10) -> None:
        """remembered: how many of a merchant's newest answers the memory looks at."""
        self._database = database
        self._remembered = remembered

    @property
    def _rows(self) -> Any:
        return self._database.transactions

    @guarded
    def add(self, new: Sequence[NewTransaction], *, source: str, at: datetime) -> list[StoredTransaction]:
        """Keep what was predicted, in the same order. Raises Unavailable."""
        documents = [new_document(each, source=source, at=at) for each in new]
        if len(documents) == 1:
            self._rows.insert_one(documents[0])
        elif documents:
            self._rows.insert_many(documents, ordered=True)
        return [stored(document) for document in documents]

    @guarded
    def get(self, transaction_id: str) -> StoredTransaction:
        """Raises NotFound, Unavailable."""
        document = self._rows.find_one(this(transaction_id))
        if document is None:
            raise not_found()
        return stored(document)

    @guarded
    def same(self, transaction: Transaction) -> StoredTransaction | None:
        """One that is kept already with this text, amount, direction and day. transaction: as it is kept."""
        fields = given(transaction)
        compared = ("description", "subcategory", "amount", "currency", "date", "direction")
        document = self._rows.find_one(
            {"owner": LOCAL_OWNER, **{name: {"$eq": fields[name]} for name in compared}}
        )
        return stored(document) if document else None

    @guarded
    def get_many(self, transaction_ids: Collection[str]) -> list[StoredTransaction]:
        """Those there are, in the order they were stored. Raises Unavailable."""
        known = [ObjectId(each) for each in transaction_ids if ObjectId.is_valid(each)]
        rows = self._rows.find({"_id": {"$in": known}, "owner": LOCAL_OWNER}).sort("_id") if known else ()
        return [stored(document) for document in rows]

    @guarded
    def amend(
        self,
        transaction_id: str,
        transaction: Transaction,
        prediction: Prediction | None,
        *,
        edits: Callable[[StoredTransaction], Sequence[Edit]] = lambda row: row.edits,
    ) -> StoredTransaction:
        """Replace what was given and add a new prediction, if any. Raises NotFound, Unavailable.

        edits: those of the row afterwards; what it raises is raised, and nothing is changed then.
        """

        def amended(row: StoredTransaction) -> Document:
            predictions = (*row.predictions, prediction) if prediction else row.predictions
            return {
                **given(transaction),
                **predicted(predictions),
                **current_fields(predictions, row.feedback),
                **edited(edits(row)),
            }

        change(self._rows, transaction_id, amended)
        return self.get(transaction_id)

    @guarded
    def rebuild(self, prepare: Callable[[Transaction], Transaction]) -> int:
        """Derive anew, in every row, what follows from what was given and said; how many rows there are."""

        def rebuilt(row: StoredTransaction) -> Document:
            return {**given(prepare(row.transaction)), **current_fields(row.predictions, row.feedback)}

        ids = [str(document["_id"]) for document in self._rows.find({"owner": LOCAL_OWNER}, {"_id": 1})]
        return len(change_many(self._rows, ids, rebuilt))

    @guarded
    def history(
        self, where: HistoryFilter, *, sort: str = "-date", limit: int = 50, cursor: str | None = None
    ) -> HistoryPage:
        """One page; the total is counted on the first and carried on. Raises InvalidInput, Unavailable."""
        query = query_of(where)
        place = Place.decode(cursor, sort) if cursor else None
        total = place.total if place else self._rows.count_documents(query)
        page_query = {"$and": [query, place.after()]} if place else query
        documents = list(self._ordered(page_query, sort).limit(limit + 1))
        shown = documents[:limit]
        following = place_of(shown[-1], sort, total).encode() if len(documents) > limit else None
        return HistoryPage(tuple(stored(each) for each in shown), following, total)

    @guarded
    def newest(self, limit: int) -> list[StoredTransaction]:
        """The rows that were added last, whatever their own date."""
        return [
            stored(each)
            for each in self._rows.find({"owner": LOCAL_OWNER}).sort("_id", DESCENDING).limit(limit)
        ]

    @guarded_stream
    def stream(self, where: HistoryFilter, *, sort: str = "-date") -> Iterator[StoredTransaction]:
        """Every row of the filter, a thousand at a time from the server. Raises Unavailable."""
        for document in self._ordered(query_of(where), sort).batch_size(1000):
            yield stored(document)

    def _ordered(self, query: Document, sort: str) -> Any:
        field, way = order_of(sort)
        return self._rows.find(query).sort([(field, way), ("_id", way)])

    @guarded_stream
    def labelled(self) -> Iterator[LabelledTransaction]:
        """Every row that an answer of a person holds, in the order they were stored."""
        for document in self._rows.find({"owner": LOCAL_OWNER, **HAS_LABEL}).sort("_id").batch_size(2000):
            yield labelled(document)

    @guarded
    def recollections(self, merchants: Collection[str]) -> dict[str, list[PastAnswer]]:
        """What a person last called each of `merchants`, newest first; those never answered are absent."""
        known = sorted({merchant for merchant in merchants if merchant})
        if len(known) == 1:
            found = self._recollections_of(known[0])
            return {known[0]: found} if found else {}
        return {
            merchant: found
            for start in range(0, len(known), _MERCHANTS_AT_ONCE)
            for merchant, found in self._recollections_of_many(known[start : start + _MERCHANTS_AT_ONCE])
        }

    @guarded
    def similar(self, merchants: Collection[str]) -> dict[str, list[PastAnswer]]:
        """The same of all merchants whose names begin with the same two words."""
        stems = {merchant: stem for merchant in merchants if (stem := stem_of(merchant))}
        known = sorted(set(stems.values()))
        found = {
            stem: newest
            for start in range(0, len(known), _STEMS_AT_ONCE)
            for stem, newest in self._similar_of_many(known[start : start + _STEMS_AT_ONCE])
        }
        return {merchant: found[stem] for merchant, stem in stems.items() if stem in found}

    def _recollections_of(self, merchant: str) -> list[PastAnswer]:
        answers = self._rows.find(
            {"owner": LOCAL_OWNER, "merchant": merchant, **HAS_LABEL},
            {"_id": 0, "label.category": 1, "label.at": 1, "label.source": 1, "value": 1},
        )
        newest = answers.sort("label.at", DESCENDING).limit(self._remembered * _ROWS_OF_AN_ACT)
        return one_per_act(
            [
                _recollection(label["category"], label["at"], document["value"], label["source"])
                for document in newest
                for label in [document["label"]]
            ],
            self._remembered,
        )

    def _recollections_of_many(self, merchants: list[str]) -> Iterator[tuple[str, list[PastAnswer]]]:
        groups = self._rows.aggregate(
            [
                {"$match": {"owner": LOCAL_OWNER, "merchant": {"$in": merchants}, **HAS_LABEL}},
                {"$sort": {"owner": 1, "merchant": 1, "label.at": -1}},
                {"$group": {"_id": "$merchant", "newest": {"$firstN": self._newest()}}},
            ]
        )
        for group in groups:
            yield group["_id"], self._recollected(group)

    def _similar_of_many(self, stems: list[str]) -> Iterator[tuple[str, list[PastAnswer]]]:
        # "!" comes right after the blank: a range of the index, where a regular expression would walk it all.
        beginnings = [{"owner": LOCAL_OWNER, "merchant": {"$gte": stem, "$lt": f"{stem}!"}} for stem in stems]
        words = {"$slice": [{"$split": ["$merchant", " "]}, _STEM_WORDS]}
        joined = {
            "$reduce": {
                "input": words,
                "initialValue": "",
                "in": {"$concat": ["$$value", {"$cond": [{"$eq": ["$$value", ""]}, "", " "]}, "$$this"]},
            }
        }
        groups = self._rows.aggregate(
            [
                {"$match": {"$or": [{**beginning, **HAS_LABEL} for beginning in beginnings]}},
                {
                    "$project": {
                        "_id": 0,
                        "merchant": 1,
                        "label.at": 1,
                        "label.category": 1,
                        "label.source": 1,
                        "value": 1,
                    }
                },
                {
                    "$group": {
                        "_id": joined,
                        "newest": {"$topN": {**self._newest("output"), "sortBy": {"label.at": -1}}},
                    }
                },
            ]
        )
        for group in groups:
            yield group["_id"], self._recollected(group)

    def _newest(self, name: str = "input") -> Document:
        one = {
            "category": "$label.category",
            "at": "$label.at",
            "amount": "$value",
            "source": "$label.source",
        }
        return {"n": self._remembered * _ROWS_OF_AN_ACT, name: one}

    def _recollected(self, group: Document) -> list[PastAnswer]:
        newest = [
            _recollection(each["category"], each["at"], each["amount"], each["source"])
            for each in group["newest"]
        ]
        return one_per_act(newest, self._remembered)

    @guarded
    def count(self) -> int:
        return self._rows.count_documents({"owner": LOCAL_OWNER})

    @guarded
    def count_waiting(self, most: int = 0) -> int:
        """Rows that need a person's look; counted up to `most`, or all where that is 0."""
        limit = {"limit": most} if most else {}
        return self._rows.count_documents({"owner": LOCAL_OWNER, "needs_review": True}, **limit)

    @guarded
    def modes(self) -> list[str]:
        """The payment modes in use, for the form's suggestions."""
        return sorted(mode for mode in self._rows.distinct("mode", {"owner": LOCAL_OWNER}) if mode)[:50]


def _recollection(category: str, at: datetime, amount: float, source: str) -> PastAnswer:
    return PastAnswer(category, at, amount, LabelSource(source))
