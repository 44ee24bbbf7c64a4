"""The list of runs: many skipped slots in a row are one calm line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from src.domain.training_runs import RunStatus, TrainingRun
from src.web.shared.blueprint import bp


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbours in the list, newest first: skipped slots, or a single run of any other kind."""

    runs: tuple[TrainingRun, ...]

    @property
    def newest(self) -> TrainingRun:
        return self.runs[0]

    @property
    def oldest(self) -> TrainingRun:
        return self.runs[-1]

    @property
    def skipped(self) -> bool:
        return self.newest.status is RunStatus.SKIPPED


@bp.app_template_filter()
def stretches(runs: Sequence[TrainingRun]) -> list[Stretch]:
    """runs: newest first."""
    found: list[Stretch] = []
    for _, group in groupby(runs, lambda run: run.status is RunStatus.SKIPPED):
        whole = Stretch(tuple(group))
        found += [whole] if whole.skipped else [Stretch((run,)) for run in whole.runs]
    return found
