"""The training pipeline: from labelled transactions to a verdict, and to a promotion if it says so.

Its stages, in order: ingestion, validation, transformation, splitting, weights, search, bands, evaluation
(all in `fit.py`), load-and-predict check, registration, verdict (`judge.py`), promotion (`promote.py`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from src.components.evaluation.metrics import probabilities_of
from src.components.model.smoke_transactions import EXAMPLES, model_fields
from src.domain.models import Pointer
from src.domain.training_runs import Trigger
from src.domain.verdicts import Code, Verdict, Why, because
from src.errors import Unavailable
from src.pipeline.training.earlier_versions import EarlierVersions
from src.pipeline.training.fit import ModelFitting
from src.pipeline.training.judge import Judge
from src.pipeline.training.mlflow_log import (
    RunTexts,
    log_data,
    log_model,
    log_verdict,
    settings_of,
    short_outcome,
)
from src.pipeline.training.optional_mlflow_log import OptionalTracking
from src.pipeline.training.promote import PromotionStep
from src.pipeline.training.stages import (
    BundleFormat,
    PreparedData,
    Steps,
    StoredModel,
    TrainedModel,
    bundle_of,
)

if TYPE_CHECKING:
    from src.knowledge.lexicon_files import Knowledge
    from src.pipeline.monitoring.prediction_diff import PredictionDiffs
    from src.pipeline.registry.starter_log import StarterLog
    from src.services.mlflow.run_writer import RunWriter
    from src.services.mlflow.tracking import Tracking
    from src.services.models.load_and_predict_check import CheckReport, LoadAndPredictCheck
    from src.services.models.repository import Models
    from src.services.runs.data_fingerprint import DataFingerprint
    from src.services.runs.worker_lease import ClaimedRun
    from src.services.transactions.possible_mistakes import PossibleMistakes
    from src.services.transactions.repository import Transactions

log = logging.getLogger(__name__)


class TrainingPipeline:
    """One run. It may be killed at any point: the pointer flips last, and at most once."""

    def __init__(
        self,
        *,
        labels: Transactions,
        lexicon: Knowledge,
        store: Models,
        tracking: Tracking,
        bundles: BundleFormat,
        check: LoadAndPredictCheck,
        clock: Callable[[], datetime],
        texts: RunTexts,
        steps: Steps | None = None,
        prediction_diffs: PredictionDiffs | None = None,
        fingerprint: DataFingerprint | None = None,
        possible_mistakes: PossibleMistakes | None = None,
        ignored: Callable[[], Mapping[str, datetime]] = dict,
        earlier: EarlierVersions | None = None,
        starter_log: StarterLog | None = None,
        memory: int | None = None,
    ) -> None:
        """fingerprint: of the data; without it no run is skipped.

        prediction_diffs: compares two versions on unanswered transactions, for the verdict and after a
        promotion; earlier: the earlier versions to compare with; possible_mistakes: marks answers, which are
        excluded; starter_log: logs the starter, before MLflow gives its version number to another model.
        Without one of these its step is skipped. ignored: returns until when the answers for a merchant teach
        nothing. memory: how many bytes more the training may take; None is any number.
        """
        self._steps = steps or Steps()
        self._fitting = ModelFitting(labels, lexicon, self._steps, clock, possible_mistakes, ignored, memory)
        self._tracking = OptionalTracking(tracking)
        self._promotion = PromotionStep(store, self._tracking, clock, prediction_diffs)
        self._lexicon = lexicon
        self._store = store
        self._bundles = bundles
        self._check = check
        self._clock = clock
        self._texts = texts
        self._prediction_diffs = prediction_diffs
        self._fingerprint = fingerprint
        self._earlier = earlier
        self._starter_log = starter_log

    @property
    def logged(self) -> bool:
        """Whether MLflow answered throughout the last `run`."""
        return not self._tracking.away

    def run(self, claimed: ClaimedRun) -> Verdict | None:
        """Train, judge, and promote if the verdict says so; None if a slot has nothing new.

        Raises NotEnoughData, Unavailable, LeaseLost; the caller records the failure.
        """
        pointer = self._store.champion()
        if pointer and pointer.run_id == claimed.run.id and claimed.run.decision:
            return self._finish(claimed, pointer, claimed.run.decision)
        data = self._prepare(claimed, pointer)
        if data is None:
            claimed.skip(at=self._clock())
            return None
        reason, starter_log = self._texts.reason(claimed.run), self._starter_log
        log_first = starter_log.run if starter_log else None
        with self._tracking.start(claimed.run, reason, first=log_first) as logger:
            trained = self._train(claimed, data, logger)
            champion, notes = self._load_champion(pointer, data)
            version, report = self._check_and_keep(claimed, data, trained, logger)
            judge = Judge(self._steps, data, trained, champion, self._prediction_diffs, self._earlier)
            evidence = judge.evidence(version, report, notes, claimed.rows_asked_for)
            verdict, instead = judge.verdict(evidence, self._promotion.unless_pinned)
            self._log_verdict(logger, verdict, trained, version, report)
            verdict = replace(
                verdict, notes=(*self._tracking.notes, *self._steps.search.evaluate.notes, *verdict.notes)
            )
            applied = self._promotion.apply(claimed, verdict, version, pointer, instead)
            if applied is not verdict:  # the promotion failed after the verdict was logged
                self._log_verdict(logger, applied, trained, version, report)
        claimed.succeed(at=self._clock())
        return applied

    def _finish(self, claimed: ClaimedRun, pointer: Pointer, verdict: Verdict) -> Verdict:
        """Continue after the promotion: an earlier attempt was killed after the pointer had changed."""
        self._promotion.follow_up(claimed, pointer.version)
        with suppress(Unavailable):
            self._tracking.required.close_stale("FINISHED")
        claimed.succeed(at=self._clock())
        return verdict

    def _prepare(self, claimed: ClaimedRun, pointer: Pointer | None) -> PreparedData | None:
        """The rows; None if a scheduled run would only repeat the newest one. Other runs always continue."""
        fingerprint = self._fingerprint.sha256() if self._fingerprint else ""  # before the labels are read
        data = self._fitting.prepare(claimed)
        settings = json.dumps(settings_of(self._steps), sort_keys=True, default=str)
        inputs = {
            "data": data.snapshot.sha256,
            "rows": data.rows_sha256,
            "settings": sha256(settings.encode()).hexdigest(),
            "code": self._fingerprint.code if self._fingerprint else "",
        }  # runs with equal hashes make the same model
        claimed.record(inputs=inputs, standing=fingerprint)
        may_skip = claimed.run.trigger is Trigger.SCHEDULE and pointer is not None and inputs["code"]
        return None if may_skip and claimed.last_inputs() == inputs else data

    def _train(self, claimed: ClaimedRun, data: PreparedData, logger: RunWriter) -> TrainedModel:
        if logger.run_id:
            claimed.record(mlflow_run_id=logger.run_id)
        logger.document(settings_of(self._steps), "settings.json")
        logger.tags({"lexicon.sha256": self._lexicon.sha256})
        log_data(logger, data)
        trained = self._fitting.train(claimed, data)
        log_model(logger, trained)
        return trained

    def _load_champion(
        self, pointer: Pointer | None, data: PreparedData
    ) -> tuple[StoredModel | None, tuple[Why, ...]]:
        """The champion, or a note why the challenger has none to beat: it does not load, or it is the starter
        and no label could show a difference."""
        if pointer is None:
            return None, ()
        if pointer.is_starter and not len(data.yours):
            return None, (because(Code.STARTER_NOT_COMPARED, version=pointer.version),)
        file = self._store.load(pointer.version)
        try:
            champion = StoredModel(pointer.version, self._bundles.loads(file, pointer.sha256))
            champion.answers(data.rows.head(1))
        except Unavailable:
            raise
        except Exception:
            log.exception("champion not loaded for judging", extra={"version": pointer.version})
            return None, (because(Code.CHAMPION_NOT_LOADED, version=pointer.version),)
        return champion, ()

    def _check_and_keep(
        self, claimed: ClaimedRun, data: PreparedData, trained: TrainedModel, logger: RunWriter
    ) -> tuple[str, CheckReport]:
        """Check the bundle in a fresh process, also on the person's transactions; register and store it."""
        made = bundle_of(data, trained, run_id=claimed.run.id, trained_at=self._clock())
        bundle = self._bundles.dumps(made)
        transactions = self._steps.probe.transactions(data.yours if len(data.yours) else data.rows)
        expected = probabilities_of(trained.result.model, model_fields(transactions))
        report = self._check.run(bundle, transactions, list(trained.result.classes), expected)
        claimed.progress("model_promotion", 0.92)
        version = self._tracking.register(
            logger.model(trained.result.model, model_fields(EXAMPLES), self._bundles.TRUSTED),
            after=max((int(stored.version) for stored in self._store.versions()), default=0),
            mlflow_run_id=logger.run_id,
            description=self._version_text(trained),
            tags={"ledgerloop.run": claimed.run.id},
        )
        with suppress(Unavailable):  # the scheduler sets it later
            self._tracking.required.set_alias("challenger", version)
        if not report.fault:
            self._store.keep(
                bundle,
                version=version,
                run_id=claimed.run.id,
                mlflow_run_id=logger.run_id,
                metrics=trained.metrics,
                measured_on=trained.measured_on,
                at=self._clock(),
            )
        return version, report

    def _log_verdict(
        self, logger: RunWriter, verdict: Verdict, trained: TrainedModel, version: str, report: CheckReport
    ) -> None:
        log_verdict(logger, verdict, self._texts.verdict(verdict), version, report)
        description = f"{short_outcome(verdict).capitalize()}. {self._version_text(trained)}"
        tags = {"verdict": verdict.outcome.value, "promoted": str(verdict.promoted).lower()}
        self._tracking.describe_version(version, description, tags)

    def _version_text(self, trained: TrainedModel) -> str:
        return self._texts.version(trained.judged.scores, trained.measured_on, trained.result.best.name)
