"""What comes of a verdict: the pointer flips, the alias follows, the history and the run tell of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from src.domain.models import Pointer
from src.domain.promotions import ComparedMetrics
from src.domain.verdicts import Outcome, Verdict
from src.errors import Conflict, Pinned, Unavailable
from src.pipeline.registry.mlflow_alias import follow
from src.pipeline.training.ports import Claimed, Clock, Record, Store, WhatChanged

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settling:
    store: Store
    record: Record
    clock: Clock
    changes: WhatChanged | None = None

    def unless_pinned(self, verdict: Verdict) -> Verdict:
        """Asked before the verdict is written anywhere; a pin that comes later still stops the flip."""
        now = self.store.champion() if verdict.promoted else None
        return _pinned(verdict, now.version) if now and now.pinned_at else verdict

    def settle(
        self,
        claimed: Claimed,
        verdict: Verdict,
        version: str,
        pointer: Pointer | None,
        instead: Verdict | None = None,
    ) -> Verdict:
        """Write the verdict down, then carry it out. Both writes before the flip are fenced by the lease.

        instead: the verdict on the earlier version that `verdict` names to be promoted.
        """
        claimed.decide(verdict)
        if not (verdict.promoted or verdict.instead):
            return self._refuse(claimed, verdict, version)
        claimed.progress("model_promotion", 0.97)
        promoted, told = verdict.instead or version, instead or verdict
        try:
            self.store.promote(
                promoted,
                by="training",
                reason=told.reason,
                at=self.clock(),
                expected_revision=pointer.revision if pointer else 0,
                unless_pinned=True,
                figures=ComparedMetrics.of(told),
            )
        except Conflict as conflict:
            kept = _pinned(verdict, conflict.version) if isinstance(conflict, Pinned) else _overtaken(verdict)
            kept = replace(kept, instead=None)
            claimed.decide(kept)
            return self._refuse(claimed, kept, version, overtaken=True)
        self.tell(claimed, promoted)
        return self._refuse(claimed, verdict, version) if verdict.instead else verdict

    def tell(self, claimed: Claimed, version: str) -> None:
        """What is left once `version` serves: the alias, and what it changed. None of it can fail the run."""
        self._let_the_alias_follow(version)
        self._tell_what_changed(claimed, version)

    def _refuse(
        self, claimed: Claimed, verdict: Verdict, version: str, *, overtaken: bool = False
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

    def _tell_what_changed(self, claimed: Claimed, version: str) -> None:
        """For the run's page."""
        if self.changes is None or claimed.run.changes is not None:
            return
        try:
            changes = self.changes.promoted(version, at=self.clock())
            if changes is not None:
                claimed.changed(changes)
        except Exception:
            log.exception("changes not told", extra={"version": version})

    def _let_the_alias_follow(self, version: str) -> None:
        """What serves has changed already; a registry that is away only makes the alias late."""
        try:
            follow(self.store, self.record)
        except Unavailable:
            log.warning("alias not moved; the clock will do it", extra={"version": version})


def _pinned(verdict: Verdict, version: str) -> Verdict:
    """The verdict on a model that would have been promoted, had a person not pinned `version`."""
    told = f"Better, but model {version} is pinned and goes on. The verdict had been: {verdict.reason}"
    return replace(verdict, promoted=False, outcome=Outcome.PINNED, reason=told)


def _overtaken(verdict: Verdict) -> Verdict:
    reason = (
        "Another model was promoted while this one was judged against its predecessor; the next run will "
        f"judge against that one. The verdict had been: {verdict.reason}"
    )
    return replace(verdict, promoted=False, outcome=Outcome.NOT_BETTER, reason=reason)
