"""What MongoDB keeps of models and runs that no longer matter: found, and cleared away."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING
from pymongo.errors import DuplicateKeyError, OperationFailure

from src.domain.training_runs import RunStatus
from src.services.mongo.client import Database, guarded

_TURN = "tidy"
_CHUNKS = "bundles.chunks"
_ORPHAN_AFTER = timedelta(days=1)
_WORTH_BYTES = 64 * 2**20


class Retention:
    """Each step leaves the store whole, so that it may end between any two and begin again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _models(self) -> Any:
        return self._database.models

    @guarded
    def versions(self) -> dict[str, str]:
        """The MLflow run of every version that is kept here, by version."""
        found = self._models.find({"file_id": {"$exists": True}}, {"version": 1, "mlflow_run_id": 1})
        return {one["version"]: one["mlflow_run_id"] for one in found}

    @guarded
    def spared(self) -> set[str]:
        """Versions that stay whatever their age: every one that ever served, or that any pointer names.

        The shadow has such a pointer, and so has the champion. The run under way keeps its own version too.
        """
        spared: set[str] = set()
        for pointer in self._models.find({"file_id": {"$exists": False}}):
            lines = [pointer, *pointer.get("history", ())]
            spared |= {line.get(name) for line in lines for name in ("version", "previous")} - {None}
        under_way = self._database.training_runs.find_one({"active": True}, {"_id": 1})
        if under_way:
            spared |= set(self._models.distinct("version", {"run_id": under_way["_id"]}))
        return spared

    @guarded
    def drop_version(self, version: str) -> bool:
        """Delete a version's document, then its file; False where it was promoted in this very moment."""
        document = self._models.find_one_and_delete({"version": version, "file_id": {"$exists": True}})
        if document is None:
            return True
        # Without its document nobody can promote it any more; whoever had read that before has it back.
        if version in self.spared():
            self._models.insert_one(document)
            return False
        self._delete_files([document["file_id"]])
        return True

    @guarded
    def forget_run(self, mlflow_run_id: str) -> None:
        """The page of a run no longer points to where MLflow kept it; the run's own document stays."""
        runs = self._database.training_runs
        runs.update_many({"mlflow_run_id": {"$eq": mlflow_run_id}}, {"$unset": {"mlflow_run_id": ""}})

    @guarded
    def sweep_orphans(self, now: datetime) -> int:
        """Delete the files no version names, once they are a day old; how many there were.

        A bundle that was replaced leaves one, and a kill between file and document, or amid a file, another.
        """
        named = set(self._models.distinct("file_id"))
        chunks = self._database.collection(_CHUNKS).distinct("files_id")
        found = {*chunks, *(file["_id"] for file in self._files.find({}, {"_id": 1}))} - named
        old = [one for one in found if _made_at(one) < now - _ORPHAN_AFTER]
        self._delete_files(old)
        return len(old)

    @property
    def _files(self) -> Any:
        return self._database.collection("bundles.files")

    def _delete_files(self, ids: Sequence[Any]) -> None:
        """As GridFS does it, but content with a file of which only the chunks were written."""
        self._files.delete_many({"_id": {"$in": list(ids)}})
        self._database.collection(_CHUNKS).delete_many({"files_id": {"$in": list(ids)}})

    @guarded
    def drop_skipped(self, keep: int) -> int:
        """Delete the documents of skipped slots but for the newest `keep`; how many there were."""
        runs = self._database.training_runs
        skipped = {"status": RunStatus.SKIPPED.value}
        old = runs.find(skipped, {"_id": 1}).sort("requested_at", DESCENDING).skip(keep)
        return int(runs.delete_many({**skipped, "_id": {"$in": [one["_id"] for one in old]}}).deleted_count)

    @guarded
    def shrink(self, worth_bytes: int = _WORTH_BYTES) -> bool:
        """Give the room of deleted bundles back to the disk where it is worth it; whether that was done.

        MongoDB would use that room again, but not give it back. A server that refuses is left alone.
        """
        command = self._database.collection(_CHUNKS).database.command
        try:
            files = command("collStats", _CHUNKS)["wiredTiger"]["block-manager"]
            if files["file bytes available for reuse"] < worth_bytes:
                return False
            command("compact", _CHUNKS)
        except (OperationFailure, KeyError):
            return False
        return True

    @guarded
    def claim_turn(self, now: datetime, *, retry_after: timedelta = timedelta(hours=1)) -> bool:
        """Whether it is time to tidy, and nobody else does; a turn that ends badly comes again soon.

        The first one comes a while after the very first start, which has better things to do.
        """
        locks, later = self._database.locks, now + retry_after
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
    def end_turn(self, now: datetime, *, again_after: timedelta = timedelta(days=1)) -> None:
        turn = {"$set": {"next": now + again_after}}
        self._database.locks.update_one({"_id": _TURN}, turn, upsert=True)


def _made_at(file_id: Any) -> datetime:
    """GridFS names a file by an ObjectId, which tells its time."""
    return file_id.generation_time if isinstance(file_id, ObjectId) else datetime.now(UTC)
