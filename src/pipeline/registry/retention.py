"""The house is tidied: which runs and models are kept, and in which order the others go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from src.errors import TrackingUnavailable


class Store(Protocol):
    """MongoDB."""

    def versions(self) -> Mapping[str, str]: ...
    def spared(self) -> Collection[str]: ...
    def drop_version(self, version: str) -> bool: ...
    def forget_run(self, mlflow_run_id: str) -> None: ...
    def sweep_orphans(self, now: datetime) -> int: ...
    def drop_skipped(self, keep: int) -> int: ...
    def shrink(self) -> bool: ...


class Record(Protocol):
    """MLflow."""

    @property
    def frees_disk(self) -> bool: ...
    def runs(self) -> list[str]: ...
    def versions(self) -> Mapping[str, str]: ...
    def spared(self) -> Collection[str]: ...
    def drop_version(self, version: str, run_id: str | None) -> None: ...
    def drop_run(self, run_id: str) -> None: ...
    def shrink(self) -> int: ...


@dataclass(frozen=True)
class Tidied:
    versions: int
    runs: int
    orphans: int
    skipped: int
    frees_disk: bool
    tracking_away: bool = False

    def sentence(self) -> str:
        if self.tracking_away:
            return (
                f"Cleared away: {self.orphans} files nobody needs, {self.skipped} notes of skipped slots. "
                "MLflow did not answer, so runs and model versions were left for the next time."
            )
        cleared = (
            f"Cleared away: {self.versions} model versions, {self.runs} MLflow runs, "
            f"{self.orphans} files nobody needs, {self.skipped} notes of skipped slots."
        )
        if self.frees_disk:
            return cleared
        return f"{cleared} The tracking server has only hidden them; `mlflow gc` beside it frees its disk."


@dataclass(frozen=True)
class Tidying:
    """keep_models: versions, beside all that ever served. keep_runs: runs, beside those of kept versions.

    Every step may be the last one of a process that is killed: the next turn goes on from there.
    """

    store: Store
    record: Record
    keep_models: int
    keep_runs: int
    keep_skipped: int = 200

    def run(self, now: datetime) -> Tidied:
        """Raises Unavailable where MongoDB is away; without MLflow only the rest is done."""
        versions = runs = 0
        away = False
        try:
            versions, kept = self._drop_versions()
            runs = self._drop_runs(spared=kept)
            frees_disk = self.record.frees_disk
            self.record.shrink()
        except TrackingUnavailable:
            away, frees_disk = True, False
        orphans, skipped = self.store.sweep_orphans(now), self.store.drop_skipped(self.keep_skipped)
        self.store.shrink()
        return Tidied(versions, runs, orphans, skipped, frees_disk, away)

    def _drop_versions(self) -> tuple[int, set[str]]:
        """How many went, and the MLflow runs of those that stay."""
        # One that failed its check is registered, but has no bundle; of a store that was thrown away only
        # the bundles are left.
        known = {**self.record.versions(), **self.store.versions()}
        spared = {*self.store.spared(), *self.record.spared()}
        dropped = 0
        for version in beyond(sorted(known, key=int, reverse=True), self.keep_models, spared):
            if self.store.drop_version(version):
                self.record.drop_version(version, known.pop(version))
                dropped += 1
        return dropped, set(known.values())

    def _drop_runs(self, *, spared: Collection[str]) -> int:
        old = beyond(self.record.runs(), self.keep_runs, spared)
        for run_id in old:
            self.store.forget_run(run_id)
            self.record.drop_run(run_id)
        return len(old)


def beyond(newest_first: Iterable[str], keep: int, spared: Collection[str]) -> list[str]:
    """Those that go: all but the newest `keep` of the ones that are not `spared`."""
    return [one for one in newest_first if one not in spared][keep:]
