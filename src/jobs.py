"""The scheduled jobs: each claims its work in MongoDB first, so that one process does it.

Training, imports, analyses, the alias sync and retention run in child processes; what a child does is in
`commands.py`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from src.services.digest.channels import work_of
from src.services.scheduler.alias_watch import AliasWatch
from src.services.scheduler.child_process import (
    ANALYSE_CLAIMED,
    APPLY_RETENTION,
    DELIVER,
    ERASE_TRACKING,
    RUN_IMPORT,
    SYNC_ALIAS,
    TRAIN_CLAIMED,
)
from src.services.scheduler.scheduler import ANALYSIS, BULK, COUNT, DELIVERY, IMPORT, INDEX, RUN, WAITING

if TYPE_CHECKING:
    from src.container import Container
    from src.domain.feed import Channel

log = logging.getLogger(__name__)

_ANALYSIS_EVERY_S = 10
"""Between two checks whether the ledger is to be analysed."""


class Jobs:
    """`trainer`, `importer` and `analyser` run one child process each at a time."""

    def __init__(self, container: Container) -> None:
        self._services = container
        self._analysis_checked_at = float("-inf")
        sync = partial(container.trainer.run, SYNC_ALIAS)
        self._alias_watch = AliasWatch(container.settings.tracking_uri, container.models.alias, sync)

    @property
    def by_kind(self) -> dict[str, Callable[[], None]]:
        """What to do for each kind of pending work."""
        outbound = self._services.firefly_outbound
        deliver = {DELIVERY: outbound.deliver_due} if outbound else {}
        return {
            RUN: self.train,
            IMPORT: self.run_import,
            BULK: self.change_many,
            WAITING: self.predict_waiting,
            COUNT: self.count,
            INDEX: self.index,
            ANALYSIS: self.analyse,
            **deliver,
            **{
                work_of(channel): partial(self.deliver, channel) for channel in self._services.feed.configured
            },
        }

    def pending(self) -> Collection[str]:
        """The kinds of work that wait. Raises Unavailable."""
        kinds = self._services.pending_work.kinds()
        if IMPORT in kinds:
            kinds -= {COUNT, ANALYSIS, INDEX}  # what is imported is counted and analysed once, at the end
        elif self._analysis_is_due():
            kinds |= {ANALYSIS}
        # An answer given on Ledgerloop's own pages is only found by delivering, so that is always due.
        return kinds | {DELIVERY} if self._services.firefly_outbound else kinds

    def _analysis_is_due(self) -> bool:
        if time.monotonic() - self._analysis_checked_at < _ANALYSIS_EVERY_S:
            return False
        self._analysis_checked_at = time.monotonic()
        return self._services.analysis_state.is_due()

    def open_slot(self, slot: datetime) -> bool:
        """Queue the run of `slot`, or record that it needs none; False if that must be tried again."""
        return self._services.slots.open(slot)

    def train(self) -> None:
        """Claim the queued run and train it in a child process; return when that has ended."""
        runs, trainer, holder = self._services.runs, self._services.trainer, self._services.holder
        run = runs.claim(holder=holder, at=self._services.now())
        if run is None:
            return
        about = {"run": run.id, "attempt": run.attempt}
        log.info("training starts", extra=about)
        trainer.run(TRAIN_CLAIMED, run.id, holder, run.attempt)
        if runs.release(run.id, holder=holder, attempt=run.attempt, counts=not trainer.stopped):
            log.warning("training ended before it was done", extra=about)
        self._services.analysis_state.request_training()

    def run_import(self) -> None:
        """Claim the oldest import and run it in a child process. Imports wait for the first model."""
        imports, importer, holder = self._services.imports, self._services.importer, self._services.holder
        if self._services.models.champion() is None:
            return
        claimed = imports.claim(holder=holder)
        if claimed is None:
            return
        # The lease is renewed here too, because the child needs a moment to start.
        with imports.keep_lease(claimed.id, holder, claimed.attempt):
            importer.run(RUN_IMPORT, claimed.id, holder, claimed.attempt)
        counts = not importer.stopped
        if imports.release(claimed.id, holder=holder, attempt=claimed.attempt, counts=counts):
            log.warning("import ended before it was done", extra={"import": claimed.id})
        self._services.analysis_state.hurry()

    def change_many(self) -> None:
        """Continue the bulk changes that nobody works on, because a page queued them or a process ended."""
        while self._services.background_bulk_changes.run_next():
            continue

    def deliver(self, channel: Channel) -> None:
        """Send what waits for a channel of the feed, in a child process that can write the sentences."""
        self._services.deliverer.run(DELIVER, channel.value)

    def count(self) -> None:
        """Bring the month totals up to date, where no answer to a request did."""
        self._services.month_totals.refresh()

    def index(self) -> None:
        """Store the words of texts that were added or changed, for the search."""
        self._services.search_index.refresh()

    def predict_waiting(self) -> None:
        """Predict what was added before there was a model. It waits for the first model, as imports do."""
        if self._services.models.champion() is not None:
            self._services.first_predictions.run()

    def analyse(self) -> None:
        """Claim the analysis of the ledger and do it in a child process, unless none is due or it waits."""
        state, analyser, holder = (
            self._services.analysis_state,
            self._services.analyser,
            self._services.holder,
        )
        attempt = state.claim(holder=holder)
        if attempt is None:
            return
        analyser.run(ANALYSE_CLAIMED, holder, attempt)
        if state.release(holder, attempt):
            log.warning("analysis ended before it was done")

    def sync_alias(self) -> None:
        """Let a child process sync the MLflow alias with the champion, but not while a run trains.

        The first training is not held up either: it logs the starter itself.
        """
        services = self._services
        if pointer := services.models.champion():
            self._alias_watch.sync_if_needed(
                pointer,
                allowed=lambda: (
                    services.runs.current() is None
                    and (not pointer.is_starter or bool(services.runs.newest(1)))
                ),
            )

    def maintain(self) -> None:
        """Every ten minutes: erasure, retention (once a day), uploads, unfinished acts, transfers, drift."""
        services = self._services
        services.erase_everything.resume_unfinished(at=services.now())
        if services.runs.current() is None:
            if services.erasure.pending_since():
                services.trainer.run(ERASE_TRACKING)
            if services.retention.claim_turn(services.now()):
                services.trainer.run(APPLY_RETENTION)
        services.imports.delete_old_files()
        services.background_feedback.resume_unfinished(at=services.now())
        services.background_bulk_changes.finish_abandoned(at=services.now())
        services.background_merchant_editor.resume_unfinished(at=services.now())
        services.background_rule_application.resume_unfinished(at=services.now())
        services.account_editor.resume_unfinished(at=services.now())
        services.category_editor.settle(at=services.now())
        services.link_matching.maintain()
        services.feed.queue(at=services.now())
        if run := services.drift.start_early():
            log.info("training starts early", extra={"run": run.id})

    def stop(self) -> None:
        """End the child processes; another scheduler continues their work."""
        self._services.trainer.stop()
        self._services.importer.stop()
        self._services.deliverer.stop()
        self._services.analyser.stop()
