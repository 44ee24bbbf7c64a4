"""Which kinds of work wait: one MongoDB operation instead of one for each kind."""

from __future__ import annotations

from src.domain.deliveries import DeliveryStatus
from src.domain.imports import IMPORT_UNDER_WAY, ImportStatus
from src.services.mongo.client import Database, Document, guarded

RUN, IMPORT, DELIVERY = "run", "import", "delivery"

_IMPORTS = [status.value for status in (*IMPORT_UNDER_WAY, ImportStatus.UNDOING)]


class PendingWork:
    """Finds work that can be claimed or is under way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def kinds(self) -> frozenset[str]:
        """Those of RUN, IMPORT and DELIVERY that exist. Raises Unavailable."""
        due = {"status": DeliveryStatus.WAITING.value, "$expr": {"$lte": ["$due_at", "$$NOW"]}}
        imports = _any_of({"status": {"$in": _IMPORTS}}, IMPORT)
        pipeline = [
            *_any_of({"active": True}, RUN),
            {"$unionWith": {"coll": "imports", "pipeline": imports}},
            {"$unionWith": {"coll": "deliveries", "pipeline": _any_of(due, DELIVERY)}},
        ]
        return frozenset(work["kind"] for work in self._database.training_runs.aggregate(pipeline))


def _any_of(query: Document, kind: str) -> list[Document]:
    return [{"$match": query}, {"$limit": 1}, {"$project": {"_id": 0, "kind": {"$literal": kind}}}]
