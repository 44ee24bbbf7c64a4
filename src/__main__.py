"""The commands: `ledgerloop COMMAND`, or `python -m src COMMAND` in a checkout."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from src import __version__, commands, logs, training_commands
from src.config import IS_CHECKOUT, load_settings
from src.container import Container
from src.domain.feed import Channel
from src.errors import CannotStart, LedgerloopError
from src.services.scheduler.child_process import (
    ANALYSE_CLAIMED,
    APPLY_RETENTION,
    DELIVER,
    ERASE_TRACKING,
    RUN_IMPORT,
    SYNC_ALIAS,
    TRAIN_CLAIMED,
)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        logs.set_up(form=settings.log_format, level=settings.log_level)
        return int(options.command(Container(settings), options) or 0)
    except LedgerloopError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, CannotStart) else 1


def _parser() -> argparse.ArgumentParser:
    prog = "python -m src" if IS_CHECKOUT else "ledgerloop"
    parser = argparse.ArgumentParser(prog=prog, description="Ledgerloop's commands.")
    parser.add_argument("--version", action="version", version=f"ledgerloop {__version__}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, does: object, text: str) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name, help=text, description=text)
        sub.set_defaults(command=does)
        return sub

    command("serve", commands.serve, "start everything: database, pages, scheduler, MLflow UI")
    scheduler = "run the scheduler only: training every RETRAIN_EVERY_HOURS, imports, maintenance"
    command("clock", commands.run_scheduler, scheduler)
    train = command(
        "train",
        training_commands.train_now,
        "train now, and promote the model if it passes the promotion rule",
    )
    train.add_argument("--reason", default="from the command line")
    file = command("import", commands.import_file, "import a bank's file")
    file.add_argument("file", type=Path)
    file.add_argument("--profile", default="", help="read it with this saved profile")
    file.add_argument(
        "--answer", action="append", default=[], metavar="KEY=VALUE", help="answer a question of the preview"
    )
    file.add_argument("--labels", action="store_true", help="use the file's categories as your labels")
    file.add_argument("--dry-run", action="store_true", help="show the preview only")
    command("demo", commands.demo, "import a year of made-up transactions; undo the import to remove them")
    for name, does, text in (
        (RUN_IMPORT, commands.run_claimed_import, "run an import that a scheduler claimed"),
        (TRAIN_CLAIMED, training_commands.train_claimed, "run a training that a scheduler claimed"),
    ):
        command(name, does, text).add_argument("claimed", nargs=3)
    analyse = command("analyse", commands.analyse, "analyse the ledger now: unusual spending, forecast")
    analyse.add_argument("--train", action="store_true", help="let it learn anew first")
    claimed_analysis = command(ANALYSE_CLAIMED, commands.analyse_claimed, "analyse as a scheduler claimed")
    claimed_analysis.add_argument("claimed", nargs=2)
    deliver = command(DELIVER, commands.deliver, "send what of the feed waits for a channel (scheduled)")
    deliver.add_argument("channel", choices=list(Channel))
    again = command(
        "reproduce", training_commands.reproduce, "repeat a run from its snapshot and print the differences"
    )
    again.add_argument("run", help="the id of a training run, or of its MLflow run")
    command(SYNC_ALIAS, commands.sync_alias, "bring the MLflow alias and the champion into line")
    about = "delete runs and models beyond KEEP_RUNS and KEEP_MODELS (scheduled daily)"
    command(APPLY_RETENTION, commands.retention, about)
    erase = "delete the MLflow runs and versions from before everything was erased (scheduled)"
    command(ERASE_TRACKING, commands.erase_tracking, erase)
    command("init-tracking", commands.init_tracking, "create the MLflow store if there is none")
    command("rebuild", commands.rebuild, "compute all that is derived from inputs and answers again")
    command("build-starter", training_commands.build_starter, "train the model that Ledgerloop ships with")
    verify = command(
        "verify-bundle", commands.verify_bundle, "load a model file and predict with it; used by training"
    )
    verify.add_argument("file", type=Path)
    verify.add_argument("rows", type=Path, help="JSON list of transactions")
    return parser


if __name__ == "__main__":
    sys.exit(main())
