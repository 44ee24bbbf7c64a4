"""What the commands that train do, also in a child process of a scheduler.

What takes seconds to import is imported in the function that needs it.
"""

from __future__ import annotations

import argparse
import errno
import logging
import re
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from src import command_text
from src.container import Container
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.verdicts import Code, because
from src.errors import LeaseLost, LedgerloopError, NotFound
from src.services.host.memory import free_memory, lift_memory_limit, limit_memory, used_memory
from src.services.models import bundle
from src.services.runs.worker_lease import ClaimedRun
from src.web.models import verdict_sentences

if TYPE_CHECKING:
    from src.pipeline.registry.starter_log import StarterLog
    from src.pipeline.training.run import TrainingPipeline
    from src.pipeline.training.stages import Steps

log = logging.getLogger(__name__)

_OF_FREE_MEMORY = 0.8
"""The share of the free memory that a training may take: the pages and MongoDB grow meanwhile."""
_MEMORY_TO_FAIL = 50_000_000
"""Bytes to record that memory was short."""
_OUT_OF_MEMORY = "The training ran out of memory; free some, or change TRAIN_MEMORY_MB."


def train_now(container: Container, options: argparse.Namespace) -> int:
    """Train in this process, or wait for the run if a scheduler claims it first."""
    container.database.ensure_indexes()
    memory = _bound_training(container)
    run = container.runs.request(trigger=Trigger.MANUAL, reason=options.reason, at=container.now())
    if claimed := container.runs.claim(holder=container.holder, at=container.now()):
        return _report(train(container, claimed, holder=container.holder, memory=memory))
    while (run := container.runs.get(run.id)).status in (RunStatus.QUEUED, RunStatus.RUNNING):
        time.sleep(1)
    return _report(run)


def train_claimed(container: Container, options: argparse.Namespace) -> int:
    """In a child process: Jobs.train in the scheduler has claimed the run and started this process."""
    run_id, holder, attempt = options.claimed
    claimed = replace(container.runs.get(run_id), attempt=int(attempt))
    return _report(train(container, claimed, holder=holder, memory=_bound_training(container)))


def _report(run: TrainingRun) -> int:
    print(command_text.trained(run))
    return 0 if run.status in (RunStatus.SUCCEEDED, RunStatus.SKIPPED) else 1


def _bound_training(container: Container) -> int | None:
    """Bound the memory of this process; returns how many bytes more it may take, None for any number."""
    import src.pipeline.training.run  # noqa: F401  so that its libraries count as taken

    most = container.settings.train_memory_mb
    free = free_memory() if most is None else None
    if most is None and free is None:
        return None
    memory = most * 1_000_000 - used_memory() if most else int((free or 0) * _OF_FREE_MEMORY)
    limit_memory(max(memory, _MEMORY_TO_FAIL))
    return memory


def train(container: Container, run: TrainingRun, *, holder: str, memory: int | None = None) -> TrainingRun:
    """Train `run`, which `holder` has claimed, in this process; return the ended run.

    memory: how many bytes more the training may take.
    """
    with ClaimedRun(container.runs, run, holder=holder) as claimed:
        try:
            from threadpoolctl import threadpool_limits  # scikit-learn depends on it

            training = _training(container, memory)
            with threadpool_limits(limits=1):  # so sums do not depend on the number of processors
                verdict = training.run(claimed)
            if verdict is not None:
                container.tracking_state.note(away=not training.logged, at=container.now())
        except LeaseLost as error:
            log.warning("training stops", extra={"run": run.id, "reason": str(error)})
        except Exception as error:
            lift_memory_limit()  # the failure has to be stored
            log.exception("training failed", extra={"run": run.id, "limit_bytes": memory})
            ended = f"The training ended with an unexpected {type(error).__name__}; the log has the details."
            if _is_out_of_memory(error):
                ended = _OUT_OF_MEMORY
            claimed.fail(str(error) if isinstance(error, LedgerloopError) else ended, at=container.now())
    return container.runs.get(run.id)


def _is_out_of_memory(error: BaseException | None) -> bool:
    """Also of an error that another one hides: libraries that are loaded late turn it into theirs."""
    is_refused = isinstance(error, OSError) and error.errno == errno.ENOMEM
    return (
        is_refused or isinstance(error, MemoryError) or bool(error and _is_out_of_memory(error.__context__))
    )


def _training(container: Container, memory: int | None) -> TrainingPipeline:
    from src.pipeline.training.earlier_versions import EarlierVersions
    from src.pipeline.training.mlflow_log import RunTexts
    from src.pipeline.training.run import TrainingPipeline
    from src.services.models.load_and_predict_check import LoadAndPredictCheck

    return TrainingPipeline(
        labels=container.transactions,
        lexicon=container.knowledge,
        store=container.models,
        tracking=container.tracking,
        bundles=bundle,
        check=LoadAndPredictCheck(),
        clock=container.now,
        texts=RunTexts(
            verdict_sentences.run_reason,
            verdict_sentences.run_description,
            verdict_sentences.version_description,
        ),
        fingerprint=container.data_fingerprint,
        possible_mistakes=container.possible_mistakes,
        ignored=container.merchants.ignored,
        steps=steps_of(container),
        prediction_diffs=container.prediction_diffs,
        earlier=EarlierVersions(container.models, bundle, container.runs),
        starter_log=starter_log(container),
        memory=memory,
    )


def starter_log(container: Container) -> StarterLog:
    from src.pipeline.registry.starter_log import StarterLog

    about = verdict_sentences.sentence(because(Code.STARTER))
    return StarterLog(container.models, container.tracking, bundle, container.now, about)


def steps_of(container: Container) -> Steps:
    from src.components.model.model_selection import Search
    from src.pipeline.training.stages import Steps

    settings = container.settings
    search = Search(budget_s=settings.train_budget_s, clock=time.monotonic)
    if settings.dask_scheduler:
        from src.services.dask.cluster import DaskCluster

        search = replace(search, evaluate=DaskCluster(settings.dask_scheduler))
    return Steps(search=search)


def reproduce(container: Container, options: argparse.Namespace) -> int:
    """Repeat a run; `options.run` is its own id or that of MLflow. Raises NotFound, Unavailable."""
    from threadpoolctl import threadpool_limits

    from src.pipeline.training.reproduce import Reproduction
    from src.services.mlflow.past_runs import PastRuns
    from src.services.mlflow.provenance import provenance

    is_logged = re.fullmatch("[0-9a-f]{32}", options.run)
    logged = options.run if is_logged else container.runs.get(options.run).mlflow_run_id
    if logged is None:
        raise NotFound("MLflow has no data of this run: it ended too early, or was deleted.")
    past = PastRuns(container.tracking).get(logged)
    reproduction = Reproduction(steps_of(container), container.knowledge, provenance())
    with threadpool_limits(limits=1):
        report = reproduction.run(past, _print_progress)
    print(command_text.reproduction(report))
    return 0 if report.same else 1


def build_starter(container: Container, _: argparse.Namespace) -> None:
    """Train the starter on the shipped lexicon; its file stays as it is if it would contain the same."""
    from threadpoolctl import threadpool_limits

    from src.pipeline.training.stages import Steps
    from src.pipeline.training.starter import StarterBuild
    from src.services.models.starter import ship

    with threadpool_limits(limits=1):
        built = StarterBuild(container.knowledge, Steps()).run(_print_progress)
    made_of = ship(bundle.dumps(built), lexicon_sha256=container.knowledge.sha256)
    print(f"The starter is shipped; its contents are {made_of.contents_sha256}.")


def _print_progress(stage: str, share: float) -> None:
    print(f"{share:4.0%} {stage}", file=sys.stderr)
