"""Retention in MongoDB: finds and deletes old versions, files and records of runs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from pymongo import DESCENDING
from pymongo.errors import DuplicateKeyError, OperationFailure

from src.domain.training_runs import RunStatus
from src.services.mongo.client import Database, guarded

_TURN = "tidy"
_FILES, _CHUNKS = "bundles.files", "bundles.chunks"
_EVERY, _RETRY_AFTER = timedelta(days=1), timedelta(hours=1)
_ORPHAN_AFTER = timedelta(days=1)
_WORTH_BYTES = 64 * 2**20


class Retention:
    """Each step leaves the store consistent, so the process may be killed between any two."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def versions(self) -> dict[str, str]:
        """The MLflow run of every stored version, by version."""
        versions = self._database.models.find(
            {"file_id": {"$exists": True}}, {"version": 1, "mlflow_run_id": 1}
        )
        return {version["version"]: version["mlflow_run_id"] for version in versions}

    @guarded
    def spared(self) -> set[str]:
        """Versions that are never deleted: every former champion, and those any pointer names.

        Champion and shadow test have such pointers. The version of the running run is spared too.
        """
        spared: set[str] = set()
        for pointer in self._database.models.find({"file_id": {"$exists": False}}):
            lines = [pointer, *pointer.get("history", ())]
            spared |= {line.get(name) for line in lines for name in ("version", "previous")} - {None}
        under_way = self._database.training_runs.find_one({"active": True}, {"_id": 1})
        if under_way:
            spared |= set(self._database.models.distinct("version", {"run_id": under_way["_id"]}))
        return spared

    @guarded
    def drop_version(self, version: str) -> bool:
        """Delete a version's document, then its file; False if it was promoted at this very moment."""
        document = self._database.models.find_one_and_delete(
            {"version": version, "file_id": {"$exists": True}}
        )
        if document is None:
            return True
        # Without its document it cannot be promoted; if that was read before, the document is restored.
        if version in self.spared():
            self._database.models.insert_one(document)
            return False
        self._delete_files([document["file_id"]])
        return True

    @guarded
    def forget_run(self, mlflow_run_id: str) -> None:
        """Remove the link of a run to MLflow; the run's own document stays."""
        runs = self._database.training_runs
        runs.update_many({"mlflow_run_id": {"$eq": mlflow_run_id}}, {"$unset": {"mlflow_run_id": ""}})

    @guarded
    def sweep_orphans(self, now: datetime) -> int:
        """Delete the files of no version, once they are a day old; returns their number.

        They come from replaced bundles, and from kills before the document was written. Their ids are
        ObjectIds, which contain the time.
        """
        named = set(self._database.models.distinct("file_id"))
        chunks = self._database.collection(_CHUNKS).distinct("files_id")
        unnamed = {
            *chunks,
            *(file["_id"] for file in self._database.collection(_FILES).find({}, {"_id": 1})),
        } - named
        old = [file_id for file_id in unnamed if file_id.generation_time < now - _ORPHAN_AFTER]
        self._delete_files(old)
        return len(old)

    def _delete_files(self, ids: Sequence[Any]) -> None:
        """As GridFS does, but also for a file of which only the chunks were written."""
        self._database.collection(_FILES).delete_many({"_id": {"$in": list(ids)}})
        self._database.collection(_CHUNKS).delete_many({"files_id": {"$in": list(ids)}})

    @guarded
    def drop_skipped(self, keep: int) -> int:
        """Delete the documents of skipped slots except the newest `keep`; returns their number."""
        runs = self._database.training_runs
        skipped = {"status": RunStatus.SKIPPED.value}
        old = runs.find(skipped, {"_id": 1}).sort("requested_at", DESCENDING).skip(keep)
        ids = [run["_id"] for run in old]
        return int(runs.delete_many({**skipped, "_id": {"$in": ids}}).deleted_count)

    @guarded
    def shrink(self) -> None:
        """Return the space of deleted bundles to the disk if it is large enough.

        Otherwise MongoDB would only reuse the space. Some servers refuse the command.
        """
        command = self._database.collection(_CHUNKS).database.command
        with suppress(OperationFailure, KeyError):
            files = command("collStats", _CHUNKS)["wiredTiger"]["block-manager"]
            if files["file bytes available for reuse"] >= _WORTH_BYTES:
                command("compact", _CHUNKS)

    @guarded
    def claim_turn(self, now: datetime) -> bool:
        """Whether retention is due and no other process runs it; a failed turn is due again soon.

        The first one is due an hour after the first start.
        """
        locks, later = self._database.locks, now + _RETRY_AFTER
        turn = locks.find_one({"_id": _TURN})
        if turn is None:
            with suppress(DuplicateKeyError):
                locks.insert_one({"_id": _TURN, "next": later})
            return False
        if turn["next"] > now:
            return False
        due = {"_id": _TURN, "next": turn["next"]}
        return bool(locks.update_one(due, {"$set": {"next": later}}).modified_count)

    @guarded
    def end_turn(self, now: datetime) -> None:
        turn = {"$set": {"next": now + _EVERY}}
        self._database.locks.update_one({"_id": _TURN}, turn, upsert=True)
