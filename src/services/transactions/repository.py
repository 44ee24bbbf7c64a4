"""The `transactions` collection: one document is one transaction with its history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from bson import ObjectId, decode_all
from pymongo import DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.exports import PlainTransaction
from src.domain.feedback import LabelSource, PastAnswer, one_per_act
from src.domain.predictions import Band, Prediction
from src.domain.transactions import (
    Addition,
    Edit,
    HistoryFilter,
    HistoryPage,
    LabelledTransaction,
    NewTransaction,
    StoredTransaction,
    Transaction,
)
from src.services.mongo.client import Database, guarded, guarded_stream
from src.services.totals.counting import MonthTotals
from src.services.transactions.documents import (
    FOR_OTHERS,
    HAS_LABEL,
    Document,
    current_fields,
    edit_document,
    labelled_of,
    new_document,
    not_ignored,
    plain_of,
    prediction_fields,
    replaced_fields,
    stored_of,
)
from src.services.transactions.matching import Matching, page_of
from src.services.transactions.optimistic_update import (
    by_id,
    insert,
    insert_new,
    not_found,
    object_ids,
    update_many,
    update_one,
)
from src.services.transactions.query import (
    Count,
    Cursor,
    disjoint_queries,
    index_of,
    order_of,
    query_of,
    read_in_turn,
    same_input,
    walks,
)

Amendment = tuple[Transaction, Prediction | None, Sequence[Edit]]
"""The new input of a transaction, a new prediction if any, and all its edits."""

_MERCHANTS_AT_ONCE = 2000
_STEMS_AT_ONCE = 200
_STEM_WORDS = 2
_NONE: Mapping[str, datetime] = {}
_NEVER = datetime.min.replace(tzinfo=UTC)
REMEMBERED = 10
"""How many of a merchant's newest answers the memory uses."""
_ROWS_READ = 3 * REMEMBERED
"""More rows than answers: the rows of one act count as one answer."""
_PAST_ANSWER = {
    "category": "$label.category",
    "at": "$label.at",
    "amount": "$value",
    "source": "$label.source",
}
_STEM = {
    "$reduce": {
        "input": {"$slice": [{"$split": ["$merchant", " "]}, _STEM_WORDS]},
        "initialValue": "",
        "in": {"$concat": ["$$value", {"$cond": [{"$eq": ["$$value", ""]}, "", " "]}, "$$this"]},
    }
}
"""`stem_of` the merchant, as an expression."""


def stem_of(merchant: str) -> str:
    """The first two words, which similar merchants share; "" for a name of one word."""
    words = merchant.split(" ")
    return " ".join(words[:_STEM_WORDS]) if len(words) >= _STEM_WORDS else ""


class Transactions:
    """Every write is one atomic, journaled update of one document."""

    def __init__(self, database: Database, month_totals: MonthTotals | None = None) -> None:
        """month_totals: know the number of transactions for some filters."""
        self._database = database
        self._matching = Matching(database, month_totals)

    def add(self, new: Sequence[NewTransaction], *, source: str, at: datetime) -> list[StoredTransaction]:
        """Store predicted transactions, in the same order. Raises Unavailable."""
        return self.add_all([Addition(new, source, at)])[0]

    @guarded
    def add_all(self, additions: Sequence[Addition]) -> list[list[StoredTransaction]]:
        """The transactions of each, written with one operation. Raises Unavailable."""
        documents = [
            [new_document(one, source=source, at=at) for one in new] for new, source, at in additions
        ]
        insert(self._database.transactions, list(chain.from_iterable(documents)))
        return [[stored_of(document) for document in of_one] for of_one in documents]

    @guarded
    def automatic_share(self, rows: int = 1000) -> float | None:
        """Of the newest transactions: the share that was categorized automatically; None without any."""
        newest = self._database.transactions.find({"owner": LOCAL_OWNER}, {"predictions.band": 1})
        newest = newest.sort([("created_at", DESCENDING), ("_id", DESCENDING)]).limit(rows)
        bands = [document["predictions"][-1]["band"] for document in newest]
        return bands.count(Band.AUTO) / len(bands) if bands else None

    @guarded
    def get(self, transaction_id: str) -> StoredTransaction:
        """Raises NotFound, Unavailable."""
        document = self._database.transactions.find_one(by_id(transaction_id))
        if document is None:
            raise not_found()
        return stored_of(document)

    @guarded
    def duplicate_of(self, transaction: Transaction) -> StoredTransaction | None:
        """A stored one with the same text, amount, direction, account and day. transaction: prepared."""
        document = self._database.transactions.find_one(same_input(transaction))
        return stored_of(document) if document else None

    @guarded
    def by_key(self, keys: Collection[str]) -> dict[str, StoredTransaction]:
        """The existing ones. Raises Unavailable."""
        documents = self._database.transactions.find({"owner": LOCAL_OWNER, "key": {"$in": list(keys)}})
        return {document["key"]: stored_of(document) for document in documents}

    @guarded
    def add_missing(self, new: Sequence[NewTransaction], *, source: str, at: datetime) -> None:
        """Add those whose key does not exist yet; a unique index keeps two calls from adding one twice.

        Raises Unavailable; safe to repeat.
        """
        documents = [new_document(transaction, source=source, at=at) for transaction in new]
        insert_new(self._database.transactions, documents)

    @guarded
    def get_many(self, transaction_ids: Collection[str]) -> list[StoredTransaction]:
        """The existing ones, in the order they were stored. Raises Unavailable."""
        query = {"_id": {"$in": object_ids(transaction_ids)}, "owner": LOCAL_OWNER}
        return [stored_of(document) for document in self._database.transactions.find(query).sort("_id")]

    def purchases_of(self, rows: Iterable[StoredTransaction]) -> dict[str, StoredTransaction]:
        """The existing ones that the refunds among `rows` refund, by id. Raises Unavailable."""
        refunded = {row.refund_of for row in rows if row.refund_of}
        return {row.id: row for row in self.get_many(refunded)} if refunded else {}

    @guarded
    def amend(
        self, transaction_id: str, change: Callable[[StoredTransaction], Amendment]
    ) -> StoredTransaction:
        """Change the transaction's input. Raises NotFound, Unavailable.

        change: from the transaction as it is; called again if somebody else writes in between. If it raises,
        nothing changes.
        """

        def amended(row: StoredTransaction) -> Document:
            transaction, prediction, edits = change(row)
            predictions = (*row.predictions, prediction) if prediction else row.predictions
            return {
                **replaced_fields(transaction),
                **prediction_fields(predictions, row.feedback),
                "edits": [edit_document(edit) for edit in edits],
            }

        update_one(self._database.transactions, transaction_id, amended)
        return self.get(transaction_id)

    @guarded
    def rebuild(self, prepare: Callable[[Transaction], Transaction]) -> int:
        """Derive the derived fields of every transaction again; returns their number."""

        def rebuilt(row: StoredTransaction) -> Document:
            return {
                **replaced_fields(prepare(row.transaction)),
                **current_fields(row.predictions, row.feedback),
            }

        transactions = self._database.transactions
        ids = [str(document["_id"]) for document in transactions.find({"owner": LOCAL_OWNER}, {"_id": 1})]
        return len(update_many(transactions, ids, rebuilt))

    @guarded
    def history(
        self, where: HistoryFilter, *, sort: str = "-date", limit: int = 50, cursor: str | None = None
    ) -> HistoryPage:
        """One page. The first one counts the total for the cursors. Raises InvalidInput, Unavailable."""
        if cursor:
            return self._page_at(Cursor.read(cursor, sort), where, limit)
        order_of(sort)
        total = self._matching.count(where)
        if total == Count(0):  # without an index, finding that out may take as long as reading everything
            return HistoryPage((), None, 0)
        return page_of(self._listed(where, sort, total, limit + 1), limit, sort, total)

    def _page_at(self, at: Cursor, where: HistoryFilter, limit: int) -> HistoryPage:
        documents = self._listed(where, at.sort, at.total, limit + 1, at)
        if not at.backward:
            return page_of(documents, limit, at.sort, at.total, at.start)
        if len(documents) <= limit:  # the first page, which is then full again
            return self.history(where, sort=at.sort, limit=limit)
        start = max(1, at.start - limit)
        return page_of(documents[limit - 1 :: -1], limit, at.sort, at.total, start, more=True)

    def _listed(
        self, where: HistoryFilter, sort: str, total: Count, limit: int, at: Cursor | None = None
    ) -> list[Document]:
        """The first ones, or those after the cursor."""
        backward, field = at is not None and at.backward, order_of(sort)[0]
        documents: dict[ObjectId, Document] = {}
        walk = walks(where, sort, total)
        for query in (query for one in read_in_turn(where) for query in disjoint_queries(one)):
            part = {"$and": [query, at.condition]} if at else query
            rows = self._ordered(part, sort, backward=backward).limit(limit)
            documents |= {row["_id"]: row for row in (rows.hint(index_of(sort)) if walk else rows)}
            walk = False  # the others, as split ones, are few, or none
        downward = (order_of(sort)[1] < 0) is not backward
        return sorted(documents.values(), key=lambda row: (row[field], row["_id"]), reverse=downward)[:limit]

    @guarded
    def newest(self, limit: int) -> list[StoredTransaction]:
        """The latest transactions by their own date."""
        newest = self._ordered({"owner": LOCAL_OWNER}, "-date").limit(limit)
        return [stored_of(document) for document in newest]

    @guarded_stream
    def stream(self, where: HistoryFilter, *, sort: str = "-date") -> Iterator[StoredTransaction]:
        """Every transaction of the filter, in batches of a thousand from the server. Raises Unavailable."""
        for document in self._ordered(query_of(where), sort).batch_size(1000):
            yield stored_of(document)

    @guarded_stream
    def stream_plain(self, where: HistoryFilter, *, sort: str = "-date") -> Iterator[list[PlainTransaction]]:
        """The same in plain values, by batches: a third of the time. Raises Unavailable."""
        field, direction = order_of(sort)
        batches = self._database.transactions.find_raw_batches(query_of(where), batch_size=1000)
        for batch in batches.sort([(field, direction), ("_id", direction)]):
            yield [plain_of(document) for document in decode_all(batch)]

    def _ordered(self, query: Document, sort: str, *, backward: bool = False) -> Any:
        field, direction = order_of(sort)
        direction = -direction if backward else direction
        return self._database.transactions.find(query).sort([(field, direction), ("_id", direction)])

    @guarded_stream
    def labelled(self) -> Iterator[LabelledTransaction]:
        """Every answered transaction, in the order they were stored."""
        answered = self._database.transactions.find({"owner": LOCAL_OWNER, **HAS_LABEL})
        for document in answered.sort("_id").batch_size(2000):
            yield labelled_of(document)

    @guarded
    def answered_merchants(self, limit: int) -> list[str]:
        """At most so many of the merchants with an answer that counts for others, and of those without."""
        answered = {"$match": {"owner": LOCAL_OWNER, **HAS_LABEL}}
        ordered = {"$sort": {"owner": 1, "merchant": 1, "label.at": -1}}  # of the index that has it all
        stages = [answered, ordered, {"$group": {"_id": "$merchant"}}, {"$limit": limit}]
        return [group["_id"] for group in self._database.transactions.aggregate(stages)]

    @guarded
    def recollections(
        self, merchants: Collection[str], ignored: Mapping[str, datetime] = _NONE
    ) -> dict[str, list[PastAnswer]]:
        """The answers for each of `merchants`, newest first; merchants without any are absent.

        ignored: until when the answers for a merchant do not count.
        """
        newest = self._newest_answers(merchants)
        counted = {
            merchant: [answer for answer in answers if answer.at > ignored.get(merchant, _NEVER)]
            for merchant, answers in newest.items()
        }
        return {merchant: answers for merchant, answers in counted.items() if answers}

    def _newest_answers(self, merchants: Collection[str]) -> dict[str, list[PastAnswer]]:
        names = sorted({merchant for merchant in merchants if merchant})
        if len(names) == 1:
            labels = self._database.transactions.find(
                {"owner": LOCAL_OWNER, "merchant": names[0], **HAS_LABEL, **FOR_OTHERS},
                {"_id": 0, "label.category": 1, "label.at": 1, "label.source": 1, "value": 1},
            )
            newest = labels.sort("label.at", DESCENDING).limit(_ROWS_READ)
            own = _past_answers({**row["label"], "amount": row["value"]} for row in newest)
            return {names[0]: own} if own else {}
        answers: dict[str, list[PastAnswer]] = {}
        for start in range(0, len(names), _MERCHANTS_AT_ONCE):
            batch = {"$in": names[start : start + _MERCHANTS_AT_ONCE]}
            answers |= self._past_answers_by(
                "$merchant",
                {"$match": {"owner": LOCAL_OWNER, "merchant": batch, **HAS_LABEL, **FOR_OTHERS}},
                {"$sort": {"owner": 1, "merchant": 1, "label.at": -1}},
                newest={"$firstN": {"n": _ROWS_READ, "input": _PAST_ANSWER}},
            )
        return answers

    @guarded
    def similar(
        self, merchants: Collection[str], ignored: Mapping[str, datetime] = _NONE
    ) -> dict[str, list[PastAnswer]]:
        """The answers for all merchants whose names begin with the same two words, newest first.

        ignored: as for `recollections`.
        """
        counted = not_ignored(ignored)
        stems = {merchant: stem for merchant in merchants if (stem := stem_of(merchant))}
        distinct = sorted(set(stems.values()))
        fields = ("merchant", "label.at", "label.category", "label.source", "value")
        answers: dict[str, list[PastAnswer]] = {}
        for start in range(0, len(distinct), _STEMS_AT_ONCE):
            # "!" comes right after the blank: a range of the index; a regular expression would scan it all.
            ranges = [
                {
                    "owner": LOCAL_OWNER,
                    "merchant": {"$gte": stem, "$lt": f"{stem}!"},
                    **HAS_LABEL,
                    **FOR_OTHERS,
                    **counted,
                }
                for stem in distinct[start : start + _STEMS_AT_ONCE]
            ]
            answers |= self._past_answers_by(
                _STEM,
                {"$match": {"$or": ranges}},
                {"$project": {"_id": 0, **dict.fromkeys(fields, 1)}},
                newest={"$topN": {"n": _ROWS_READ, "output": _PAST_ANSWER, "sortBy": {"label.at": -1}}},
            )
        return {merchant: answers[stem] for merchant, stem in stems.items() if stem in answers}

    def _past_answers_by(
        self, key: str | Document, *stages: Document, newest: Document
    ) -> dict[str, list[PastAnswer]]:
        groups = self._database.transactions.aggregate([*stages, {"$group": {"_id": key, "newest": newest}}])
        return {group["_id"]: _past_answers(group["newest"]) for group in groups}

    @guarded
    def count(self) -> int:
        return self._matching.total()

    @guarded
    def modes(self) -> list[str]:
        """The first 50 payment methods in use, for the form's suggestions."""
        return sorted(filter(None, self._database.transactions.distinct("mode", {"owner": LOCAL_OWNER})))[:50]


def _past_answers(newest: Iterable[Document]) -> list[PastAnswer]:
    answers = [
        PastAnswer(answer["category"], answer["at"], answer["amount"], LabelSource(answer["source"]))
        for answer in newest
    ]
    return one_per_act(answers, REMEMBERED)
