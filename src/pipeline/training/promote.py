"""Applies a verdict: changes the pointer, moves the alias, records the promotion or the refusal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from src.domain.models import Pointer
from src.domain.promotions import ComparedMetrics
from src.domain.verdicts import Code, Outcome, Verdict, because, reasons_of
from src.errors import Conflict, Pinned, Unavailable
from src.pipeline.registry.mlflow_alias import move_aliases

if TYPE_CHECKING:
    from src.pipeline.monitoring.prediction_diff import PredictionDiffs
    from src.pipeline.training.optional_mlflow_log import OptionalTracking
    from src.services.models.repository import Models
    from src.services.runs.worker_lease import ClaimedRun

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PromotionStep:
    store: Models
    tracking: OptionalTracking
    clock: Callable[[], datetime]
    prediction_diffs: PredictionDiffs | None = None

    def unless_pinned(self, verdict: Verdict) -> Verdict:
        """Checked before the verdict is written anywhere; a later pin still stops the promotion."""
        champion = self.store.champion() if verdict.promoted else None
        return _pinned(verdict, champion.version) if champion and champion.pinned_at else verdict

    def apply(
        self,
        claimed: ClaimedRun,
        verdict: Verdict,
        version: str,
        pointer: Pointer | None,
        instead: Verdict | None = None,
    ) -> Verdict:
        """Store the verdict, then apply it. Both writes before the promotion are fenced by the lease.

        instead: the verdict on the earlier version that `verdict` names to be promoted.
        """
        claimed.record_verdict(verdict)
        if not (verdict.promoted or verdict.instead):
            return self._refuse(claimed, verdict, version)
        claimed.progress("model_promotion", 0.97)
        promoted, on_promoted = verdict.instead or version, instead or verdict
        try:
            self.store.promote(
                promoted,
                by="training",
                reason=on_promoted.reason,
                at=self.clock(),
                expected_revision=pointer.revision if pointer else 0,
                unless_pinned=True,
                figures=ComparedMetrics.of(on_promoted),
            )
        except Conflict as conflict:
            refused = (
                _pinned(verdict, conflict.version) if isinstance(conflict, Pinned) else _overtaken(verdict)
            )
            refused = replace(refused, instead=None)
            claimed.record_verdict(refused)
            return self._refuse(claimed, refused, version, overtaken=True)
        self.follow_up(claimed, promoted)
        return self._refuse(claimed, verdict, version) if verdict.instead else verdict

    def follow_up(self, claimed: ClaimedRun, version: str) -> None:
        """Move the alias and record what the promotion changed. An error does not fail the run."""
        try:
            move_aliases(self.store, self.tracking.required)
        except Unavailable:
            log.warning("alias not moved; the scheduler will move it", extra={"version": version})
        if self.prediction_diffs is None or claimed.run.changes is not None:
            return
        try:
            changes = self.prediction_diffs.promoted(version, at=self.clock())
            if changes is not None:
                claimed.record_changes(changes)
        except Exception:
            log.exception("changes not recorded", extra={"version": version})

    def _refuse(
        self, claimed: ClaimedRun, verdict: Verdict, version: str, *, overtaken: bool = False
    ) -> Verdict:
        if overtaken or verdict.outcome is Outcome.PINNED:
            claimed.record(inputs={}, standing="")  # so that the next slot is not skipped as a repetition
        self.store.refuse(
            version,
            by="training",
            reason=verdict.reason,
            at=self.clock(),
            figures=ComparedMetrics.of(verdict),
            run_id=claimed.run.id,
        )
        return verdict


def _pinned(verdict: Verdict, version: str) -> Verdict:
    """The verdict on a model that would have been promoted, had a person not pinned `version`."""
    reason = (*because(Code.PINNED, version=version), *reasons_of(verdict.reason))
    return replace(verdict, promoted=False, outcome=Outcome.PINNED, reason=reason)


def _overtaken(verdict: Verdict) -> Verdict:
    reason = (*because(Code.OVERTAKEN), *reasons_of(verdict.reason))
    return replace(verdict, promoted=False, outcome=Outcome.NOT_BETTER, reason=reason)
