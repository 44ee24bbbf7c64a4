"""The `models` collection and its GridFS: the bundles of all versions, and their promotion."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from gridfs.errors import NoFile
from pymongo import DESCENDING

from src.domain.models import ModelVersion, Pointer
from src.domain.promotions import ComparedMetrics, Promotion, PromotionEvent
from src.domain.reasons import Why
from src.domain.verdicts import JudgedOn, judged_on_of
from src.errors import Conflict, NotFound, Pinned
from src.services.models.alias_lock import AliasLock
from src.services.models.champion_pointer import ChampionPointer
from src.services.models.promotion_history import Refusals, lines_of, paired_figures
from src.services.models.shadow import Shadows
from src.services.mongo.client import Database, Document, guarded

_TRIES = 5
_LINES_SEARCHED = 1000


class Models:
    """The pointer document alone says which version is the champion; it flips last, in one atomic write."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pointer = ChampionPointer(database)
        self._refusals = Refusals(database)
        self.alias = AliasLock(database)
        self.shadows = Shadows(database)

    @property
    def _models(self) -> Any:
        return self._database.models

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
        measured_on: JudgedOn | None = None,
    ) -> ModelVersion:
        """Store a version's bundle; a second time under the same version replaces it. Raises Unavailable."""
        file_id = self._database.bundles.upload_from_stream(f"model-{version}.skops", bundle)
        document = {
            "version": version,
            "run_id": run_id,
            "mlflow_run_id": mlflow_run_id,
            "created_at": at,
            "metrics": metrics,
            "measured_on": measured_on.value if measured_on else None,
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

    def champion(self) -> Pointer | None:
        return self._pointer.read()

    @guarded
    def promote(
        self,
        version: str,
        *,
        by: str,
        reason: Why,
        at: datetime,
        expected_revision: int | None = None,
        unless_pinned: bool = False,
        pin: bool = False,
        figures: ComparedMetrics | None = None,
    ) -> Pointer:
        """Make `version` the champion.

        expected_revision: the pointer's revision that the verdict is based on, 0 for no champion yet;
        Conflict if another promotion came in between. None promotes in any case (as a person asks).
        unless_pinned: raise Pinned rather than replace a version that is pinned.
        pin: pin `version`; else a pin of its predecessor ends.
        figures: what the verdict is based on; without them, those of an earlier verdict on both.
        Raises NotFound, Conflict, Unavailable.
        """
        target = self._document(version)
        self._find_file(target)
        for tries_left in reversed(range(1 if expected_revision is not None else _TRIES)):
            before = self.champion()
            measured = figures or (self.paired(version, before.version) if before else None)
            lines = lines_of(target, before, by=by, reason=reason, at=at, figures=measured, pin=pin)
            try:
                pointer = self._pointer.flip(
                    target,
                    lines,
                    expected_revision=_revision(before) if expected_revision is None else expected_revision,
                    unless_pinned=unless_pinned,
                    pinned_at=at if pin else None,
                )
                break
            except Conflict as conflict:
                if isinstance(conflict, Pinned) or not tries_left:
                    raise
        self.shadows.end_of(version)
        return pointer

    def refuse(
        self,
        version: str,
        *,
        by: str,
        reason: Why,
        at: datetime,
        figures: ComparedMetrics | None = None,
        run_id: str | None = None,
    ) -> None:
        """Record that `version` was not promoted. Raises Unavailable."""
        before = self.champion()
        serving = before.version if before else None
        self._refusals.add(
            Promotion(version, serving, at, by, reason, PromotionEvent.REFUSED, figures, run_id)
        )

    def pin(self, version: str | None = None, *, by: str, reason: Why, at: datetime) -> Pointer:
        """Pin the champion. Raises NotFound without one, Conflict if it is not `version`, Unavailable."""
        return self._pointer.pin(version, by=by, reason=reason, at=at)

    def unpin(self, *, by: str, reason: Why, at: datetime) -> Pointer:
        """Raises NotFound without a champion, Unavailable."""
        return self._pointer.unpin(by=by, reason=reason, at=at)

    def promotions(self, limit: int = 50) -> list[Promotion]:
        """Promotions, rollbacks, pins and refusals, newest first."""
        lines = [*self._pointer.history(limit), *self._refusals.newest(limit)]
        return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]

    def paired(self, version: str, other: str) -> ComparedMetrics | None:
        """The newest figures of both versions on the same rows, those of `version` first; None without any.

        Raises Unavailable.
        """
        return paired_figures(self.promotions(_LINES_SEARCHED), version, other)

    def _find_file(self, target: Document) -> None:
        """Raises NotFound: a promoted version without a file would leave the next worker without a model."""
        if not list(self._database.bundles.find({"_id": target["file_id"]}, limit=1)):
            raise NotFound(f"The file of model version {target['version']} is gone.")

    def _known(self, version: str) -> Document | None:
        found: Document | None = self._models.find_one({"_id": _key(version)})
        return found

    def _document(self, version: str) -> Document:
        document = self._known(version)
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
        sha256=document["sha256"],
        measured_on=judged_on_of(document.get("measured_on")),
    )


def _revision(pointer: Pointer | None) -> int:
    return pointer.revision if pointer else 0
