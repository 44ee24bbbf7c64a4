"""How a training run is written in MongoDB."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from src.domain import Difference, Outcome, RunStatus, Scores, TrainingRun, Trigger, Verdict
from src.services.change_documents import changes_of

Document = dict[str, Any]


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
        decision=_verdict(document["decision"]) if document.get("decision") else None,
        changes=changes_of(document["changes"]) if document.get("changes") else None,
        error=document.get("error"),
    )


def verdict_document(verdict: Verdict) -> Document:
    return asdict(verdict) | {"outcome": verdict.outcome.value, "notes": list(verdict.notes)}


def _verdict(document: Document) -> Verdict:
    return Verdict(
        promoted=document["promoted"],
        outcome=Outcome(document["outcome"]),
        reason=document["reason"],
        challenger=_scores(document["challenger"]),
        champion=_scores(document["champion"]),
        macro_f1=_difference(document["macro_f1"]),
        accuracy=_difference(document["accuracy"]),
        notes=tuple(document["notes"]),
    )


def _scores(document: Document | None) -> Scores | None:
    return Scores(**document) if document else None


def _difference(document: Document | None) -> Difference | None:
    return Difference(document["value"], (document["ci95"][0], document["ci95"][1])) if document else None
