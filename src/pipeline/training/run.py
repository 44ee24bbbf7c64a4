"""The training pipeline: from labelled transactions to a verdict, and to a promotion if it says so.

Its stages, in order: ingestion, validation, transformation, splitting, weights, search, bands, evaluation
(all in `fit.py`), load-and-predict check, registration, verdict, promotion (in `promote.py`).
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from src.components.evaluation.metrics import probabilities_of
from src.components.model.smoke_transactions import EXAMPLES, model_fields
from src.components.promotion.rule import Evidence
from src.domain.models import Bundle, Pointer
from src.domain.verdicts import Automation, Code, JudgedOn, Outcome, Scores, Verdict, Why, because, reasons_of
from src.errors import Unavailable
from src.pipeline.training.earlier_versions import EarlierVersions
from src.pipeline.training.fit import ModelFitting
from src.pipeline.training.input_fingerprint import fingerprint_inputs, is_idle
from src.pipeline.training.mlflow_log import (
    log_data,
    log_model,
    log_verdict,
    settings_of,
    short_outcome,
    version_description,
)
from src.pipeline.training.optional_mlflow_log import OptionalTracking
from src.pipeline.training.ports import (
    ActiveRun,
    BundleFormat,
    Clock,
    ExperimentTracker,
    Lexicon,
    LoadCheck,
    ModelStore,
    RunLogger,
)
from src.pipeline.training.promote import PromotionStep
from src.pipeline.training.promotion_evidence import automatic_answers, evidence_of, evidence_of_earlier
from src.pipeline.training.stages import ChampionModel, PreparedData, Steps, TrainedModel

if TYPE_CHECKING:
    from src.pipeline.monitoring.prediction_diff import PredictionDiffs
    from src.services.models.bundle_check import CheckReport
    from src.services.runs.data_fingerprint import DataFingerprint
    from src.services.transactions.possible_mistakes import PossibleMistakes
    from src.services.transactions.repository import Transactions

log = logging.getLogger(__name__)


class TrainingPipeline:
    """One run. It may be killed at any point: the pointer flips last, and at most once."""

    def __init__(
        self,
        *,
        labels: Transactions,
        lexicon: Lexicon,
        store: ModelStore,
        record: ExperimentTracker,
        bundles: BundleFormat,
        check: LoadCheck,
        clock: Clock,
        steps: Steps | None = None,
        prediction_diffs: PredictionDiffs | None = None,
        fingerprint: DataFingerprint | None = None,
        possible_mistakes: PossibleMistakes | None = None,
        unattended: PredictionDiffs | None = None,
        earlier: EarlierVersions | None = None,
    ) -> None:
        """fingerprint: of the data; without it no run is skipped.

        prediction_diffs: what a promotion changed; unattended: which unanswered transactions two versions
        categorize automatically; earlier: the earlier versions to compare with; possible_mistakes: marks
        answers, which are excluded. Without one of these its step is skipped.
        """
        self._steps = steps or Steps()
        self._fitting = ModelFitting(labels, lexicon, self._steps, clock, possible_mistakes)
        self._tracking = OptionalTracking(record)
        self._promotion = PromotionStep(store, self._tracking, clock, prediction_diffs)
        self._lexicon = lexicon
        self._store = store
        self._bundles = bundles
        self._check = check
        self._clock = clock
        self._fingerprint = fingerprint
        self._unattended = unattended
        self._earlier = earlier

    @property
    def logged(self) -> bool:
        """Whether MLflow answered throughout the last `run`."""
        return not self._tracking.away

    def run(self, claimed: ActiveRun) -> Verdict | None:
        """Train, judge, and promote if the verdict says so; None if a slot has nothing new.

        Raises NotEnoughData, Unavailable, LeaseLost; the caller records the failure.
        """
        pointer = self._store.champion()
        if pointer and pointer.run_id == claimed.run.id and claimed.run.decision:
            return self._finish(claimed, pointer, claimed.run.decision)
        fingerprint = self._fingerprint.sha256() if self._fingerprint else ""  # before the labels are read
        data = self._fitting.prepare(claimed)
        inputs = fingerprint_inputs(data, self._steps, self._fingerprint.code if self._fingerprint else "")
        claimed.record(inputs=inputs, standing=fingerprint)
        if is_idle(claimed, inputs, has_champion=pointer is not None):
            claimed.skip(at=self._clock())
            return None
        with self._tracking.start(claimed.run) as logger:
            if logger.run_id:
                claimed.record(mlflow_run_id=logger.run_id)
            logger.document(settings_of(self._steps), "settings.json")
            logger.tags({"lexicon.sha256": self._lexicon.sha256})
            log_data(logger, data)
            trained = self._fitting.train(claimed, data)
            log_model(logger, trained)
            verdict = self._judge(claimed, data, trained, pointer, logger)
        claimed.succeed(at=self._clock())
        return verdict

    def repeat(self, claimed: ActiveRun, logger: RunLogger) -> None:
        """Prepare and train as `run` does; judge, register and promote nothing."""
        data = self._fitting.prepare(claimed)
        log_data(logger, data)
        log_model(logger, self._fitting.train(claimed, data))

    def _finish(self, claimed: ActiveRun, pointer: Pointer, verdict: Verdict) -> Verdict:
        """Continue after the promotion: an earlier attempt was killed after the pointer had changed."""
        self._promotion.follow_up(claimed, pointer.version)
        with suppress(Unavailable):
            self._tracking.close_stale("FINISHED")
        claimed.succeed(at=self._clock())
        return verdict

    def _judge(
        self,
        claimed: ActiveRun,
        data: PreparedData,
        trained: TrainedModel,
        pointer: Pointer | None,
        logger: RunLogger,
    ) -> Verdict:
        bundle = self._bundles.dumps(self._bundle(claimed, data, trained))
        report = self._check_bundle(bundle, data, trained)
        claimed.progress("model_promotion", 0.92)
        version = self._register(claimed, trained, logger)
        champion, notes = self._load_champion(pointer, data)
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
        evidence = evidence_of(data, trained, champion, report, self._steps.judging, version)
        evidence = replace(evidence, notes=(*notes, *evidence.notes))
        evidence = self._with_automation(evidence, champion, version, data)
        if champion is not None:
            asked_for = claimed.rows_asked_for(champion.version, evidence.judged_on)
            evidence = replace(evidence, asked_for=asked_for)
        verdict, instead = self._promotion.unless_pinned(self._steps.promotion.decide(evidence)), None
        if verdict.promoted and champion is not None:
            verdict, instead = self._or_earlier(evidence, verdict, data, trained, champion)
        self._log_verdict(logger, verdict, trained, version, report)
        verdict = replace(verdict, notes=(*self._tracking.notes, *verdict.notes))
        applied = self._promotion.apply(claimed, verdict, version, pointer, instead)
        if applied is not verdict:  # the promotion failed after the verdict was logged
            self._log_verdict(logger, applied, trained, version, report)
        return applied

    def _or_earlier(
        self,
        evidence: Evidence,
        verdict: Verdict,
        data: PreparedData,
        trained: TrainedModel,
        champion: ChampionModel,
    ) -> tuple[Verdict, Verdict | None]:
        """The verdict on the challenger, and that on a better earlier version to promote instead.

        Only hold-out rows can judge earlier versions: the others may have trained them.
        """
        if self._earlier is None or evidence.judged_on is not JudgedOn.HOLDOUT or not len(evidence.truth):
            return verdict, None
        rule, evaluator, challenger = self._steps.promotion, self._steps.judging, evidence.challenger.scores
        classes = trained.result.classes
        ranked = self._earlier.ranked(data, champion, challenger.version or "", classes, evaluator)
        for earlier in ranked:
            if not rule.is_better(earlier.scores, challenger):
                break
            its_evidence = evidence_of_earlier(evidence, earlier.model, data, champion, evaluator)
            its_evidence = self._with_automation(its_evidence, champion, earlier.model.version, data)
            its_verdict = rule.decide(its_evidence)
            if its_verdict.promoted:
                return _replaced_by(earlier.scores, verdict, challenger, its_verdict), its_verdict
        if not ranked:
            return verdict, None
        best = ranked[0].scores
        figures = {"accuracy": best.accuracy, "macro_f1": best.macro_f1}
        note = because(Code.BEST_EARLIER, version=best.version, **figures)
        return replace(verdict, earlier=best, notes=(*verdict.notes, note)), None

    def _with_automation(
        self, evidence: Evidence, champion: ChampionModel | None, version: str, data: PreparedData
    ) -> Evidence:
        """Add each model's share of automatic predictions. An error becomes a note of the verdict."""
        if self._unattended is None or champion is None or evidence.fault:
            return evidence
        try:
            rows = self._unattended.automatic(champion.version, version)
            right, merchants = automatic_answers(champion, data.judging, rows.precision)
            automation = self._steps.automation.compare(rows, right, merchants)
        except Exception:
            log.exception("automation not compared", extra={"version": version})
            return replace(evidence, notes=(*evidence.notes, because(Code.AUTOMATION_NOT_COMPARED)))
        if automation is None:
            return evidence
        return replace(evidence, automation=automation, notes=(*evidence.notes, _automation_note(automation)))

    def _log_verdict(
        self,
        logger: RunLogger,
        verdict: Verdict,
        trained: TrainedModel,
        version: str,
        report: CheckReport,
    ) -> None:
        log_verdict(logger, verdict, version, report)
        self._tracking.tag_version(
            version, {"verdict": verdict.outcome.value, "promoted": str(verdict.promoted).lower()}
        )
        description = f"{short_outcome(verdict).capitalize()}. {version_description(trained)}"
        self._tracking.describe_version(version, description)

    def _bundle(self, claimed: ActiveRun, data: PreparedData, trained: TrainedModel) -> Bundle:
        until = data.labelled_until
        about = {
            "run_id": claimed.run.id,
            "trained_at": self._clock().isoformat(),
            "data_sha256": data.snapshot.sha256,
            "labels": len(data.learned),
            "labelled_until": until.isoformat() if until else None,
            "classes": list(trained.result.classes),
            "candidate": trained.result.best.name,
            "metrics": trained.metrics,
            "measured_on": trained.measured_on.value,
        }
        return Bundle(trained.result.model, trained.bands.to_dict(), about)

    def _check_bundle(self, bundle: bytes, data: PreparedData, trained: TrainedModel) -> CheckReport:
        """Check it in a fresh process, also on the person's transactions."""
        transactions = self._steps.probe.transactions(data.yours if len(data.yours) else data.rows)
        expected = probabilities_of(trained.result.model, model_fields(transactions))
        return self._check.run(bundle, transactions, list(trained.result.classes), expected)

    def _register(self, claimed: ActiveRun, trained: TrainedModel, logger: RunLogger) -> str:
        version = self._tracking.register(
            logger.model(trained.result.model, model_fields(EXAMPLES), self._bundles.TRUSTED),
            after=max((int(stored.version) for stored in self._store.versions()), default=0),
            mlflow_run_id=logger.run_id,
            description=version_description(trained),
            tags={"ledgerloop.run": claimed.run.id},
        )
        with suppress(Unavailable):  # the scheduler sets it later
            self._tracking.set_alias("challenger", version)
        return version

    def _load_champion(
        self, pointer: Pointer | None, data: PreparedData
    ) -> tuple[ChampionModel | None, tuple[Why, ...]]:
        """The champion, or a note that it does not load: then the challenger has none to beat."""
        if pointer is None:
            return None, ()
        file = self._store.load(pointer.version)
        try:
            champion = ChampionModel(pointer, self._bundles.loads(file, pointer.sha256))
            champion.answers(data.rows.head(1))
        except Unavailable:
            raise
        except Exception:
            log.exception("champion not loaded for judging", extra={"version": pointer.version})
            return None, (because(Code.CHAMPION_NOT_LOADED, version=pointer.version),)
        return champion, ()


def _replaced_by(earlier: Scores, verdict: Verdict, challenger: Scores, its_verdict: Verdict) -> Verdict:
    """The verdict on a challenger instead of which an earlier version is promoted."""
    why = because(
        Code.EARLIER_BETTER,
        version=earlier.version,
        rows=earlier.rows,
        judged_on=(verdict.judged_on or JudgedOn.HOLDOUT).value,
        accuracy=earlier.accuracy,
        macro_f1=earlier.macro_f1,
        challenger_accuracy=challenger.accuracy,
        challenger_macro_f1=challenger.macro_f1,
    )
    return replace(
        verdict,
        promoted=False,
        outcome=Outcome.EARLIER_BETTER,
        reason=(*why, *reasons_of(its_verdict.reason)),
        earlier=earlier,
        instead=earlier.version,
    )


def _automation_note(automation: Automation) -> Why:
    shares = {"champion": automation.champion, "challenger": automation.challenger}
    note = because(Code.AUTOMATION, rows=automation.rows, **shares)
    if automation.challenger < automation.champion and automation.imprecise:
        right = automation.right / automation.judged
        note += because(Code.AUTOMATION_IMPRECISE, judged=automation.judged, right=right)
    return note
