"""How a training run is written in MongoDB."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from src.domain import LOCAL_OWNER
from src.domain.reasons import why_document, why_of
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.verdicts import (
    Automation,
    Difference,
    Discordance,
    Footprint,
    Outcome,
    Scores,
    SliceScores,
    Verdict,
    judged_on_of,
)
from src.services.runs.prediction_diff_documents import changes_of

Document = dict[str, Any]

CLEARED: Document = {"$unset": {"active": "", "holder": "", "lease_until": ""}}


def slot_id(slot: datetime) -> str:
    return f"slot-{slot:%Y%m%dT%H%M%SZ}"


def new(run_id: str, trigger: Trigger, reason: str, at: datetime) -> Document:
    return {
        "_id": run_id,
        "owner": LOCAL_OWNER,
        "status": RunStatus.QUEUED.value,
        "trigger": trigger.value,
        "reason": reason,
        "stage": "queued",
        "progress": 0.0,
        "attempt": 0,
        "requested_at": at,
    }


def ended(status: RunStatus, at: datetime) -> Document:
    return {"status": status.value, "finished_at": at}


def skipped(last: Document | None, at: datetime) -> Document:
    """last: the document of the run since which nothing is new."""
    since = f" since the run of {last['requested_at']:%Y-%m-%d %H:%M} UTC" if last else ""
    reason = f"Nothing new{since}: the same labels, settings and code."
    fields = {
        "reason": reason,
        "stage": "done",
        "progress": 1.0,
        "data": last.get("data", {}) if last else {},
    }
    return ended(RunStatus.SKIPPED, at) | fields


def run_of(document: Document) -> TrainingRun:
    return TrainingRun(
        id=document["_id"],
        status=RunStatus(document["status"]),
        trigger=Trigger(document["trigger"]),
        reason=document["reason"],
        stage=document["stage"],
        progress=document["progress"],
        attempt=document["attempt"],
        requested_at=document["requested_at"],
        started_at=document.get("started_at"),
        finished_at=document.get("finished_at"),
        mlflow_run_id=document.get("mlflow_run_id"),
        data=document.get("data", {}),
        metrics=document.get("metrics", {}),
        measured_on=judged_on_of(document.get("measured_on")),
        decision=verdict_of(document.get("decision")),
        changes=changes_of(document["changes"]) if document.get("changes") else None,
        error=document.get("error"),
    )


def verdict_document(verdict: Verdict) -> Document:
    return asdict(verdict) | {
        "outcome": verdict.outcome.value,
        "judged_on": verdict.judged_on and verdict.judged_on.value,
        "reason": why_document(verdict.reason),
        "notes": [why_document(note) for note in verdict.notes],
    }


def verdict_of(document: Document | None) -> Verdict | None:
    """A verdict of an earlier version lacks the parts added since."""
    if not document:
        return None
    return Verdict(
        promoted=document["promoted"],
        outcome=Outcome(document["outcome"]),
        reason=why_of(document["reason"]),
        challenger=_scores(document["challenger"]),
        champion=_scores(document["champion"]),
        macro_f1=_difference(document["macro_f1"]),
        accuracy=_difference(document["accuracy"]),
        notes=tuple(why_of(note) for note in document["notes"]),
        log_loss=_difference(document.get("log_loss")),
        money_weighted_accuracy=_difference(document.get("money_weighted_accuracy")),
        discordance=Discordance(**discordance) if (discordance := document.get("discordance")) else None,
        merchants=document.get("merchants"),
        rows_needed=document.get("rows_needed"),
        rows_needed_low=document.get("rows_needed_low"),
        against=document.get("against"),
        earlier=_scores(document.get("earlier")),
        instead=document.get("instead"),
        majority=_scores(document.get("majority")),
        lookup=_scores(document.get("lookup")),
        slices=tuple(SliceScores(**scores) for scores in document.get("slices", ())),
        footprint=Footprint(**footprint) if (footprint := document.get("footprint")) else None,
        judged_on=judged_on_of(document.get("judged_on")),
        automation=_automation(document.get("automation")),
    )


def _automation(document: Document | None) -> Automation | None:
    if not document:
        return None
    low, high = document["precision_ci95"]
    difference = document["difference"]
    ends = difference["ci95"][0], difference["ci95"][1]
    return Automation(
        **{
            **document,
            "difference": Difference(difference["value"], ends),
            "precision_ci95": (low, high),
        }
    )


def _scores(document: Document | None) -> Scores | None:
    return Scores(**document) if document else None


def _difference(document: Document | None) -> Difference | None:
    return Difference(document["value"], (document["ci95"][0], document["ci95"][1])) if document else None
