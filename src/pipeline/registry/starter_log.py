"""Logs the model that Ledgerloop ships with to MLflow, which web workers, who register it, do not import."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from src.components.model.smoke_transactions import EXAMPLES, model_fields
from src.domain.models import STARTER, Bundle, ModelVersion
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.errors import Unavailable

if TYPE_CHECKING:
    from src.pipeline.training.stages import BundleFormat
    from src.services.mlflow.run_writer import RunWriter
    from src.services.mlflow.tracking import Tracking
    from src.services.models.repository import Models

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StarterLog:
    store: Models
    tracking: Tracking
    bundles: BundleFormat
    clock: Callable[[], datetime]
    about: str
    """Describes the starter in MLflow."""

    def run(self) -> None:
        """Log the champion if it is the starter and not logged yet. Raises Unavailable.

        MLflow gives its version numbers itself. If it has given that of the starter to another model already,
        as before everything was erased, the starter is not in MLflow.
        """
        pointer = self.store.champion()
        if pointer is None or not pointer.is_starter or self.tracking.has_versions():
            return
        starter = self.store.get(pointer.version)
        if (bundle := self._loaded(starter)) is None:
            return
        run = TrainingRun(
            STARTER, RunStatus.RUNNING, Trigger.FIRST_START, self.about, "", 0.0, 1, starter.created_at
        )
        with self.tracking.start(run, self.about) as logger:
            self._log(logger, starter, bundle)

    def _loaded(self, starter: ModelVersion) -> Bundle | None:
        """None if its pipeline does not load, which no prediction needs."""
        try:
            return self.bundles.loads(self.store.load(starter.version), starter.sha256)
        except Unavailable:
            raise
        except Exception:
            log.exception("the starter is not logged to MLflow")
            return None

    def _log(self, logger: RunWriter, starter: ModelVersion, bundle: Bundle) -> None:
        rows = starter.measured_on.value if starter.measured_on else "lexicon"
        logger.metrics({f"{rows}/{name}": value for name, value in starter.metrics.items()})
        logger.tags({"measured_on": rows, "promoted": "true"})
        logger.conclude(f"v{starter.version} starter", self.about)
        version = self.tracking.register(
            logger.model(bundle.pipeline, model_fields(EXAMPLES), self.bundles.TRUSTED),
            after=int(starter.version) - 1,
            mlflow_run_id=logger.run_id,
            description=self.about,
            tags={"ledgerloop.run": STARTER},
        )
        if version == starter.version:
            self.store.record_mlflow_run(version, logger.run_id)
        else:
            self.tracking.drop_version(version)
