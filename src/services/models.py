"""The `models` collection and its GridFS: every version's bundle, and the pointer to the one that serves."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from gridfs.errors import NoFile
from pymongo import DESCENDING, ReturnDocument
from pymongo.errors import DuplicateKeyError

from src.domain import ModelVersion, Pointer, Promotion
from src.errors import Conflict, NotFound
from src.services.database import Database, Document, guarded

_CHAMPION = "champion"
_HISTORY_KEPT = 1000


class Models:
    """The pointer document is the one truth of what serves; it flips last, and in one atomic write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _models(self) -> Any:
        return self._database.collection("models")

    @guarded
    def keep(
        self,
        bundle: bytes,
        *,
        version: str,
        run_id: str,
        mlflow_run_id: str,
        metrics: dict[str, float],
        at: datetime,
    ) -> ModelVersion:
        """Store a version's bundle; a second time under the same version replaces it. Raises Unavailable."""
        file_id = self._database.bundles.upload_from_stream(f"model-{version}.skops", bundle)
        document = {
            "version": version,
            "run_id": run_id,
            "mlflow_run_id": mlflow_run_id,
            "created_at": at,
            "metrics": metrics,
            "size": len(bundle),
            "sha256": hashlib.sha256(bundle).hexdigest(),
            "file_id": file_id,
        }
        self._models.replace_one({"_id": _key(version)}, document, upsert=True)
        return _version(document, champion=False)

    @guarded
    def load(self, version: str) -> bytes:
        """The bundle's bytes. Raises NotFound, Unavailable."""
        try:
            return self._database.bundles.open_download_stream(self._document(version)["file_id"]).read()
        except NoFile:
            raise NotFound(f"The file of model version {version} is gone.") from None

    @guarded
    def sha256(self, version: str) -> str:
        """What the bytes of `load` must hash to. Raises NotFound, Unavailable."""
        return str(self._document(version)["sha256"])

    @guarded
    def versions(self) -> list[ModelVersion]:
        """Newest first."""
        serving = self.champion()
        documents = self._models.find({"version": {"$exists": True}, "file_id": {"$exists": True}})
        return [
            _version(document, champion=serving is not None and serving.version == document["version"])
            for document in documents.sort("created_at", DESCENDING)
        ]

    @guarded
    def get(self, version: str) -> ModelVersion:
        """Raises NotFound, Unavailable."""
        serving = self.champion()
        return _version(self._document(version), champion=serving is not None and serving.version == version)

    @guarded
    def champion(self) -> Pointer | None:
        document = self._models.find_one({"_id": _CHAMPION}, {"history": 0})
        return _pointer(document) if document else None

    @guarded
    def promote(
        self, version: str, *, by: str, reason: str, at: datetime, expected_revision: int | None = None
    ) -> Pointer:
        """Let `version` serve.

        expected_revision: the pointer's revision that the verdict was reached against, 0 for no champion
        yet; Conflict if another promotion came in between. None promotes in any case (a person's word).
        Raises NotFound, Conflict, Unavailable.
        """
        target = self._document(version)
        before = self.champion()
        if expected_revision is None:
            expected_revision = before.revision if before else 0
        line = {
            "version": version,
            "previous": before.version if before else None,
            "at": at,
            "by": by,
            "reason": reason,
        }
        flipped = {
            "version": version,
            "run_id": target["run_id"],
            "sha256": target["sha256"],
            "promoted_at": at,
        }
        return _pointer(self._flip(flipped, line, expected_revision))

    def _flip(self, flipped: Document, line: Document, expected_revision: int) -> Document:
        moved = Conflict("Another model was promoted in the meantime; nothing was changed.")
        if expected_revision == 0:
            document = {"_id": _CHAMPION, "revision": 1, "alias": None, "history": [line], **flipped}
            try:
                self._models.insert_one(document)
            except DuplicateKeyError:
                raise moved from None
            return document
        document = self._models.find_one_and_update(
            {"_id": _CHAMPION, "revision": expected_revision},
            {
                "$set": flipped,
                "$inc": {"revision": 1},
                "$push": {"history": {"$each": [line], "$slice": -_HISTORY_KEPT}},
            },
            return_document=ReturnDocument.AFTER,
        )
        if document is None:
            raise moved
        return document

    @guarded
    def promotions(self, limit: int = 50) -> list[Promotion]:
        """The history, newest first."""
        document = self._models.find_one({"_id": _CHAMPION}, {"history": {"$slice": -limit}})
        lines = document["history"] if document else []
        return [
            Promotion(line["version"], line["previous"], line["at"], line["by"], line["reason"])
            for line in reversed(lines)
        ]

    @guarded
    def alias_follows(self, version: str) -> None:
        """Note that the MLflow alias names `version` now."""
        self._models.update_one({"_id": _CHAMPION}, {"$set": {"alias": version}})

    def _document(self, version: str) -> Document:
        document = self._models.find_one({"_id": _key(version)})
        if document is None:
            raise NotFound("There is no model of this version.")
        return document


def _key(version: str) -> str:
    return f"version:{version}"


def _version(document: Document, *, champion: bool) -> ModelVersion:
    return ModelVersion(
        version=document["version"],
        run_id=document["run_id"],
        mlflow_run_id=document["mlflow_run_id"],
        created_at=document["created_at"],
        metrics=document["metrics"],
        size=document["size"],
        champion=champion,
    )


def _pointer(document: Document) -> Pointer:
    return Pointer(
        version=document["version"],
        revision=document["revision"],
        run_id=document["run_id"],
        sha256=document["sha256"],
        promoted_at=document["promoted_at"],
        alias=document.get("alias"),
    )
