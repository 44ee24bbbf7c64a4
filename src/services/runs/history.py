"""Reads the `training_runs` collection."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pymongo import DESCENDING

from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.verdicts import JudgedOn, Outcome, Verdict
from src.errors import NotFound
from src.services.mongo.client import Database, Document, guarded
from src.services.runs.documents import run_of, verdict_of


class RunHistory:
    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _runs(self) -> Any:
        return self._database.training_runs

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
    def last_inputs(self) -> dict[str, str]:
        """The inputs of the newest run that succeeded; empty without one."""
        last = self.last_success()
        return dict(last.get("inputs", {})) if last else {}

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
