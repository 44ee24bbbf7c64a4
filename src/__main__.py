"""The commands: `ledgerloop COMMAND`, or `python -m src COMMAND` in a checkout."""

from __future__ import annotations

import argparse
import gc
import json
import signal
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from src import __version__, commands, logs
from src.config import IS_CHECKOUT, load_settings
from src.container import Container
from src.domain.imports import IMPORT_UNDER_WAY, Import, ImportStatus
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.errors import CannotStart, InvalidInput, LedgerloopError
from src.pipeline.training.verdict_sentences import sentence
from src.services.host.process_limits import bound_process
from src.services.scheduler.child_process import FOLLOW_CHAMPION, RUN_IMPORT, TIDY, TRAIN_CLAIMED

if TYPE_CHECKING:
    from src.components.bank_files.entry import Preview

_IMPORT_MEMORY = 1_000_000_000
"""Bytes of address space for the model, the driver and threads, which reserve more than they use."""
_ANY_VALUE = {"default_currency": "another currency code", "default_date": "a date such as 2026-03-04"}


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        logs.set_up(form=settings.log_format, level=settings.log_level)
        return int(options.command(Container(settings), options) or 0)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 2
    except LedgerloopError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    prog = "python -m src" if IS_CHECKOUT else "ledgerloop"
    parser = argparse.ArgumentParser(prog=prog, description="Ledgerloop's commands.")
    parser.add_argument("--version", action="version", version=f"ledgerloop {__version__}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, does: object, text: str) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name, help=text, description=text)
        sub.set_defaults(command=does)
        return sub

    command("serve", serve, "start everything: database, pages, scheduler, MLflow UI")
    command(
        "clock",
        run_scheduler,
        "run the scheduler only: training every RETRAIN_EVERY_HOURS, imports, maintenance",
    )
    train_command = command(
        "train", train, "train now, and promote the model if it passes the promotion rule"
    )
    train_command.add_argument("--reason", default="from the command line")
    bring = command("import", import_file, "import a bank's file")
    bring.add_argument("file", type=Path)
    bring.add_argument("--profile", default="", help="read it with this saved profile")
    bring.add_argument(
        "--answer", action="append", default=[], metavar="KEY=VALUE", help="answer a question of the preview"
    )
    bring.add_argument("--labels", action="store_true", help="use the file's categories as your labels")
    bring.add_argument("--dry-run", action="store_true", help="show the preview only")
    command("demo", demo, "import a year of made-up transactions; undo the import to remove them")
    run_import = command(RUN_IMPORT, run_claimed_import, "run an import that a scheduler claimed")
    run_import.add_argument("claimed", nargs=3)
    claimed_training = command(TRAIN_CLAIMED, train_claimed, "run a training that a scheduler claimed")
    claimed_training.add_argument("claimed", nargs=3)
    again = command("reproduce", reproduce, "repeat a run from its snapshot and print the differences")
    again.add_argument("run", help="the id of a training run, or of its MLflow run")
    command(FOLLOW_CHAMPION, sync_alias, "bring the MLflow alias and the champion into line")
    command(TIDY, tidy, "delete runs and models beyond KEEP_RUNS and KEEP_MODELS (scheduled daily)")
    command("init-tracking", init_tracking, "create the MLflow store if there is none")
    command("rebuild", rebuild, "compute merchants and states again from inputs and answers")
    verify = command(
        "verify-bundle", verify_bundle, "load a model file and predict with it; used by training"
    )
    verify.add_argument("file", type=Path)
    verify.add_argument("rows", type=Path, help="JSON list of transactions")
    return parser


def serve(container: Container, _: argparse.Namespace) -> int:
    from src.launcher import run

    return run(container.settings)


def run_scheduler(container: Container, _: argparse.Namespace) -> None:
    container.start_scheduler()
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    ended.wait()
    container.stop()


def train(container: Container, options: argparse.Namespace) -> int:
    return _report(_train_now(container, options.reason))


def train_claimed(container: Container, options: argparse.Namespace) -> int:
    # Claimed by Jobs.train in the scheduler, which started this process.
    run_id, holder, attempt = options.claimed
    claimed = replace(container.runs.get(run_id), attempt=int(attempt))
    return _report(commands.train(container, claimed, holder=holder))


def _report(run: TrainingRun) -> int:
    print(_summary(run))
    return 0 if run.status in (RunStatus.SUCCEEDED, RunStatus.SKIPPED) else 1


def _train_now(container: Container, reason: str) -> TrainingRun:
    now = datetime.now(UTC)
    container.database.ensure_indexes()
    requested = container.runs.request(trigger=Trigger.MANUAL, reason=reason, at=now)
    claimed = container.runs.claim(holder=container.holder, at=now)
    return (
        commands.train(container, claimed, holder=container.holder)
        if claimed
        else _follow(container, requested.id)
    )


def _follow(container: Container, run_id: str) -> TrainingRun:
    """Wait for a run that a scheduler claimed first."""
    while (run := container.runs.get(run_id)).status in (RunStatus.QUEUED, RunStatus.RUNNING):
        time.sleep(1)
    return run


def _summary(run: TrainingRun) -> str:
    reason = sentence(run.decision.reason) if run.decision else run.error or run.reason
    return f"{run.id}: {run.status.value}. {reason}"


def reproduce(container: Container, options: argparse.Namespace) -> int:
    report = commands.reproduce(
        container, options.run, lambda stage, share: print(f"{share:4.0%} {stage}", file=sys.stderr)
    )
    print("\n".join(report.sentences()))
    return 0 if report.same else 1


def import_file(container: Container, options: argparse.Namespace) -> int:
    container.database.ensure_indexes()
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{options.file}: {error.strerror}.", field="file") from None
    changes: dict[str, object] = dict(answer.partition("=")[::2] for answer in options.answer)
    if options.profile:
        changes = {**_of_profile(container, options.profile), **changes}
    if options.labels:
        changes["take_categories"] = True
    result = container.import_preview.read(content, changes)
    print(_preview_text(result.preview))
    if options.dry_run or result.preview.questions:
        return 1 if result.preview.questions else 0
    added = container.import_preview.store(content, result, name=options.file.name)
    return _run_queued_imports(container, container.import_preview.start(added.id))


def demo(container: Container, _: argparse.Namespace) -> int:
    container.database.ensure_indexes()
    return _run_queued_imports(container, container.import_preview.demo())


def _run_queued_imports(container: Container, begun: Import) -> int:
    _bound(container)
    claimed = container.imports.claim(holder=container.holder)
    while claimed:  # this import, and any that waited before it
        commands.run_import(container, claimed, holder=container.holder)
        claimed = container.imports.claim(holder=container.holder)
    while (done := container.imports.get(begun.id)).status in IMPORT_UNDER_WAY:  # claimed by a scheduler
        time.sleep(0.5)
    counts = done.counts
    print(
        f"{done.name}, {done.status.value}: {counts.added} added, "
        f"{counts.known} duplicates skipped, {counts.deleted} deleted before, "
        f"{counts.rejected} rejected, {counts.left_out} ignored. {done.error or ''}".rstrip()
    )
    return 0 if done.status is ImportStatus.DONE else 1


def _of_profile(container: Container, name: str) -> dict[str, object]:
    plan = container.import_profiles.named(name).plan
    return {part: value for part, value in plan.items() if value is not None and part != "open"}


def _preview_text(preview: Preview) -> str:
    from src.web.imports import text  # here, because the other commands start without Flask

    name = text.format_name(preview.detected, preview.plan.to_dict())
    lines = [
        f"{name}: {preview.entry_count} transactions, "
        f"{preview.rejected_count} rejected, {preview.left_out_count} ignored"
    ]
    lines += [
        f"  {row.date} {row.direction.value:8} {row.amount:>12} {row.currency}  {row.description[:60]}"
        for row in preview.entries[:5]
    ]
    for question in preview.questions:
        lines.append(text.question_text(question))
        lines.append(f"Answer with --answer {question.key}=VALUE, where VALUE is")
        for choice in question.choices:
            words = (text.choice_label(question, choice), text.choice_example(question, choice))
            meaning = ": ".join(word for word in words if word and word != choice.value)
            lines.append(f"  {choice.value}  {meaning}".rstrip())
        if question.any_value:
            lines.append(f"  {_ANY_VALUE[question.key]}")
    return "\n".join(lines)


def run_claimed_import(container: Container, options: argparse.Namespace) -> None:
    # Claimed by Jobs.run_import in the scheduler, which started this process.
    import_id, holder, attempt = options.claimed
    # Reading a file makes many short-lived objects; the default thresholds would cost a third more time.
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
    _bound(container)
    commands.run_import(
        container, replace(container.imports.get(import_id), attempt=int(attempt)), holder=holder
    )


def _bound(container: Container) -> None:
    """Bound this process: the memory to read a file, and the model, the driver and threads in addition."""
    bound_process(container.reading_memory + _IMPORT_MEMORY, int(container.settings.train_timeout_s))


def sync_alias(container: Container, _: argparse.Namespace) -> None:
    commands.sync_alias(container)


def tidy(container: Container, _: argparse.Namespace) -> None:
    print(commands.apply_retention(container, datetime.now(UTC)).sentence())


def init_tracking(container: Container, _: argparse.Namespace) -> None:
    container.tracking.initialise()


def rebuild(container: Container, _: argparse.Namespace) -> None:
    from src.pipeline.prediction.predict import prepare

    print(f"{container.transactions.rebuild(prepare)} transactions were rebuilt.")


def verify_bundle(container: Container, options: argparse.Namespace) -> None:
    from src.services.models.bundle_check import verify

    answers = verify(options.file, options.rows.read_text(), lambda *bundle: container.serve("", *bundle))
    print(json.dumps(answers))


if __name__ == "__main__":
    sys.exit(main())
