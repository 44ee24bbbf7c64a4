"""What the commands of `__main__.py` do, also in the child processes of a scheduler.

What takes seconds to import is imported in the function that needs it.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import signal
import threading
import time
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from src import command_text
from src.container import Container
from src.domain.feed import Channel
from src.domain.imports import IMPORT_UNDER_WAY, Import, ImportStatus
from src.errors import Conflict, InvalidInput
from src.services.host.process import bound_process
from src.services.models import bundle
from src.training_commands import starter_log

if TYPE_CHECKING:
    from src.domain.transactions import Transaction
    from src.pipeline.imports.reading import ImportReading
    from src.pipeline.imports.run import ImportRun
    from src.pipeline.imports.undo import ImportUndo
    from src.pipeline.registry.retention import RetentionReport

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
        starter_log(container).run()
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


def verify_bundle(container: Container, options: argparse.Namespace) -> None:
    from src.services.models.load_and_predict_check import verify

    answers = verify(options.file, options.rows.read_text(), lambda *bundle: container.serve("", *bundle))
    print(json.dumps(answers))
