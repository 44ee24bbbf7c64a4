"""The `training_runs` collection: queue, lease, progress and history of training in one document a run."""

from __future__ import annotations

import logging
import secrets
import threading
from datetime import datetime, timedelta
from typing import Any

from pymongo import DESCENDING, ReturnDocument
from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER, Changes, RunStatus, TrainingRun, Trigger, Verdict
from src.errors import Conflict, LeaseLost, LedgerloopError, NotFound
from src.services.change_documents import changes_document
from src.services.database import Database, Document, guarded
from src.services.run_documents import run_of, verdict_document

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3


def slot_of(now: datetime, every_hours: float) -> datetime:
    """The start of the slot `now` lies in; slots are counted from midnight UTC of 1970-01-01."""
    length = timedelta(hours=every_hours)
    epoch = datetime(1970, 1, 1, tzinfo=now.tzinfo)
    return epoch + ((now - epoch) // length) * length


class TrainingRuns:
    """A unique index on `active` lets at most one run be queued or running, on whatever host.

    Leases are reckoned by MongoDB's own clock, so hosts need not agree on the time.
    """

    def __init__(self, database: Database, *, lease_s: float = 30) -> None:
        self._database = database
        self.lease_s = lease_s

    @property
    def _runs(self) -> Any:
        return self._database.collection("training_runs")

    @guarded
    def request(self, *, trigger: Trigger, reason: str, at: datetime) -> TrainingRun:
        """Queue a run. Raises Conflict while one is queued or running, Unavailable."""
        run_id = f"{trigger.value}-{at:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        run = self._queue(run_id, trigger, reason, at)
        if run is None:
            raise Conflict("A training run is under way; wait for it to end.")
        return run

    @guarded
    def request_slot(self, slot: datetime, *, trigger: Trigger, at: datetime) -> TrainingRun | None:
        """Queue the run of `slot`; None when the slot has its run already, or another run is under way."""
        return self._queue(
            f"slot-{slot:%Y%m%dT%H%M%SZ}", trigger, f"The slot of {slot:%Y-%m-%d %H:%M} UTC", at
        )

    def _queue(self, run_id: str, trigger: Trigger, reason: str, at: datetime) -> TrainingRun | None:
        document = {
            "_id": run_id,
            "owner": LOCAL_OWNER,
            "status": RunStatus.QUEUED.value,
            "active": True,
            "trigger": trigger.value,
            "reason": reason,
            "stage": "queued",
            "progress": 0.0,
            "attempt": 0,
            "requested_at": at,
        }
        try:
            self._runs.insert_one(document)
        except DuplicateKeyError:
            return None
        return run_of(document)

    @guarded
    def get(self, run_id: str) -> TrainingRun:
        """Raises NotFound, Unavailable."""
        document = self._runs.find_one({"_id": {"$eq": run_id}})
        if document is None:
            raise NotFound("There is no training run with this id.")
        return run_of(document)

    @guarded
    def newest(self, limit: int = 50) -> list[TrainingRun]:
        return [run_of(each) for each in self._runs.find().sort("requested_at", DESCENDING).limit(limit)]

    @guarded
    def current(self) -> TrainingRun | None:
        """The run that is queued or running."""
        document = self._runs.find_one({"active": True})
        return run_of(document) if document else None

    @guarded
    def claim(self, *, holder: str, at: datetime) -> TrainingRun | None:
        """Take the run that waits, or one whose holder fell silent; None when there is none to take.

        A run that was stopped MAX_ATTEMPTS times is ended as failed instead.
        """
        free = {
            "active": True,
            "$expr": {
                "$or": [
                    {"$eq": ["$status", RunStatus.QUEUED.value]},
                    {"$lt": ["$lease_until", "$$NOW"]},
                ]
            },
        }
        self._give_up({**free, "attempt": {"$gte": MAX_ATTEMPTS}}, at)
        claimed = self._runs.find_one_and_update(
            {**free, "attempt": {"$lt": MAX_ATTEMPTS}},
            [
                {
                    "$set": {
                        "status": RunStatus.RUNNING.value,
                        "holder": {"$literal": holder},
                        "attempt": {"$add": ["$attempt", 1]},
                        "started_at": {"$ifNull": ["$started_at", at]},
                        "stage": "starting",
                        "progress": 0.0,
                        "lease_until": self._lease(),
                    }
                }
            ],
            return_document=ReturnDocument.AFTER,
        )
        return run_of(claimed) if claimed else None

    def _give_up(self, exhausted: Document, at: datetime) -> None:
        sentence = f"Training was stopped {MAX_ATTEMPTS} times before it could finish."
        self._runs.update_one(
            exhausted, {"$set": _ended(RunStatus.FAILED, at) | {"error": sentence}, **_CLEARED}
        )

    @guarded
    def release(self, run_id: str, *, holder: str, attempt: int) -> bool:
        """Let go of a run whose process is known to be dead; whether it was still held."""
        held = {"_id": run_id, "holder": holder, "attempt": attempt, "status": RunStatus.RUNNING.value}
        past = [
            {
                "$set": {
                    "lease_until": {"$dateSubtract": {"startDate": "$$NOW", "unit": "second", "amount": 1}}
                }
            }
        ]
        return bool(self._runs.update_one(held, past).matched_count)

    @guarded
    def write(self, run_id: str, holder: str, attempt: int, update: Any) -> None:
        """One fenced write: LeaseLost unless `holder` still holds this attempt."""
        held = {"_id": run_id, "holder": holder, "attempt": attempt, "status": RunStatus.RUNNING.value}
        if not self._runs.update_one(held, update).matched_count:
            raise LeaseLost("Another process has taken this training run over.")

    def _lease(self) -> Document:
        return {
            "$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": round(self.lease_s * 1000)}
        }

    def renew(self, run_id: str, holder: str, attempt: int) -> None:
        self.write(run_id, holder, attempt, [{"$set": {"lease_until": self._lease()}}])


_CLEARED = {"$unset": {"active": "", "holder": "", "lease_until": ""}}


def _ended(status: RunStatus, at: datetime) -> Document:
    return {"status": status.value, "finished_at": at}


class ClaimedRun:
    """A run this process holds: a heartbeat thread renews the lease, and every write is fenced."""

    def __init__(self, runs: TrainingRuns, run: TrainingRun, *, holder: str) -> None:
        self._runs = runs
        self._holder = holder
        self.run = run
        self._ended = threading.Event()

    def __enter__(self) -> ClaimedRun:
        threading.Thread(target=self._beat, name="lease-heartbeat", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def _beat(self) -> None:
        while not self._ended.wait(self._runs.lease_s / 3):
            try:
                self._runs.renew(self.run.id, self._holder, self.run.attempt)
            except LeaseLost:
                return  # the next fenced write stops the training
            except LedgerloopError:
                log.warning("lease not renewed", extra={"run": self.run.id})

    def _set(self, fields: Document) -> None:
        self._runs.write(self.run.id, self._holder, self.run.attempt, {"$set": fields})

    def progress(self, stage: str, share: float) -> None:
        """share: 0..1 of the whole run. Raises LeaseLost."""
        self._set({"stage": stage, "progress": round(min(max(share, 0.0), 1.0), 3)})

    def record(self, **fields: Any) -> None:
        """Note `data`, `metrics` or `mlflow_run_id`. Raises LeaseLost."""
        self._set(fields)

    def decide(self, verdict: Verdict) -> None:
        """Keep the verdict, before anything flips. Raises LeaseLost."""
        self._set({"decision": verdict_document(verdict)})

    def changed(self, changes: Changes) -> None:
        """Keep what the promotion changed. Raises LeaseLost."""
        self._set({"changes": changes_document(changes)})

    def succeed(self, *, at: datetime) -> None:
        self._finish(_ended(RunStatus.SUCCEEDED, at) | {"stage": "done", "progress": 1.0})

    def fail(self, sentence: str, *, at: datetime) -> None:
        self._finish(_ended(RunStatus.FAILED, at) | {"error": sentence})

    def _finish(self, fields: Document) -> None:
        self._runs.write(self.run.id, self._holder, self.run.attempt, {"$set": fields, **_CLEARED})
        self._ended.set()
