"""Earlier versions that may be promoted instead of a new one, judged on the same hold-out rows."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from src.domain.promotions import PromotionEvent
from src.domain.verdicts import Outcome
from src.errors import Unavailable
from src.pipeline.training.stages import BundleFormat, StoredModel

if TYPE_CHECKING:
    from src.domain.models import ModelVersion
    from src.services.models.repository import Models
    from src.services.runs.repository import TrainingRuns

log = logging.getLogger(__name__)

UNFIT = frozenset({Outcome.BROKEN, Outcome.TOO_HEAVY, Outcome.CATEGORY_FELL, Outcome.LESS_AUTOMATIC})
"""A version refused for one of these stays refused, however many rows it has right."""
_CHOICES = frozenset({PromotionEvent.PROMOTED, PromotionEvent.ROLLED_BACK, PromotionEvent.PINNED})


@dataclass(frozen=True)
class EarlierVersions:
    """newest: how many versions are compared at most; each takes about a second."""

    models: Models
    bundles: BundleFormat
    runs: TrainingRuns
    newest: int = 8

    def eligible(self, others: Collection[str], classes: Sequence[str]) -> list[StoredModel]:
        """The newest eligible versions that answer just these classes, without `others`.

        The hold-out is permanent, so its rows have trained none of them. Raises Unavailable.
        """
        loaded = map(self._load, self._fit_versions(others)[: self.newest])
        return [model for model in loaded if model and set(model.bundle.pipeline.classes_) == set(classes)]

    def _fit_versions(self, others: Collection[str]) -> list[ModelVersion]:
        """Newest first: versions not refused as unfit, and made after a person last chose the champion.

        That person could have chosen any of the versions before.
        """
        lines = self.models.promotions(1000)
        chosen_at = next(
            (line.at for line in lines if line.by in ("person", "mlflow") and line.change in _CHOICES), None
        )
        versions = [stored for stored in self.models.versions() if stored.version not in others]
        decisions = self.runs.decisions([stored.run_id for stored in versions])
        return [
            stored
            for stored in versions
            if (chosen_at is None or stored.created_at > chosen_at)
            and stored.run_id in decisions
            and decisions[stored.run_id].outcome not in UNFIT
        ]

    def _load(self, version: ModelVersion) -> StoredModel | None:
        """None for a bundle of an older format, or a damaged one."""
        try:
            file = self.models.load(version.version)
            return StoredModel(version.version, self.bundles.loads(file, version.sha256))
        except Unavailable:
            raise
        except Exception as error:
            log.warning(
                "version not loaded", extra={"version": version.version, "error": type(error).__name__}
            )
            return None
