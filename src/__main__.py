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

from src import __version__, logs
from src import commands as children
from src.config import IS_CHECKOUT, load_settings
from src.container import Container
from src.domain.imports import IMPORT_UNDER_WAY, Import, ImportStatus
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.errors import CannotStart, LedgerloopError
from src.pipeline.imports.preview import Preview
from src.services.host.process_limits import bound_process

_BESIDE_READING = 1_000_000_000
"""Bytes; of addresses, of which threads reserve many and use few."""


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
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, does: object, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=does)
        return sub

    command("serve", serve, "start everything, as `make run` does")
    command("clock", clock, "run the clock: training every RETRAIN_EVERY_HOURS")
    train_command = command("train", train, "train now, and promote the model if it is shown to be better")
    train_command.add_argument("--reason", default="from the command line")
    bring = command("import", bring_in, "bring a bank's file in")
    bring.add_argument("file", type=Path)
    bring.add_argument("--profile", default="", help="read it as the files of this profile")
    bring.add_argument("--answer", action="append", default=[], metavar="KEY=VALUE", help="to a question")
    bring.add_argument("--labels", action="store_true", help="take the file's categories as yours")
    bring.add_argument("--dry-run", action="store_true", help="show how it would be read")
    command("demo", demo, "bring in a year of made-up transactions; taking the import back takes them away")
    run_import = command("run-import", run_claimed_import, "work off an import that was claimed")
    run_import.add_argument("claimed", nargs=3)
    claimed_training = command("train-claimed", train_claimed, "train a run that was claimed")
    claimed_training.add_argument("claimed", nargs=3)
    again = command("reproduce", reproduce, "make a run once more from its snapshot, and tell what differs")
    again.add_argument("run", help="the id of a training run, or of its MLflow run")
    command(
        "follow-champion",
        follow_champion,
        "let the MLflow alias name the model that serves, or the other way",
    )
    command(
        "tidy", tidy, "clear away runs and models beyond KEEP_RUNS and KEEP_MODELS; the clock does so daily"
    )
    command("init-tracking", init_tracking, "make the MLflow store, if there is none")
    command("rebuild", rebuild, "derive merchants and states anew from what was given and answered")
    verify = command("verify-bundle", verify_bundle, "load a model file and predict with it")
    verify.add_argument("file", type=Path)
    verify.add_argument("rows", type=Path, help="JSON list of transactions")
    return parser


def serve(container: Container, _: argparse.Namespace) -> int:
    from src.launcher import run

    return run(container.settings)


def clock(container: Container, _: argparse.Namespace) -> None:
    container.start_clock()
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    ended.wait()
    container.stop()


def train(container: Container, options: argparse.Namespace) -> int:
    return _report(_train_now(container, options.reason))


def train_claimed(container: Container, options: argparse.Namespace) -> int:
    run_id, holder, attempt = options.claimed
    claimed = replace(container.runs.get(run_id), attempt=int(attempt))
    return _report(children.train(container, claimed, holder=holder))


def _report(done: TrainingRun) -> int:
    print(_in_words(done))
    return 0 if done.status in (RunStatus.SUCCEEDED, RunStatus.SKIPPED) else 1


def _train_now(container: Container, reason: str) -> TrainingRun:
    now = datetime.now(UTC)
    container.database.ensure_indexes()
    asked = container.runs.request(trigger=Trigger.MANUAL, reason=reason, at=now)
    claimed = container.runs.claim(holder=container.holder, at=now)
    return (
        children.train(container, claimed, holder=container.holder)
        if claimed
        else _follow(container, asked.id)
    )


def _follow(container: Container, run_id: str) -> TrainingRun:
    """A clock was quicker and trains this run: wait for its end."""
    while (run := container.runs.get(run_id)).status in (RunStatus.QUEUED, RunStatus.RUNNING):
        time.sleep(1)
    return run


def _in_words(run: TrainingRun) -> str:
    told = run.decision.reason if run.decision else run.error or run.reason
    return f"{run.id}: {run.status.value}. {told}"


def reproduce(container: Container, options: argparse.Namespace) -> int:
    found = children.reproduce(
        container, options.run, lambda stage, share: print(f"{share:4.0%} {stage}", file=sys.stderr)
    )
    print("\n".join(found.sentences()))
    return 0 if found.same else 1


def bring_in(container: Container, options: argparse.Namespace) -> int:
    container.database.ensure_indexes()
    content = options.file.read_bytes()
    changes: dict[str, object] = dict(each.partition("=")[::2] for each in options.answer)
    if options.profile:
        changes = {**_of_profile(container, options.profile), **changes}
    if options.labels:
        changes["take_categories"] = True
    looked = container.intake.look(content, changes)
    seen = looked.preview
    print(_of_preview(seen))
    if options.dry_run or seen.questions:
        return 1 if seen.questions else 0
    kept = container.intake.keep(content, looked, name=options.file.name)
    return _work_off(container, container.intake.begin(kept.id))


def demo(container: Container, _: argparse.Namespace) -> int:
    container.database.ensure_indexes()
    return _work_off(container, container.intake.demo())


def _work_off(container: Container, begun: Import) -> int:
    _bound(container)
    claimed = container.imports.claim(holder=container.holder)
    while claimed:  # this one, and those that waited before it
        children.work_off(container, claimed, holder=container.holder)
        claimed = container.imports.claim(holder=container.holder)
    while (done := container.imports.get(begun.id)).status in IMPORT_UNDER_WAY:  # a clock was quicker
        time.sleep(0.5)
    counts = done.counts
    print(
        f"{done.name}, {done.status.value}: {counts.added} added, {counts.known} known before, "
        f"{counts.deleted} deleted before, "
        f"{counts.rejected} rejected, {counts.left_out} left out. {done.error or ''}".rstrip()
    )
    return 0 if done.status is ImportStatus.DONE else 1


def _of_profile(container: Container, name: str) -> dict[str, object]:
    plan = container.import_profiles.named(name).plan
    return {part: value for part, value in plan.items() if value is not None and part != "open"}


def _of_preview(seen: Preview) -> str:
    lines = [f"{seen.detected}: {seen.entry_count} transactions, {seen.rejected_count} rejected, "]
    lines[0] += f"{seen.left_out_count} left out"
    lines += [
        f"  {each.date} {each.direction.value:8} {each.amount:>12} {each.currency}  {each.description[:60]}"
        for each in seen.entries[:5]
    ]
    for question in seen.questions:
        lines.append(f"{question.text} Answer with --answer {question.key}=VALUE")
        lines += [f"  {each.value}: {each.label}. {each.example}" for each in question.choices]
    return "\n".join(lines)


def run_claimed_import(container: Container, options: argparse.Namespace) -> None:
    import_id, holder, attempt = options.claimed
    # A file makes many small things that live for a moment: looking through all of them costs a third more.
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
    _bound(container)
    children.work_off(
        container, replace(container.imports.get(import_id), attempt=int(attempt)), holder=holder
    )


def _bound(container: Container) -> None:
    """An import has, beside what reading its file may take, the model, the driver and its threads."""
    bound_process(container.reading_memory + _BESIDE_READING, int(container.settings.train_timeout_s))


def follow_champion(container: Container, _: argparse.Namespace) -> None:
    children.settle_alias(container)


def tidy(container: Container, _: argparse.Namespace) -> None:
    print(children.tidy(container, datetime.now(UTC)).sentence())


def init_tracking(container: Container, _: argparse.Namespace) -> None:
    container.tracking.initialise()


def rebuild(container: Container, _: argparse.Namespace) -> None:
    from src.pipeline.prediction.predict import prepare

    print(f"{container.transactions.rebuild(prepare)} transactions were rebuilt.")


def verify_bundle(container: Container, options: argparse.Namespace) -> None:
    from src.services.models.bundle_check import verify

    answers = verify(
        options.file, options.rows.read_text(), lambda *bundle: container.serve("", *bundle).scorer
    )
    print(json.dumps(answers))


if __name__ == "__main__":
    sys.exit(main())
