"""What the commands of `__main__.py` do, also in the child processes of a scheduler.

What takes seconds to import is imported in the function that needs it.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import re
import signal
import sys
import threading
import time
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from src import command_text
from src.container import Container
from src.domain.feed import Channel
from src.domain.imports import IMPORT_UNDER_WAY, Import, ImportStatus
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.verdicts import Code, because
from src.errors import Conflict, InvalidInput, LeaseLost, LedgerloopError, NotFound
from src.services.host.process import bound_process
from src.services.models import bundle
from src.services.runs.worker_lease import ClaimedRun
from src.web.models import verdict_sentences

if TYPE_CHECKING:
    from src.domain.transactions import Transaction
    from src.pipeline.imports.reading import ImportReading
    from src.pipeline.imports.run import ImportRun
    from src.pipeline.imports.undo import ImportUndo
    from src.pipeline.registry.retention import RetentionReport
    from src.pipeline.registry.starter_log import StarterLog
    from src.pipeline.training.run import TrainingPipeline
    from src.pipeline.training.stages import Steps

log = logging.getLogger(__name__)

_IMPORT_MEMORY = 1_000_000_000
"""Bytes of address space for the model, the driver and threads, which reserve more than they use."""


def serve(container: Container, _: argparse.Namespace) -> int:
    from src.launcher import run

    return run(container.settings)


def run_scheduler(container: Container, _: argparse.Namespace) -> None:
    container.database.ensure_indexes()
    container.scheduler.start()
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    ended.wait()
    container.stop()


def train_now(container: Container, options: argparse.Namespace) -> int:
    """Train in this process, or wait for the run if a scheduler claims it first."""
    container.database.ensure_indexes()
    run = container.runs.request(trigger=Trigger.MANUAL, reason=options.reason, at=container.now())
    if claimed := container.runs.claim(holder=container.holder, at=container.now()):
        return _report(train(container, claimed, holder=container.holder))
    while (run := container.runs.get(run.id)).status in (RunStatus.QUEUED, RunStatus.RUNNING):
        time.sleep(1)
    return _report(run)


def train_claimed(container: Container, options: argparse.Namespace) -> int:
    """In a child process: Jobs.train in the scheduler has claimed the run and started this process."""
    run_id, holder, attempt = options.claimed
    claimed = replace(container.runs.get(run_id), attempt=int(attempt))
    return _report(train(container, claimed, holder=holder))


def _report(run: TrainingRun) -> int:
    print(command_text.trained(run))
    return 0 if run.status in (RunStatus.SUCCEEDED, RunStatus.SKIPPED) else 1


def train(container: Container, run: TrainingRun, *, holder: str) -> TrainingRun:
    """Train `run`, which `holder` has claimed, in this process; return the ended run."""
    with ClaimedRun(container.runs, run, holder=holder) as claimed:
        try:
            from threadpoolctl import threadpool_limits  # scikit-learn depends on it

            training = _training(container)
            with threadpool_limits(limits=1):  # so sums do not depend on the number of processors
                verdict = training.run(claimed)
            if verdict is not None:
                container.tracking_state.note(away=not training.logged, at=container.now())
        except LeaseLost as error:
            log.warning("training stops", extra={"run": run.id, "reason": str(error)})
        except Exception as error:
            log.exception("training failed", extra={"run": run.id})
            ended = f"The training ended with an unexpected {type(error).__name__}; the log has the details."
            claimed.fail(str(error) if isinstance(error, LedgerloopError) else ended, at=container.now())
    return container.runs.get(run.id)


def _training(container: Container) -> TrainingPipeline:
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
        steps=_steps(container),
        prediction_diffs=container.prediction_diffs,
        earlier=EarlierVersions(container.models, bundle, container.runs),
        starter_log=_starter_log(container),
    )


def _starter_log(container: Container) -> StarterLog:
    from src.pipeline.registry.starter_log import StarterLog

    about = verdict_sentences.sentence(because(Code.STARTER))
    return StarterLog(container.models, container.tracking, bundle, container.now, about)


def _steps(container: Container) -> Steps:
    from src.components.model.model_selection import Search
    from src.pipeline.training.stages import Steps

    return Steps(search=Search(budget_s=container.settings.train_budget_s, clock=time.monotonic))


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
    reproduction = Reproduction(_steps(container), container.knowledge, provenance())
    with threadpool_limits(limits=1):
        report = reproduction.run(past, _print_progress)
    print(command_text.reproduction(report))
    return 0 if report.same else 1


def import_file(container: Container, options: argparse.Namespace) -> int:
    container.database.ensure_indexes()
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{options.file}: {error.strerror}.", field="file") from None
    changes: dict[str, object] = dict(answer.partition("=")[::2] for answer in options.answer)
    if options.profile:
        plan = container.import_profiles.named(options.profile).plan
        saved = {part: value for part, value in plan.items() if value is not None and part != "open"}
        changes = {**saved, **changes}
    if options.labels:
        changes["take_categories"] = True
    result = container.import_preview.read(content, changes)
    print(command_text.preview(result.preview))
    if options.dry_run or result.preview.questions:
        return 1 if result.preview.questions else 0
    added = container.import_preview.store(content, result, name=options.file.name)
    return _run_queued_imports(container, container.import_preview.start(added.id))


def demo(container: Container, _: argparse.Namespace) -> int:
    container.database.ensure_indexes()
    return _run_queued_imports(container, container.import_preview.demo())


def _run_queued_imports(container: Container, begun: Import) -> int:
    _bound(container)
    while claimed := container.imports.claim(holder=container.holder):  # and any that waited before it
        run_import(container, claimed, holder=container.holder)
    while (done := container.imports.get(begun.id)).status in IMPORT_UNDER_WAY:  # claimed by a scheduler
        time.sleep(0.5)
    print(command_text.imported(done))
    return 0 if done.status is ImportStatus.DONE else 1


def run_claimed_import(container: Container, options: argparse.Namespace) -> None:
    """In a child process: Jobs.run_import in the scheduler has claimed it and started this process."""
    import_id, holder, attempt = options.claimed
    # Reading a file makes many short-lived objects; the default thresholds would cost a third more time.
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
    _bound(container)
    claimed = replace(container.imports.get(import_id), attempt=int(attempt))
    run_import(container, claimed, holder=holder)


def _bound(container: Container) -> None:
    """Bound this process: the memory to read a file, and the model, the driver and threads in addition."""
    bound_process(container.reading_memory + _IMPORT_MEMORY, int(container.settings.train_timeout_s))


def run_import(container: Container, claimed: Import, *, holder: str) -> None:
    """Read, run or undo the import that `holder` has claimed. Raises LeaseLost, Unavailable."""
    work: ImportReading | ImportRun | ImportUndo = container.import_run
    if claimed.status is ImportStatus.READING:
        work = container.import_reading
    elif claimed.status is ImportStatus.UNDOING:
        work = container.import_undo
    with container.imports.keep_lease(claimed.id, holder, claimed.attempt):
        work.run(claimed, holder=holder)


def analyse(container: Container, options: argparse.Namespace) -> int:
    """In this process, at once. Raises Conflict while another process does it, Unavailable."""
    state = container.analysis_state
    if options.train:
        state.request_training()
    state.hurry()
    if (attempt := state.claim(holder=container.holder, even_if_not_due=True)) is None:
        raise Conflict("Another process analyses the ledger now.")
    failed = _analyse(container, container.holder, attempt)
    print("Failed; the log has the details: " + ", ".join(failed) if failed else "The ledger is analysed.")
    return 1 if failed else 0


def analyse_claimed(container: Container, options: argparse.Namespace) -> None:
    """In a child process: Jobs.analyse in the scheduler has claimed it and started this process."""
    holder, attempt = options.claimed
    _analyse(container, holder, int(attempt))


def _analyse(container: Container, holder: str, attempt: int) -> list[str]:
    from threadpoolctl import threadpool_limits  # scikit-learn depends on it

    with threadpool_limits(limits=1):
        container.month_totals.refresh()
        return container.ledger_analysis.run(holder=holder, attempt=attempt)


def deliver(container: Container, options: argparse.Namespace) -> None:
    """Send what of the feed waits for `options.channel`. Raises Unavailable."""
    from src.web.digest.messages import texts_of, writing

    with writing(container):
        container.feed_delivery(texts_of(container.settings.public_url)).deliver(Channel(options.channel))


def sync_alias(container: Container, _: argparse.Namespace) -> None:
    """Move the MLflow alias to the champion, or promote the version a person moved it to."""
    from src.pipeline.registry.mlflow_alias import AliasSync
    from src.services.models.load_and_predict_check import LoadAndPredictCheck

    def some_transactions() -> list[Transaction]:
        return [row.transaction for row in container.transactions.newest(100)]

    check = LoadAndPredictCheck(timeout_s=60)
    with container.tracking_state.noted(container.now()):
        _starter_log(container).run()
        AliasSync(
            container.models, container.tracking, bundle, check, some_transactions, container.now
        ).sync()


def retention(container: Container, _: argparse.Namespace) -> None:
    print(command_text.retention(apply_retention(container, container.now())))


def apply_retention(container: Container, now: datetime) -> RetentionReport:
    """Delete runs and models beyond KEEP_RUNS and KEEP_MODELS. Raises Unavailable."""
    from src.pipeline.registry.retention import RetentionRun
    from src.services.mlflow.run_deletion import TrackingRetention

    settings = container.settings
    tracking = TrackingRetention(container.tracking, settings.tracking_uri)
    retention = RetentionRun(container.retention, tracking, settings.keep_models, settings.keep_runs)
    report = retention.run(now)
    container.tracking_state.note(away=report.tracking_away, at=now)
    container.retention.end_turn(now)
    return report


def erase_tracking(container: Container, _: argparse.Namespace) -> None:
    """After everything was erased: also the runs and versions from before. Raises Unavailable."""
    from src.services.mlflow.run_deletion import TrackingRetention

    if erased_at := container.erasure.pending_since():
        TrackingRetention(container.tracking, container.settings.tracking_uri).erase_before(erased_at)
        container.erasure.finish()


def init_tracking(container: Container, _: argparse.Namespace) -> None:
    container.tracking.initialise()


def rebuild(container: Container, _: argparse.Namespace) -> None:
    from src.pipeline.prediction.predict import prepare

    rows = container.transactions.rebuild(prepare)
    container.merchant_editor.settle()
    container.month_totals.rebuild()
    container.quality_months.refresh()
    container.search_index.refresh()
    print(f"{rows} transactions were rebuilt.")


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


def verify_bundle(container: Container, options: argparse.Namespace) -> None:
    from src.services.models.load_and_predict_check import verify

    answers = verify(options.file, options.rows.read_text(), lambda *bundle: container.serve("", *bundle))
    print(json.dumps(answers))
