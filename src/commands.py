"""What the child processes do, and the commands that do the same at once.

What only one of them needs is imported within it, because it takes seconds.
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
from src.domain.transactions import Transaction
from src.errors import LeaseLost, LedgerloopError, NotFound
from src.services.models import bundle
from src.services.runs.repository import ClaimedRun

if TYPE_CHECKING:
    from src.container import Container
    from src.pipeline.registry.retention import Tidied
    from src.pipeline.training.reproduce_report import Reproduced
    from src.pipeline.training.run import TrainingPipeline
    from src.pipeline.training.steps import Steps

log = logging.getLogger(__name__)


def train(house: Container, run: TrainingRun, *, holder: str) -> TrainingRun:
    """Train `run`, which `holder` has claimed, in this process; returns it as it ended."""
    with ClaimedRun(house.runs, run, holder=holder) as claimed:
        try:
            training = _training(house)
            with _one_thread():
                verdict = training.run(claimed)
            if verdict is not None:
                house.tracking_state.note(away=not training.logged, at=house.now())
        except LeaseLost as lost:
            log.warning("training stops", extra={"run": run.id, "reason": str(lost)})
        except Exception as error:
            log.exception("training failed", extra={"run": run.id})
            claimed.fail(_sentence(error), at=house.now())
    return house.runs.get(run.id)


def reproduce(house: Container, run_id: str, progress: Callable[[str, float], None]) -> Reproduced:
    """Make a run once more; `run_id` is its own or that of MLflow. Raises NotFound, Unavailable."""
    from src.pipeline.training.reproduce import Reproduction
    from src.services.mlflow.past_runs import PastRuns
    from src.services.mlflow.provenance import provenance

    logged = run_id if re.fullmatch("[0-9a-f]{32}", run_id) else house.runs.get(run_id).mlflow_run_id
    if logged is None:
        raise NotFound("MLflow has nothing of this run: it ended before that, or was cleared away.")
    past = PastRuns(house.tracking).get(logged)
    again = Reproduction(_steps(house), house.knowledge, provenance())
    with _one_thread():
        return again.run(past, progress)


def _steps(house: Container) -> Steps:
    # Imported here: what training needs takes seconds to import, and only its own process trains.
    from src.components.model.model_selection import Search
    from src.pipeline.training.steps import Steps

    return Steps(search=Search(budget_s=house.settings.train_budget_s, clock=time.monotonic))


def _training(house: Container) -> TrainingPipeline:
    from src.pipeline.training.earlier_versions import EarlierVersions
    from src.pipeline.training.run import TrainingPipeline
    from src.services.models.bundle_check import BundleCheck

    return TrainingPipeline(
        labels=house.transactions,
        lexicon=house.knowledge,
        store=house.models,
        record=house.tracking,
        bundles=bundle,
        check=BundleCheck(),
        clock=house.now,
        standing=house.standing,
        doubts=house.doubts,
        steps=_steps(house),
        changes=house.changes,
        unattended=house.changes,
        earlier=EarlierVersions(house.models, bundle, house.runs),
    )


def work_off(house: Container, claimed: Import, *, holder: str) -> None:
    """Bring in or take back what `holder` has claimed, in this process. Raises LeaseLost, Unavailable."""
    work = house.import_undo if claimed.status is ImportStatus.UNDOING else house.import_run
    with house.imports.keep_lease(claimed.id, holder, claimed.attempt):
        work.run(claimed, holder=holder)


def tidy(house: Container, now: datetime) -> Tidied:
    """Clear away what KEEP_RUNS and KEEP_MODELS leave no room for. Raises Unavailable."""
    from src.pipeline.registry.retention import Tidying
    from src.services.mlflow.retention import TrackingRetention

    record = TrackingRetention(house.tracking, house.settings.tracking_uri)
    tidying = Tidying(house.retention, record, house.settings.keep_models, house.settings.keep_runs)
    tidied = tidying.run(now)
    house.tracking_state.note(away=tidied.tracking_away, at=now)
    house.retention.end_turn(now)
    return tidied


def settle_alias(house: Container) -> None:
    """Let the MLflow alias follow what serves, or what serves follow a person who moved the alias."""
    from src.pipeline.registry.load_check import Tryout
    from src.pipeline.registry.mlflow_alias import AliasKeeper
    from src.services.models.bundle_check import BundleCheck

    tryout = Tryout(house.models, bundle, BundleCheck(timeout_s=60), lambda: _some_transactions(house))
    with house.tracking_state.noted(house.now()):
        AliasKeeper(house.models, house.tracking, tryout.fault_of, house.now).settle()


def _some_transactions(house: Container) -> list[Transaction]:
    return [each.transaction for each in house.transactions.newest(100)]


def _one_thread() -> AbstractContextManager[object]:
    """For BLAS and OpenMP: sums then do not depend on the number of processors, nor on who started us."""
    from threadpoolctl import threadpool_limits  # scikit-learn's own way, and it brings it

    return cast("AbstractContextManager[object]", threadpool_limits(limits=1))


def _sentence(error: Exception) -> str:
    """What the run's page says of a failure: our own words, or only the kind of the error."""
    if isinstance(error, LedgerloopError):
        return str(error)
    return f"The training ended with an unexpected {type(error).__name__}; the log has the details."
