"""What a person has decided that predictions depend on, read with one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from src.domain import LOCAL_OWNER
from src.domain.prediction_basis import PredictionBasis
from src.services.merchants.repository import NOT_LEARNED, ignored_among, merchant_of
from src.services.mongo.client import Database, Document, guarded
from src.services.rules.repository import WITHOUT_RULES

if TYPE_CHECKING:
    from src.services.categories.repository import Categories
    from src.services.merchants.repository import Merchants
    from src.services.rules.repository import Rules


class PredictionBases:
    """Reads it from MongoDB; `PredictionMemory` keeps it."""

    def __init__(
        self, database: Database, categories: Categories, merchants: Merchants, rules: Rules
    ) -> None:
        self._database = database
        self._categories = categories
        self._merchants = merchants
        self._rules = rules

    @guarded
    def read(self, merchants: Collection[str]) -> PredictionBasis:
        """merchants: the keys of those whose merges are wanted. Raises Unavailable."""
        return self._read(
            {"key": {"$in": sorted(set(merchants))}}, lambda: self._merchants.canonical(merchants)
        )

    @guarded
    def read_all(self) -> PredictionBasis:
        """With the merges of all merchants. Raises Unavailable."""
        return self._read({}, self._merchants.all_canonical)

    def _read(self, of_merchants: Document, canonical: Callable[[], dict[str, str]]) -> PredictionBasis:
        documents = self._documents(of_merchants)
        own, merged = self._categories.own_and_merged_of(documents["categories"])
        decided = [merchant_of(document) for document in documents["merchants"]]
        return PredictionBasis(
            own_categories=own,
            merged_categories=merged,
            # A merged merchant may be part of one that was merged later.
            merged_merchants=canonical() if any(one.into for one in decided) else {},
            ignored_merchants=ignored_among(decided),
            rules_state=self._rules.state_of(next(iter(documents["rules"]), None)),
        )

    def _documents(self, of_merchants: Document) -> dict[str, list[Document]]:
        """By collection."""
        of_owner = {"owner": LOCAL_OWNER}
        merged = {**of_merchants, "into": {"$exists": True}}
        rows = self._database.categories.aggregate(
            [
                *_part("categories", of_owner),
                {
                    "$unionWith": {
                        "coll": "merchants",
                        "pipeline": _part("merchants", {**of_owner, "$or": [merged, NOT_LEARNED]}),
                    }
                },
                {
                    "$unionWith": {
                        "coll": "rules",
                        "pipeline": [*_part("rules", {"_id": LOCAL_OWNER}), {"$project": WITHOUT_RULES}],
                    }
                },
            ]
        )
        documents: dict[str, list[Document]] = defaultdict(list)
        for row in rows:
            documents[row["collection"]].append(row)
        return documents


def _part(collection: str, query: Document) -> list[Document]:
    return [{"$match": query}, {"$set": {"collection": collection}}]
