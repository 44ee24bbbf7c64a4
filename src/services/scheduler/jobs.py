"""The scheduled jobs: each claims its work in MongoDB first, so that one process does it.

Training, imports, the alias sync and retention run in child processes, one at a time for `trainer` and for
`importer`; what a child does is in `src/commands.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from src.domain.deliveries import DeliveryStatus
from src.domain.imports import IMPORT_UNDER_WAY, ImportStatus
from src.services.mongo.client import Database, Document, guarded
from src.services.scheduler.child_process import RUN_IMPORT, TIDY, TRAIN_CLAIMED, ChildProcess

if TYPE_CHECKING:
    from src.pipeline.feedback.feedback import FeedbackLoop
    from src.pipeline.integrations.firefly_outbound import FireflyOutbound
    from src.pipeline.monitoring.drift import DriftMonitor
    from src.services.imports.repository import Imports
    from src.services.models.repository import Models
    from src.services.models.retention import Retention
    from src.services.runs.repository import TrainingRuns
    from src.services.runs.slots import Slots
    from src.services.scheduler.alias_watch import AliasWatch

log = logging.getLogger(__name__)

RUN, IMPORT, DELIVERY = "run", "import", "delivery"

_IMPORTS = [status.value for status in (*IMPORT_UNDER_WAY, ImportStatus.UNDOING)]


class PendingWork:
    """Finds work that can be claimed or is under way: one MongoDB operation instead of one for each kind."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def kinds(self) -> frozenset[str]:
        """Those of RUN, IMPORT and DELIVERY that exist. Raises Unavailable."""
        due = {"status": DeliveryStatus.WAITING.value, "$expr": {"$lte": ["$due_at", "$$NOW"]}}
        imports = _any_of({"status": {"$in": _IMPORTS}}, IMPORT)
        pipeline = [
            *_any_of({"active": True}, RUN),
            {"$unionWith": {"coll": "imports", "pipeline": imports}},
            {"$unionWith": {"coll": "deliveries", "pipeline": _any_of(due, DELIVERY)}},
        ]
        return frozenset(work["kind"] for work in self._database.training_runs.aggregate(pipeline))


def _any_of(query: Document, kind: str) -> list[Document]:
    return [{"$match": query}, {"$limit": 1}, {"$project": {"_id": 0, "kind": {"$literal": kind}}}]


@dataclass(frozen=True)
class Jobs:
    holder: str
    """The name of this process, by which it claims work."""
    now: Callable[[], datetime]
    slots: Slots
    runs: TrainingRuns
    imports: Imports
    models: Models
    retention: Retention
    pending_work: PendingWork
    drift: DriftMonitor
    feedback: FeedbackLoop
    deliveries: FireflyOutbound | None
    """None without Firefly III."""
    alias_watch: AliasWatch
    trainer: ChildProcess
    importer: ChildProcess

    @property
    def by_kind(self) -> dict[str, Callable[[], None]]:
        """What to do for each kind of pending work."""
        deliver = {DELIVERY: self.deliveries.deliver_due} if self.deliveries else {}
        return {RUN: self.train, IMPORT: self.run_import, **deliver}

    def pending(self) -> Collection[str]:
        """The kinds of work that wait. Raises Unavailable."""
        kinds = self.pending_work.kinds()
        # An answer given on Ledgerloop's own pages is only found by delivering, so that is always due.
        return kinds | {DELIVERY} if self.deliveries else kinds

    def train(self) -> None:
        """Claim the queued run and train it in a child process; return when that has ended."""
        run = self.runs.claim(holder=self.holder, at=self.now())
        if run is None:
            return
        log.info("training starts", extra={"run": run.id, "attempt": run.attempt})
        self.trainer.run(TRAIN_CLAIMED, run.id, self.holder, run.attempt)
        counts = not self.trainer.stopped
        if self.runs.release(run.id, holder=self.holder, attempt=run.attempt, counts=counts):
            log.warning("training ended before it was done", extra={"run": run.id, "attempt": run.attempt})

    def run_import(self) -> None:
        """Claim the oldest import and run it in a child process. Imports wait for the first model."""
        if self.models.champion() is None:
            return
        claimed = self.imports.claim(holder=self.holder)
        if claimed is None:
            return
        # The lease is renewed here too, because the child needs a moment to start.
        with self.imports.keep_lease(claimed.id, self.holder, claimed.attempt):
            self.importer.run(RUN_IMPORT, claimed.id, self.holder, claimed.attempt)
        counts = not self.importer.stopped
        if self.imports.release(claimed.id, holder=self.holder, attempt=claimed.attempt, counts=counts):
            log.warning("import ended before it was done", extra={"import": claimed.id})

    def sync_alias(self) -> None:
        """Let a child process sync the MLflow alias with the champion, but not while a run trains."""
        if pointer := self.models.champion():
            self.alias_watch.sync_if_needed(pointer, allowed=lambda: self.runs.current() is None)

    def maintain(self) -> None:
        """Every ten minutes: retention once a day, abandoned uploads, unfinished answers, drift."""
        if self.runs.current() is None and self.retention.claim_turn(self.now()):
            self.trainer.run(TIDY)
        self.imports.delete_old_files()
        self.feedback.catch_up(at=self.now())
        if run := self.drift.start_early():
            log.info("training starts early", extra={"run": run.id})

    def stop(self) -> None:
        """End the child processes; another scheduler continues their work."""
        self.trainer.stop()
        self.importer.stop()
