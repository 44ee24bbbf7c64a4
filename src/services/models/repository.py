"""The `models` collection and its GridFS: the bundles of all versions, and their promotion."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from gridfs.errors import NoFile
from pymongo import DESCENDING
from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER
from src.domain.models import ModelVersion, Pointer
from src.domain.promotions import ComparedMetrics, Promotion, PromotionEvent
from src.domain.verdicts import JudgedOn, Why, judged_on_of
from src.errors import Conflict, NotFound, Pinned
from src.services.models.alias_record import AliasRecord
from src.services.models.champion_pointer import ChampionPointer
from src.services.models.promotion_history import line_document, line_of, lines_of
from src.services.models.shadow import Shadows
from src.services.mongo.client import Database, Document, dataclass_of, guarded

_TRIES = 5
_LINES_SEARCHED = 1000


class Models(ChampionPointer):
    """The pointer document alone says which version is the champion; it flips last, in one atomic write."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.alias = AliasRecord(database)
        self.shadows = Shadows(database)

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
        replace_stored: bool = True,
    ) -> None:
        """Store a version's bundle. Raises Unavailable.

        replace_stored: whether it replaces a bundle of the same version; else that one stays.
        """
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
        if replace_stored:
            self._database.models.replace_one({"_id": _key(version)}, document, upsert=True)
            return
        try:
            self._database.models.insert_one({"_id": _key(version), **document})
        except DuplicateKeyError:
            self._database.bundles.delete(file_id)

    @guarded
    def record_mlflow_run(self, version: str, mlflow_run_id: str) -> None:
        """The run that a version was logged as only after it was stored. Raises Unavailable."""
        named = {"$set": {"mlflow_run_id": mlflow_run_id}}
        self._database.models.update_one({"_id": _key(version)}, named)

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
        champion = self.champion()
        documents = self._database.models.find({"version": {"$exists": True}, "file_id": {"$exists": True}})
        return [_version(document, champion) for document in documents.sort("created_at", DESCENDING)]

    @guarded
    def get(self, version: str) -> ModelVersion:
        """Raises NotFound, Unavailable."""
        return _version(self._document(version), self.champion())

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
        if not list(self._database.bundles.find({"_id": target["file_id"]}, limit=1)):
            # Promoted without a file, it would leave the next worker without a model.
            raise NotFound(f"The file of model version {version} is gone.")
        for tries_left in reversed(range(1 if expected_revision is not None else _TRIES)):
            before = self.champion()
            measured = figures or (self.paired(version, before.version) if before else None)
            lines = lines_of(target, before, by=by, reason=reason, at=at, figures=measured, pin=pin)
            try:
                revision = before.revision if before else 0
                pointer = self._flip(
                    target,
                    lines,
                    expected_revision=revision if expected_revision is None else expected_revision,
                    unless_pinned=unless_pinned,
                    pinned_at=at if pin else None,
                )
                break
            except Conflict as conflict:
                if isinstance(conflict, Pinned) or not tries_left:
                    raise
        self.shadows.end_of(version)
        return pointer

    @guarded
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
        """Record that `version` was not promoted. Raises Unavailable.

        It changes no pointer, so it has a separate document; that of a later attempt of the run replaces it.
        """
        before = self.champion()
        stays = before.version if before else None
        line = Promotion(version, stays, at, by, reason, PromotionEvent.REFUSED, figures, run_id)
        document = {"owner": LOCAL_OWNER, **line_document(line)}
        if run_id is None:
            self._database.refusals.insert_one(document)
        else:
            self._database.refusals.replace_one({"_id": f"run:{run_id}"}, document, upsert=True)

    @guarded
    def promotions(self, limit: int = 50) -> list[Promotion]:
        """Promotions, rollbacks, pins and refusals, newest first."""
        refusals = self._database.refusals.find({"owner": LOCAL_OWNER}).sort("at", DESCENDING).limit(limit)
        lines = [*self._history(limit), *map(line_of, refusals)]
        return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]

    def paired(self, version: str, other: str) -> ComparedMetrics | None:
        """The newest figures of both versions on the same rows, those of `version` first; None without any.

        Raises Unavailable.
        """
        for line in self.promotions(_LINES_SEARCHED):
            if line.figures and line.figures.paired:
                pair = line.version, line.figures.against or line.previous
                if pair == (version, other):
                    return replace(line.figures, against=other)
                if pair == (other, version):
                    return line.figures.reversed(other)
        return None

    def _document(self, version: str) -> Document:
        document: Document | None = self._database.models.find_one({"_id": _key(version)})
        if document is None:
            raise NotFound("There is no model of this version.")
        return document


def _key(version: str) -> str:
    return f"version:{version}"


def _version(document: Document, champion: Pointer | None) -> ModelVersion:
    return dataclass_of(
        ModelVersion,
        document,
        measured_on=judged_on_of(document.get("measured_on")),
        champion=champion is not None and champion.version == document["version"],
    )
