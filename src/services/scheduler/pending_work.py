"""Which kinds of work wait: one MongoDB operation instead of one for each kind."""

from __future__ import annotations

from src.domain.deliveries import DeliveryStatus
from src.domain.imports import IMPORT_UNDER_WAY, ImportStatus
from src.services.mongo.client import Database, Document, guarded

RUN, IMPORT, DELIVERY = "run", "import", "delivery"

_IMPORTS = [status.value for status in (*IMPORT_UNDER_WAY, ImportStatus.UNDOING)]


class PendingWork:
    """Finds work that can be claimed or is under way; the jobs claim it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def kinds(self) -> frozenset[str]:
        """Those of RUN, IMPORT and DELIVERY that exist. Raises Unavailable."""
        due = {"status": DeliveryStatus.WAITING.value, "$expr": {"$lte": ["$due_at", "$$NOW"]}}
        others = [
            {"$unionWith": {"coll": collection, "pipeline": _any_of(which, kind)}}
            for collection, which, kind in (
                ("imports", {"status": {"$in": _IMPORTS}}, IMPORT),
                ("deliveries", due, DELIVERY),
            )
        ]
        runs = self._database.training_runs
        answer = runs.aggregate([*_any_of({"active": True}, RUN), *others])
        return frozenset(document["kind"] for document in answer)


def _any_of(which: Document, kind: str) -> list[Document]:
    return [{"$match": which}, {"$limit": 1}, {"$project": {"_id": 0, "kind": {"$literal": kind}}}]
