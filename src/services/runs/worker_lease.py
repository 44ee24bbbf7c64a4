"""The lease of a running training: one process at a time trains a run and writes to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from src.domain.promotions import PredictionDiff
from src.domain.training_runs import RunStatus, TrainingRun
from src.domain.verdicts import JudgedOn, Verdict
from src.services.mongo.client import Document
from src.services.runs.documents import CLEARED, changes_document, ended, skipped, verdict_document
from src.services.runs.repository import TrainingRuns


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
        last = self._runs.last_success()
        return dict(last.get("inputs", {})) if last else {}

    def rows_asked_for(self, champion: str, judged_on: JudgedOn | None) -> int | None:
        """As in TrainingRuns. Raises Unavailable."""
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
