"""Which version runs in the shadow, and how it does beside the champion on rows a person answered since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument

from src.domain import LOCAL_OWNER
from src.domain.feedback import LabelSource
from src.domain.models import Shadow, ShadowComparison
from src.domain.predictions import DecidedBy
from src.errors import Conflict, NotFound
from src.services.mongo.client import Database, Document, guarded

_ID = "shadow"
_CLOCKS_APART = timedelta(minutes=5)


class Shadows:
    """The document `shadow` beside the pointer. It stays when a shadow ends: its revision only grows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _models(self) -> Any:
        return self._database.models

    @guarded
    def current(self) -> Shadow | None:
        """None also where the version has become champion since."""
        documents = self._models.find({"_id": {"$in": [_ID, "champion"]}}, {"history": 0})
        found = {document["_id"]: document for document in documents}
        shadow, champion = found.get(_ID), found.get("champion")
        if not shadow or not shadow["version"]:
            return None
        return None if champion and champion["version"] == shadow["version"] else _shadow(shadow)

    @guarded
    def start(self, version: str, *, sha256: str, by: str, at: datetime) -> Shadow:
        """Let `version` run in the shadow, instead of another that does. Raises Conflict, Unavailable."""
        champion = self._models.find_one({"_id": "champion"}, {"version": 1})
        if champion is None:
            raise Conflict("No model serves yet, so there is nothing to run beside.")
        if champion["version"] == version:
            raise Conflict(f"Model {version} serves already; it needs no shadow.")
        document = self._models.find_one_and_update(
            {"_id": _ID},
            {"$set": {"version": version, "sha256": sha256, "since": at, "by": by}, "$inc": {"revision": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return _shadow(document)

    @guarded
    def end(self) -> None:
        """Raises NotFound where none runs, Unavailable."""
        if not self._end({"version": {"$ne": None}}):
            raise NotFound("No model runs in the shadow.")

    @guarded
    def end_of(self, version: str) -> None:
        """End it if it is `version`, which serves from now on."""
        self._end({"version": version})

    def _end(self, which: Document) -> bool:
        return bool(self._models.update_one({"_id": _ID, **which}, {"$set": {"version": None}}).matched_count)

    @guarded
    def side_by_side(self, shadow: Shadow, champion: str) -> ShadowComparison:
        """Of rows stored since the shadow runs, those that model `champion` decided and a person answered.

        A row that memory decided does not count: there it does not matter which model serves. So each
        merchant counts about once, for from its first answer on memory decides. Nor does an answer to many
        rows at once count for each of them.
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
                {"$project": {"said": newest, "truth": "$label.category"}},
                {
                    "$match": {
                        "said.shadow.version": shadow.version,
                        "said.model_version": champion,
                        "said.decided_by": DecidedBy.MODEL.value,
                        "said.at": {"$gte": shadow.since},
                    }
                },
                {
                    "$group": {
                        "_id": {
                            "champion": {"$eq": ["$said.shadow.champion_category", "$truth"]},
                            "shadow": {"$eq": ["$said.shadow.category", "$truth"]},
                        },
                        "rows": {"$sum": 1},
                    }
                },
            ]
        )
        return _side_by_side(list(groups))


def _side_by_side(groups: Sequence[Document]) -> ShadowComparison:
    rows = {(each["_id"]["champion"], each["_id"]["shadow"]): each["rows"] for each in groups}
    return ShadowComparison(
        answers=sum(rows.values()),
        both_right=rows.get((True, True), 0),
        champion_only=rows.get((True, False), 0),
        shadow_only=rows.get((False, True), 0),
    )


def _shadow(document: Document) -> Shadow:
    return Shadow(
        version=document["version"],
        revision=document["revision"],
        sha256=document["sha256"],
        since=document["since"],
        by=document["by"],
    )
