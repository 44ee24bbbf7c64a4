"""The `import_rejects` collection: the rows of a file that were not taken, and why."""

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
        """Keep `row`, `reason`, `left_out` and, where known, `cells` (masked); again changes nothing."""
        if rejects:
            self._rejects.bulk_write([_kept(import_id, each) for each in rejects], ordered=False)

    @guarded
    def of(self, import_id: str, limit: int = 0) -> list[Document]:
        """By row; 0 is no limit."""
        found = self._rejects.find({"import": {"$eq": import_id}}, {"_id": 0, "import": 0})
        return list(found.sort("row", 1).limit(limit))


def _kept(import_id: str, reject: Document) -> ReplaceOne[Document]:
    return ReplaceOne(
        {"import": import_id, "row": reject["row"]}, {"import": import_id, **reject}, upsert=True
    )
