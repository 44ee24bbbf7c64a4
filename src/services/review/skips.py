"""The `review_skips` collection: groups of waiting transactions that are hidden until a date."""

from __future__ import annotations

from datetime import date

from src.domain import LOCAL_OWNER
from src.domain.review import SkippedGroup
from src.services.mongo.client import Database, guarded


class ReviewSkips:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def until_after(self, day: date) -> set[str]:
        """The keys of the groups that are still hidden on `day`. Raises Unavailable."""
        hidden = {"owner": LOCAL_OWNER, "until": {"$gt": day.isoformat()}}
        return {skip["key"] for skip in self._database.review_skips.find(hidden)}

    @guarded
    def all(self) -> list[SkippedGroup]:
        skips = self._database.review_skips.find({"owner": LOCAL_OWNER}, sort=[("key", 1)])
        return [SkippedGroup(skip["key"], date.fromisoformat(skip["until"])) for skip in skips]

    @guarded
    def set(self, key: str, until: date | None) -> None:
        """Hide a group before that date; None shows it again. Raises Unavailable."""
        query = {"owner": LOCAL_OWNER, "key": {"$eq": key}}
        if until is None:
            self._database.review_skips.delete_one(query)
        else:
            skip = {"owner": LOCAL_OWNER, "key": key, "until": until.isoformat()}
            self._database.review_skips.replace_one(query, skip, upsert=True)
