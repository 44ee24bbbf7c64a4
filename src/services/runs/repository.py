"""The `training_runs` collection: queue, lease, progress and history of training in one document a run."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pymongo import DESCENDING
from pymongo.errors import DuplicateKeyError

from src.domain.quality import DriftResult
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.verdicts import Code, JudgedOn, Outcome, Verdict, Why, because
from src.errors import Conflict, NotFound
from src.services.mongo.client import Database, Document, guarded
from src.services.mongo.leases import Leases, Wait
from src.services.runs.documents import (
    CLEARED,
    ended,
    new,
    run_of,
    skipped,
    slot_id,
    verdict_of,
)


class TrainingRuns:
    """A unique index on `active` lets at most one run be queued or running, on whatever host."""

    def __init__(self, database: Database, *, lease_s: float = 30, wait: Wait = threading.Event.wait) -> None:
        self._database = database
        self.leases = Leases(
            database,
            "training_runs",
            lease_s=lease_s,
            worked_on=[RunStatus.RUNNING.value],
            lost="Another process has taken this training run over.",
            wait=wait,
        )

    @property
    def _runs(self) -> Any:
        return self._database.training_runs

    @guarded
    def request(self, *, trigger: Trigger, reason: str, at: datetime) -> TrainingRun:
        """Queue a run. Raises Conflict while one is queued or running, Unavailable."""
        run_id = f"{trigger.value}-{at:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        run = self._insert(new(run_id, trigger, reason, at) | {"active": True})
        if run is None:
            raise Conflict("A training run is under way; wait for it to end.")
        return run

    @guarded
    def request_slot(self, slot: datetime, *, trigger: Trigger, at: datetime) -> TrainingRun | None:
        """Queue the run of `slot`; None when the slot has its run already, or another run is under way."""
        reason = because(Code.SLOT, slot=slot)
        return self._insert(new(slot_id(slot), trigger, reason, at) | {"active": True})

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

    # Reading

    @guarded
    def get(self, run_id: str) -> TrainingRun:
        """Raises NotFound, Unavailable."""
        document = self._runs.find_one({"_id": {"$eq": run_id}})
        if document is None:
            raise NotFound("There is no training run with this id.")
        return run_of(document)

    @guarded
    def decisions(self, run_ids: Collection[str]) -> dict[str, Verdict]:
        """The verdicts of these runs, by run; unknown runs and runs without one are absent."""
        runs = self._runs.find({"_id": {"$in": list(run_ids)}}, {"decision": 1})
        verdicts = {run["_id"]: verdict_of(run.get("decision")) for run in runs}
        return {run_id: verdict for run_id, verdict in verdicts.items() if verdict}

    @guarded
    def rows_asked_for(self, champion: str, judged_on: JudgedOn | None) -> int | None:
        """The fewest rows that a verdict on this champion, judged on such rows, asked for."""
        runs = self._runs.find(
            {
                "decision.outcome": Outcome.TOO_FEW.value,
                "decision.against": champion,
                "decision.judged_on": judged_on and judged_on.value,
                "decision.rows_needed": {"$type": "number"},
            },
            {"decision.rows_needed": 1},
        )
        return min((int(run["decision"]["rows_needed"]) for run in runs), default=None)

    @guarded
    def newest(self, limit: int = 50, *, skipped: int = 200) -> list[TrainingRun]:
        """The newest `limit` runs, and up to `skipped` skipped slots since the oldest of them."""
        real = self._listed({"status": {"$ne": RunStatus.SKIPPED.value}}, limit)
        idle: Document = {"status": RunStatus.SKIPPED.value}
        if len(real) == limit:
            idle["requested_at"] = {"$gte": real[-1].requested_at}
        runs = [*real, *self._listed(idle, skipped)]
        return sorted(runs, key=lambda run: run.requested_at, reverse=True)

    def _listed(self, query: Document, limit: int) -> list[TrainingRun]:
        return [run_of(run) for run in self._runs.find(query).sort("requested_at", DESCENDING).limit(limit)]

    @guarded
    def current(self) -> TrainingRun | None:
        """The queued or running run."""
        document = self._runs.find_one({"active": True})
        return run_of(document) if document else None

    @guarded
    def last_fingerprint(self) -> str | None:
        """The data fingerprint of the newest run that succeeded or slot that was skipped.

        A failed run does not count: the next slot tries again.
        """
        ended = {"status": {"$in": [RunStatus.SUCCEEDED.value, RunStatus.SKIPPED.value]}}
        last = self._runs.find_one(ended, {"standing": 1}, sort=[("requested_at", DESCENDING)])
        return last.get("standing") if last else None

    @guarded
    def last_success_at(self) -> datetime | None:
        """When the newest run that succeeded was requested."""
        last = self.last_success()
        return last["requested_at"] if last else None

    @guarded
    def newest_at(self, trigger: Trigger) -> datetime | None:
        """When the newest run of this trigger was requested."""
        order = [("requested_at", DESCENDING)]
        newest = self._runs.find_one({"trigger": trigger.value}, {"requested_at": 1}, sort=order)
        return newest["requested_at"] if newest else None

    @guarded
    def last_success(self) -> Document | None:
        """The document of the newest run that succeeded."""
        newest: Document | None = self._runs.find_one(
            {"status": RunStatus.SUCCEEDED.value}, sort=[("requested_at", DESCENDING)]
        )
        return newest
