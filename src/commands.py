"""The work of child processes and commands: training, imports, retention, alias sync.

What takes seconds to import is imported in the function that needs it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, cast

from src.domain.imports import Import, ImportStatus
from src.domain.training_runs import TrainingRun
from src.errors import LeaseLost, LedgerloopError, NotFound
from src.services.models import bundle
from src.services.runs.repository import ClaimedRun

if TYPE_CHECKING:
    from src.container import Container
    from src.domain.transactions import Transaction
    from src.pipeline.registry.retention import RetentionReport
    from src.pipeline.training.reproduce_report import ReproductionReport
    from src.pipeline.training.run import TrainingPipeline
    from src.pipeline.training.stages import Steps

log = logging.getLogger(__name__)


def train(container: Container, run: TrainingRun, *, holder: str) -> TrainingRun:
    """Train `run`, which `holder` has claimed, in this process; return the ended run."""
    with ClaimedRun(container.runs, run, holder=holder) as claimed:
        try:
            training = _training(container)
            with _one_thread():
                verdict = training.run(claimed)
            if verdict is not None:
                container.tracking_state.note(away=not training.logged, at=container.now())
        except LeaseLost as error:
            log.warning("training stops", extra={"run": run.id, "reason": str(error)})
        except Exception as error:
            log.exception("training failed", extra={"run": run.id})
            claimed.fail(_sentence(error), at=container.now())
    return container.runs.get(run.id)


def reproduce(
    container: Container, run_id: str, progress: Callable[[str, float], None]
) -> ReproductionReport:
    """Repeat a run; `run_id` is its own id or that of MLflow. Raises NotFound, Unavailable."""
    from src.pipeline.training.reproduce import Reproduction
    from src.services.mlflow.past_runs import PastRuns
    from src.services.mlflow.provenance import provenance

    logged = run_id if re.fullmatch("[0-9a-f]{32}", run_id) else container.runs.get(run_id).mlflow_run_id
    if logged is None:
        raise NotFound("MLflow has no data of this run: it ended too early, or was deleted.")
    past = PastRuns(container.tracking).get(logged)
    reproduction = Reproduction(_steps(container), container.knowledge, provenance())
    with _one_thread():
        return reproduction.run(past, progress)


def _steps(container: Container) -> Steps:
    from src.components.model.model_selection import Search
    from src.pipeline.training.stages import Steps

    return Steps(search=Search(budget_s=container.settings.train_budget_s, clock=time.monotonic))


def _training(container: Container) -> TrainingPipeline:
    from src.pipeline.training.earlier_versions import EarlierVersions
    from src.pipeline.training.run import TrainingPipeline
    from src.services.models.bundle_check import BundleCheck

    return TrainingPipeline(
        labels=container.transactions,
        lexicon=container.knowledge,
        store=container.models,
        record=container.tracking,
        bundles=bundle,
        check=BundleCheck(),
        clock=container.now,
        fingerprint=container.data_fingerprint,
        doubts=container.doubts,
        steps=_steps(container),
        prediction_diffs=container.prediction_diffs,
        unattended=container.prediction_diffs,
        earlier=EarlierVersions(container.models, bundle, container.runs),
    )


def run_import(container: Container, claimed: Import, *, holder: str) -> None:
    """Run or undo the import that `holder` has claimed, in this process. Raises LeaseLost, Unavailable."""
    work = container.import_undo if claimed.status is ImportStatus.UNDOING else container.import_run
    with container.imports.keep_lease(claimed.id, holder, claimed.attempt):
        work.run(claimed, holder=holder)


def apply_retention(container: Container, now: datetime) -> RetentionReport:
    """Delete runs and models beyond KEEP_RUNS and KEEP_MODELS. Raises Unavailable."""
    from src.pipeline.registry.retention import RetentionRun
    from src.services.mlflow.retention import TrackingRetention

    settings = container.settings
    tracking = TrackingRetention(container.tracking, settings.tracking_uri)
    retention = RetentionRun(container.retention, tracking, settings.keep_models, settings.keep_runs)
    report = retention.run(now)
    container.tracking_state.note(away=report.tracking_away, at=now)
    container.retention.end_turn(now)
    return report


def sync_alias(container: Container) -> None:
    """Move the MLflow alias to the champion, or promote the version a person moved it to."""
    from src.pipeline.registry.load_check import StoredVersionCheck
    from src.pipeline.registry.mlflow_alias import AliasSync
    from src.services.models.bundle_check import BundleCheck

    def some_transactions() -> list[Transaction]:
        return [row.transaction for row in container.transactions.newest(100)]

    check = StoredVersionCheck(container.models, bundle, BundleCheck(timeout_s=60), some_transactions)
    with container.tracking_state.noted(container.now()):
        AliasSync(container.models, container.tracking, check.fault_of, container.now).sync()


def _one_thread() -> AbstractContextManager[object]:
    """For BLAS and OpenMP: sums then do not depend on the number of processors."""
    from threadpoolctl import threadpool_limits  # scikit-learn depends on it

    return cast("AbstractContextManager[object]", threadpool_limits(limits=1))


def _sentence(error: Exception) -> str:
    """For the run's page: our own message, or only the kind of an unexpected error."""
    if isinstance(error, LedgerloopError):
        return str(error)
    return f"The training ended with an unexpected {type(error).__name__}; the log has the details."
