"""The transactions of merchants: count them, derive their merchant again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from bson import ObjectId
from pymongo import DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.transactions import LabelledTransaction, Transaction
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import (
    FOR_OTHERS,
    HAS_LABEL,
    INPUT_FIELDS,
    labelled_of,
    transaction_of,
)

_BATCH = 1000
_WITH_LABEL = {**INPUT_FIELDS, "label": 1, "holdout": 1}

Derive = Callable[[Sequence[Transaction]], Sequence[str]]
"""The merchant of each transaction."""


class MerchantTransactions:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def count(self, keys: Collection[str]) -> int:
        return int(self._database.transactions.count_documents(_of(keys)))

    @guarded
    def existing(self, keys: Collection[str]) -> set[str]:
        """Those of `keys` that have transactions."""
        return {key for key in keys if self._database.transactions.find_one(_of([key]), {"_id": 1})}

    @guarded
    def count_answers(self, key: str, *, since: datetime | None) -> int:
        """Its answers that count for others, later than `since`."""
        later = {"label.at": {"$gt": since}} if since else HAS_LABEL
        return int(self._database.transactions.count_documents({**_of([key]), **FOR_OTHERS, **later}))

    @guarded
    def answered(self, key: str, limit: int) -> list[LabelledTransaction]:
        """Its answers that count for others, the newest first."""
        answered = self._database.transactions.find({**_of([key]), **HAS_LABEL, **FOR_OTHERS}, _WITH_LABEL)
        return [labelled_of(document) for document in answered.sort("label.at", DESCENDING).limit(limit)]

    @guarded
    def derive_again(self, keys: Collection[str], derive: Derive) -> dict[str, int]:
        """Move those of `keys` whose merchant `derive` says is another; returns their number by new merchant.

        Raises Unavailable; a retry moves the rest.
        """
        transactions, moved, last = self._database.transactions, Counter[str](), ObjectId("0" * 24)
        while True:
            query = {**_of(keys), "_id": {"$gt": last}}
            batch = list(transactions.find(query, INPUT_FIELDS).sort("_id").limit(_BATCH))
            if not batch:
                return moved
            befores = [transaction_of(document) for document in batch]
            ids: dict[tuple[str, str], list[ObjectId]] = defaultdict(list)
            for document, before, after in zip(batch, befores, derive(befores), strict=True):
                if after != before.merchant:
                    ids[before.merchant, after].append(document["_id"])
            for (key, other), of_other in ids.items():
                update = transactions.update_many({**_of([key]), "_id": {"$in": of_other}}, _moved(other))
                moved[other] += int(update.modified_count)
            last = batch[-1]["_id"]


def _of(keys: Collection[str]) -> Document:
    return {"owner": LOCAL_OWNER, "merchant": {"$in": sorted(keys)}}


def _moved(into: str) -> Document:
    return {"$set": {"merchant": into}, "$inc": {"revision": 1}}
