"""Retention: which runs and models are deleted, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from src.errors import TrackingUnavailable

if TYPE_CHECKING:
    from src.services.mlflow.run_deletion import TrackingRetention
    from src.services.models.version_deletion import Retention


@dataclass(frozen=True)
class RetentionReport:
    """Counts of what was deleted."""

    versions: int
    runs: int
    orphans: int
    """Model files of no version."""
    skipped: int
    """Records of skipped slots."""
    frees_disk: bool
    """False if the tracking server only hides what was deleted."""
    tracking_away: bool = False
    """MLflow did not answer, so its runs and versions are left for later."""


@dataclass(frozen=True)
class RetentionRun:
    """keep_models: versions to keep, in addition to all former champions. keep_runs: runs to keep, not
    counting those of kept versions.

    The process may be killed after any step: the next call continues from there.
    """

    store: Retention
    tracking: TrackingRetention
    keep_models: int
    keep_runs: int
    keep_skipped: int = 200

    def run(self, now: datetime) -> RetentionReport:
        """Raises Unavailable without MongoDB; without MLflow only MongoDB is cleaned up."""
        versions = runs = 0
        away = False
        try:
            versions, kept = self._drop_versions()
            runs = self._drop_runs(spared=kept)
            frees_disk = self.tracking.frees_disk
            self.tracking.shrink()
        except TrackingUnavailable:
            away, frees_disk = True, False
        orphans, skipped = self.store.sweep_orphans(now), self.store.drop_skipped(self.keep_skipped)
        self.store.shrink()
        return RetentionReport(versions, runs, orphans, skipped, frees_disk, away)

    def _drop_versions(self) -> tuple[int, set[str]]:
        """How many were deleted, and the MLflow runs of the kept versions."""
        # A version that failed its check is registered but has no bundle; if the MLflow store was deleted,
        # only the bundles are left.
        known = {**self.tracking.versions(), **self.store.versions()}
        spared = {*self.store.spared(), *self.tracking.spared()}
        dropped = 0
        for version in beyond(sorted(known, key=int, reverse=True), self.keep_models, spared):
            if self.store.drop_version(version):
                self.tracking.drop_version(version, known.pop(version))
                dropped += 1
        return dropped, set(known.values())

    def _drop_runs(self, *, spared: Collection[str]) -> int:
        old = beyond(self.tracking.runs(), self.keep_runs, spared)
        for run_id in old:
            self.store.forget_run(run_id)
            self.tracking.drop_run(run_id)
        return len(old)


def beyond(newest_first: Iterable[str], keep: int, spared: Collection[str]) -> list[str]:
    """Those to delete: all but the newest `keep` that are not `spared`."""
    return [name for name in newest_first if name not in spared][keep:]
