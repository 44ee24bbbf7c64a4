"""What is written of a run when it is asked for, when it ends, and when it is skipped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from src.domain import LOCAL_OWNER
from src.domain.training_runs import RunStatus, Trigger

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
    """last: the run since which nothing is new, as it is written."""
    since = f" since the run of {last['requested_at']:%Y-%m-%d %H:%M} UTC" if last else ""
    reason = f"Nothing new{since}: the same labels, settings and code."
    told = {"reason": reason, "stage": "done", "progress": 1.0, "data": last.get("data", {}) if last else {}}
    return ended(RunStatus.SKIPPED, at) | told
