"""The `training_runs` collection: queue, lease, progress and history of training in one document a run."""

from __future__ import annotations

import logging
import secrets
import threading
from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from src.domain.changes import Changes
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.verdicts import Verdict
from src.errors import Conflict, LeaseLost, LedgerloopError
from src.services.change_documents import changes_document
from src.services.database import Database, Document, guarded
from src.services.run_documents import run_of, verdict_document
from src.services.run_history import RunHistory
from src.services.run_states import CLEARED, ended, new, skipped, slot_id

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3


def slot_of(now: datetime, every_hours: float) -> datetime:
    """The start of the slot `now` lies in; slots are counted from midnight UTC of 1970-01-01."""
    length = timedelta(hours=every_hours)
    epoch = datetime(1970, 1, 1, tzinfo=now.tzinfo)
    return epoch + ((now - epoch) // length) * length


class TrainingRuns(RunHistory):
    """A unique index on `active` lets at most one run be queued or running, on whatever host.

    Leases are reckoned by MongoDB's own clock, so hosts need not agree on the time.
    """

    def __init__(self, database: Database, *, lease_s: float = 30) -> None:
        super().__init__(database)
        self.lease_s = lease_s

    @guarded
    def request(self, *, trigger: Trigger, reason: str, at: datetime) -> TrainingRun:
        """Queue a run. Raises Conflict while one is queued or running, Unavailable."""
        run_id = f"{trigger.value}-{at:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        run = self.queue(run_id, trigger=trigger, reason=reason, at=at)
        if run is None:
            raise Conflict("A training run is under way; wait for it to end.")
        return run

    @guarded
    def request_slot(self, slot: datetime, *, trigger: Trigger, at: datetime) -> TrainingRun | None:
        """Queue the run of `slot`; None when the slot has its run already, or another run is under way."""
        reason = f"The slot of {slot:%Y-%m-%d %H:%M} UTC"
        return self.queue(slot_id(slot), trigger=trigger, reason=reason, at=at)

    @guarded
    def has_room(self, slot: datetime) -> bool:
        """Whether `slot` has no run yet and none is under way."""
        return self._runs.find_one({"$or": [{"_id": slot_id(slot)}, {"active": True}]}, {"_id": 1}) is None

    @guarded
    def skip_slot(self, slot: datetime, *, standing: str, at: datetime) -> TrainingRun | None:
        """Write down that `slot` needs no run; None when it has one already.

        standing: the name of what it would have learned from, which is that of the newest run.
        """
        document = new(slot_id(slot), Trigger.SCHEDULE, "", at) | skipped(self.last_success(), at)
        return self._insert(document | {"standing": standing})

    @guarded
    def queue(self, run_id: str, *, trigger: Trigger, reason: str, at: datetime) -> TrainingRun | None:
        """None when there is a run of this id already, or another one is under way."""
        return self._insert(new(run_id, trigger, reason, at) | {"active": True})

    def _insert(self, document: Document) -> TrainingRun | None:
        try:
            self._runs.insert_one(document)
        except DuplicateKeyError:
            return None
        return run_of(document)

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
            exhausted, {"$set": ended(RunStatus.FAILED, at) | {"error": sentence}, **CLEARED}
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

    @guarded
    def skip(self, run_id: str, holder: str, attempt: int, *, at: datetime) -> None:
        """End a claimed run that has nothing new to learn from. Raises LeaseLost, Unavailable."""
        self.write(run_id, holder, attempt, {"$set": skipped(self.last_success(), at), **CLEARED})

    def _lease(self) -> Document:
        return {
            "$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": round(self.lease_s * 1000)}
        }

    def renew(self, run_id: str, holder: str, attempt: int) -> None:
        self.write(run_id, holder, attempt, [{"$set": {"lease_until": self._lease()}}])


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
        """Note `data`, `inputs`, `standing`, `metrics` or `mlflow_run_id`. Raises LeaseLost."""
        self._set(fields)

    def decide(self, verdict: Verdict) -> None:
        """Keep the verdict, before anything flips. Raises LeaseLost."""
        self._set({"decision": verdict_document(verdict)})

    def changed(self, changes: Changes) -> None:
        """Keep what the promotion changed. Raises LeaseLost."""
        self._set({"changes": changes_document(changes)})

    def succeed(self, *, at: datetime) -> None:
        self._finish(ended(RunStatus.SUCCEEDED, at) | {"stage": "done", "progress": 1.0})

    def last_inputs(self) -> dict[str, str]:
        """What the newest run that succeeded was made of; empty where there is none."""
        return self._runs.last_inputs()

    def skip(self, *, at: datetime) -> None:
        """Nothing is new since the newest run that succeeded. Raises LeaseLost."""
        self._runs.skip(self.run.id, self._holder, self.run.attempt, at=at)
        self._ended.set()

    def fail(self, sentence: str, *, at: datetime) -> None:
        self._finish(ended(RunStatus.FAILED, at) | {"error": sentence})

    def _finish(self, fields: Document) -> None:
        self._runs.write(self.run.id, self._holder, self.run.attempt, {"$set": fields, **CLEARED})
        self._ended.set()
