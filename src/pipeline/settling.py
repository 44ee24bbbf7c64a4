"""What comes of a verdict where nothing is promoted: a pin in the way, and the line in the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from src.domain.promotions import Figures
from src.domain.training_runs import TrainingRun
from src.domain.verdicts import Outcome, Verdict
from src.pipeline.ports import Store


def pinned(verdict: Verdict, version: str) -> Verdict:
    """The verdict on a model that would have been promoted, had a person not pinned `version`."""
    told = f"Better, but model {version} is pinned and goes on. The verdict had been: {verdict.reason}"
    return replace(verdict, promoted=False, outcome=Outcome.PINNED, reason=told)


def unless_pinned(store: Store, verdict: Verdict) -> Verdict:
    """Told before the verdict is written anywhere; a pin that comes later still is in the way of the flip."""
    now = store.champion() if verdict.promoted else None
    return pinned(verdict, now.version) if now and now.pinned_at else verdict


def refuse(store: Store, run: TrainingRun, verdict: Verdict, version: str, *, at: datetime) -> Verdict:
    """Let the promotion history tell of it too; returns the verdict."""
    store.refuse(
        version,
        by="training",
        reason=verdict.reason,
        at=at,
        figures=Figures.of(verdict),
        run_id=run.id,
    )
    return verdict
