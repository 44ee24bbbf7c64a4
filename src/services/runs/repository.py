"""The `training_runs` collection: queue, lease, progress and history of training in one document a run."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from src.domain.promotions import PredictionDiff
from src.domain.quality import DriftResult
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.verdicts import Code, JudgedOn, Verdict, Why, because
from src.errors import Conflict
from src.services.mongo.client import Database, Document, guarded
from src.services.mongo.leases import Leases, Wait
from src.services.runs.documents import (
    CLEARED,
    changes_document,
    ended,
    new,
    run_of,
    skipped,
    slot_id,
    verdict_document,
)
from src.services.runs.history import RunHistory


class TrainingRuns(RunHistory):
    """A unique index on `active` lets at most one run be queued or running, on whatever host."""

    def __init__(self, database: Database, *, lease_s: float = 30, wait: Wait = threading.Event.wait) -> None:
        super().__init__(database)
        self.leases = Leases(
            database,
            "training_runs",
            lease_s=lease_s,
            worked_on=[RunStatus.RUNNING.value],
            lost="Another process has taken this training run over.",
            wait=wait,
        )

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
        return self.queue(slot_id(slot), trigger=trigger, reason=because(Code.SLOT, slot=slot), at=at)

    @guarded
    def has_room(self, slot: datetime) -> bool:
        """Whether `slot` has no run yet and none is under way."""
        return self._runs.find_one({"$or": [{"_id": slot_id(slot)}, {"active": True}]}, {"_id": 1}) is None

    @guarded
    def has_run_of(self, slot: datetime) -> bool:
        """Whether `slot` has its run, of whatever status."""
        return self._runs.find_one({"_id": slot_id(slot)}, {"_id": 1}) is not None

    @guarded
    def skip_slot(self, slot: datetime, *, fingerprint: str, at: datetime) -> TrainingRun | None:
        """Record that `slot` needs no run; None when it has one already.

        fingerprint: of the data it would have learned from, the same as the newest run's.
        """
        document = new(slot_id(slot), Trigger.SCHEDULE, "", at) | skipped(self.last_success(), at)
        return self._insert(document | {"standing": fingerprint})

    @guarded
    def queue(
        self,
        run_id: str,
        *,
        trigger: Trigger,
        reason: Why,
        at: datetime,
        drift: Sequence[DriftResult] = (),
    ) -> TrainingRun | None:
        """None when there is a run of this id already, or another one is under way."""
        return self._insert(new(run_id, trigger, reason, at, drift) | {"active": True})

    def _insert(self, document: Document) -> TrainingRun | None:
        try:
            self._runs.insert_one(document)
        except DuplicateKeyError:
            return None
        return run_of(document)

    @guarded
    def claim(self, *, holder: str, at: datetime) -> TrainingRun | None:
        """Claim the queued run, or one whose lease expired; None if there is none.

        A run that was stopped too often is ended as failed instead.
        """
        active = {"active": True}
        sentence = f"Training was stopped {self.leases.attempts} times before it could finish."
        failed = {"$set": ended(RunStatus.FAILED, at) | {"error": sentence}, **CLEARED}
        self.leases.give_up(active, failed)
        taken = {
            "status": RunStatus.RUNNING.value,
            "started_at": {"$ifNull": ["$started_at", at]},
            "stage": "starting",
            "progress": 0.0,
        }
        claimed = self.leases.claim(active, taken, holder=holder)
        return run_of(claimed) if claimed else None

    def release(self, run_id: str, *, holder: str, attempt: int, counts: bool = True) -> bool:
        """Release a run whose process is known to be dead; returns whether it still held the run.

        counts: see `Leases.release`.
        """
        return self.leases.release(run_id, holder, attempt, counts=counts)


class ClaimedRun:
    """A run this process holds: a heartbeat thread renews the lease, and every write is fenced.

    Every method that writes raises LeaseLost once another process holds the run, and Unavailable.
    """

    def __init__(self, runs: TrainingRuns, run: TrainingRun, *, holder: str) -> None:
        self._runs = runs
        self._lease = run.id, holder, run.attempt
        self.run = run
        self._heartbeat = runs.leases.renewing(*self._lease)

    def __enter__(self) -> ClaimedRun:
        self._heartbeat.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._heartbeat.__exit__(*raised)

    def record(self, **fields: Any) -> None:
        """Note `data`, `inputs`, `standing`, `metrics` or `mlflow_run_id`."""
        self._runs.leases.write(*self._lease, {"$set": fields})

    def progress(self, stage: str, share: float) -> None:
        """share: of the run, 0..1."""
        self.record(stage=stage, progress=round(min(max(share, 0.0), 1.0), 3))

    def record_verdict(self, verdict: Verdict) -> None:
        """Store the verdict, before anything is promoted."""
        self.record(decision=verdict_document(verdict))

    def record_changes(self, changes: PredictionDiff) -> None:
        """Store what the promotion changed."""
        self.record(changes=changes_document(changes))

    def last_inputs(self) -> dict[str, str]:
        """The inputs of the newest run that succeeded; empty without one."""
        return self._runs.last_inputs()

    def rows_asked_for(self, champion: str, judged_on: JudgedOn | None) -> int | None:
        """As in RunHistory. Raises Unavailable."""
        return self._runs.rows_asked_for(champion, judged_on)

    def succeed(self, *, at: datetime) -> None:
        self._end(ended(RunStatus.SUCCEEDED, at) | {"stage": "done", "progress": 1.0})

    def skip(self, *, at: datetime) -> None:
        """Nothing is new since the newest run that succeeded."""
        self._end(skipped(self._runs.last_success(), at))

    def fail(self, sentence: str, *, at: datetime) -> None:
        self._end(ended(RunStatus.FAILED, at) | {"error": sentence})

    def _end(self, fields: Document) -> None:
        self._runs.leases.write(*self._lease, {"$set": fields, **CLEARED})
