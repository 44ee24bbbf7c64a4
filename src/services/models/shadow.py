"""The shadow test: which version runs, and its results compared with the champion's."""

from __future__ import annotations

from datetime import datetime, timedelta

from bson import ObjectId
from pymongo import ReturnDocument

from src.domain import LOCAL_OWNER
from src.domain.feedback import LabelSource
from src.domain.models import Shadow, ShadowComparison
from src.domain.predictions import DecidedBy
from src.errors import Conflict, NotFound
from src.services.mongo.client import Database, Document, dataclass_of, guarded
from src.services.mongo.collections import CHAMPION, SHADOW

_CLOCKS_APART = timedelta(minutes=5)


class Shadows:
    """The document `shadow` in `models`. It stays when a test ends, because its revision only grows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def current(self) -> Shadow | None:
        """None also if the version has become champion since."""
        documents = self._database.models.find({"_id": {"$in": [SHADOW, CHAMPION]}}, {"history": 0})
        pointers = {document["_id"]: document for document in documents}
        shadow, champion = pointers.get(SHADOW), pointers.get(CHAMPION)
        if not shadow or not shadow["version"]:
            return None
        return None if champion and champion["version"] == shadow["version"] else dataclass_of(Shadow, shadow)

    @guarded
    def start(self, version: str, *, sha256: str, by: str, at: datetime) -> Shadow:
        """Start a test of `version`, instead of a running one. Raises Conflict, Unavailable."""
        champion = self._database.models.find_one({"_id": CHAMPION}, {"version": 1})
        if champion is None:
            raise Conflict("There is no active model yet, so there is nothing to compare with.")
        if champion["version"] == version:
            raise Conflict(f"Model {version} is already active; it needs no shadow test.")
        document = self._database.models.find_one_and_update(
            {"_id": SHADOW},
            {"$set": {"version": version, "sha256": sha256, "since": at, "by": by}, "$inc": {"revision": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return dataclass_of(Shadow, document)

    @guarded
    def end(self) -> None:
        """Raises NotFound if none runs, Unavailable."""
        if not self._end({"version": {"$ne": None}}):
            raise NotFound("No shadow test is running.")

    @guarded
    def end_of(self, version: str) -> None:
        """End it if it tests `version`, which is now the champion."""
        self._end({"version": version})

    def _end(self, which: Document) -> bool:
        return bool(
            self._database.models.update_one(
                {"_id": SHADOW, **which}, {"$set": {"version": None}}
            ).matched_count
        )

    @guarded
    def compare(self, shadow: Shadow, champion: str) -> ShadowComparison:
        """Compare both models on rows stored since the start, decided by model `champion` and answered since.

        Rows that the memory decided do not count, because no model decided them. So group merchant counts
        about once: from its first answer on the memory decides. An answer to many rows at once counts once.
        """
        since = ObjectId.from_datetime(shadow.since - _CLOCKS_APART)
        newest = {"$last": "$predictions"}
        groups = self._database.transactions.aggregate(
            [
                {
                    "$match": {
                        "_id": {"$gte": since},
                        "owner": LOCAL_OWNER,
                        "label.source": LabelSource.FEEDBACK.value,
                        "predictions.shadow.version": shadow.version,
                    }
                },
                {"$project": {"prediction": newest, "truth": "$label.category"}},
                {
                    "$match": {
                        "prediction.shadow.version": shadow.version,
                        "prediction.model_version": champion,
                        "prediction.decided_by": DecidedBy.MODEL.value,
                        "prediction.at": {"$gte": shadow.since},
                    }
                },
                {
                    "$group": {
                        "_id": {
                            "champion": {"$eq": ["$prediction.shadow.champion_category", "$truth"]},
                            "shadow": {"$eq": ["$prediction.shadow.category", "$truth"]},
                        },
                        "rows": {"$sum": 1},
                    }
                },
            ]
        )
        rows = {(group["_id"]["champion"], group["_id"]["shadow"]): group["rows"] for group in groups}
        return ShadowComparison(
            answers=sum(rows.values()),
            both_right=rows.get((True, True), 0),
            champion_only=rows.get((True, False), 0),
            shadow_only=rows.get((False, True), 0),
        )
