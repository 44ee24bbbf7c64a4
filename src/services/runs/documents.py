"""How a training run is written in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from src.domain import LOCAL_OWNER
from src.domain.promotions import PredictionDiff
from src.domain.quality import DriftResult
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.verdicts import Code, Verdict, Why, because, why_document
from src.services.mongo.client import Document, adapter_of, read_as

CLEARED: Document = {"$unset": {"active": "", "holder": "", "lease_until": ""}}


def slot_id(slot: datetime) -> str:
    return f"slot-{slot:%Y%m%dT%H%M%SZ}"


def new(
    run_id: str, trigger: Trigger, reason: Why, at: datetime, drift: Sequence[DriftResult] = ()
) -> Document:
    return {
        "_id": run_id,
        "owner": LOCAL_OWNER,
        "status": RunStatus.QUEUED.value,
        "trigger": trigger.value,
        "reason": why_document(reason),
        "stage": "queued",
        "progress": 0.0,
        "attempt": 0,
        "requested_at": at,
        **({"drift": [asdict(result) for result in drift]} if drift else {}),
    }


def ended(status: RunStatus, at: datetime) -> Document:
    return {"status": status.value, "finished_at": at}


def skipped(last: Document | None, at: datetime) -> Document:
    """last: the document of the run since which nothing is new."""
    since = because(Code.NOTHING_NEW_SINCE, run=last["requested_at"]) if last else because(Code.NOTHING_NEW)
    fields = {
        "reason": why_document(since),
        "stage": "done",
        "progress": 1.0,
        "data": last.get("data", {}) if last else {},
    }
    return ended(RunStatus.SKIPPED, at) | fields


def run_of(document: Document) -> TrainingRun:
    """Raises ValueError for what only a newer release knows."""
    absent = {name: None for name in ("decision", "changes", "measured_on") if not document.get(name)}
    return read_as(TrainingRun, document | {"id": document["_id"]} | absent)


def verdict_of(document: Document | None) -> Verdict | None:
    """Raises ValueError for an outcome or a reason that only a newer release knows."""
    return read_as(Verdict, document) if document else None


def verdict_document(verdict: Verdict) -> Document:
    return asdict(verdict) | {
        "outcome": verdict.outcome.value,
        "judged_on": verdict.judged_on and verdict.judged_on.value,
        "reason": why_document(verdict.reason),
        "notes": [why_document(note) for note in verdict.notes],
    }


def changes_document(changes: PredictionDiff) -> Document:
    """Examples are ids only: a deleted row leaves no text."""
    document: Document = adapter_of(PredictionDiff).dump_python(changes, mode="json")
    return document | {"at": changes.at}
