"""The `training_runs` collection as it is read: the list, the one under way, what the last learned from."""

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
        """The verdicts of these runs, by run; a run that is not on record, or has none, is absent."""
        found = self._runs.find({"_id": {"$in": list(run_ids)}}, {"decision": 1})
        verdicts = {each["_id"]: verdict_of(each.get("decision")) for each in found}
        return {run_id: verdict for run_id, verdict in verdicts.items() if verdict}

    @guarded
    def rows_asked_for(self, champion: str, judged_on: JudgedOn | None) -> int | None:
        """The fewest rows that a verdict on this champion, by this kind of rows, said would be enough."""
        found = self._runs.find(
            {
                "decision.outcome": Outcome.TOO_FEW.value,
                "decision.against": champion,
                "decision.judged_on": judged_on and judged_on.value,
                "decision.rows_needed": {"$type": "number"},
            },
            {"decision.rows_needed": 1},
        )
        return min((int(each["decision"]["rows_needed"]) for each in found), default=None)

    @guarded
    def newest(self, limit: int = 50, *, skipped: int = 200) -> list[TrainingRun]:
        """The newest `limit` runs, and at most `skipped` slots that needed none between and after them."""
        real = self._listed({"status": {"$ne": RunStatus.SKIPPED.value}}, limit)
        idle: Document = {"status": RunStatus.SKIPPED.value}
        if len(real) == limit:
            idle["requested_at"] = {"$gte": real[-1].requested_at}
        found = [*real, *self._listed(idle, skipped)]
        return sorted(found, key=lambda run: run.requested_at, reverse=True)

    def _listed(self, query: Document, limit: int) -> list[TrainingRun]:
        return [run_of(each) for each in self._runs.find(query).sort("requested_at", DESCENDING).limit(limit)]

    @guarded
    def current(self) -> TrainingRun | None:
        """The run that is queued or running."""
        document = self._runs.find_one({"active": True})
        return run_of(document) if document else None

    @guarded
    def last_inputs(self) -> dict[str, str]:
        """What the newest run that succeeded was made of; empty where there is none."""
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
        """When the newest run that succeeded was asked for."""
        last = self.last_success()
        return last["requested_at"] if last else None

    @guarded
    def newest_at(self, trigger: Trigger) -> datetime | None:
        """When the newest run of this trigger was asked for."""
        order = [("requested_at", DESCENDING)]
        found = self._runs.find_one({"trigger": trigger.value}, {"requested_at": 1}, sort=order)
        return found["requested_at"] if found else None

    @guarded
    def last_success(self) -> Document | None:
        """The newest run that trained to the end, as it is written."""
        found: Document | None = self._runs.find_one(
            {"status": RunStatus.SUCCEEDED.value}, sort=[("requested_at", DESCENDING)]
        )
        return found
