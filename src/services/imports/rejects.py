"""The `import_rejects` collection: the rows of a file that were not imported, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymongo import ReplaceOne

from src.services.mongo.client import Database, Document, guarded


class ImportRejects:
    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _rejects(self) -> Any:
        return self._database.import_rejects

    @guarded
    def add(self, import_id: str, rejects: Sequence[Document]) -> None:
        """Store `row`, `reason`, `left_out` and, if known, `cells` (masked). Can be repeated safely."""
        writes = [
            ReplaceOne(
                {"import": import_id, "row": reject["row"]}, {"import": import_id, **reject}, upsert=True
            )
            for reject in rejects
        ]
        if writes:
            self._rejects.bulk_write(writes, ordered=False)

    @guarded
    def of(self, import_id: str, limit: int = 0) -> list[Document]:
        """By row. limit: 0 for all."""
        documents = self._rejects.find({"import": {"$eq": import_id}}, {"_id": 0, "import": 0})
        return list(documents.sort("row", 1).limit(limit))
