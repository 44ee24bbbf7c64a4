"""The training pipeline: from labelled transactions to a verdict, and to the pointer where it is good.

It reads in the order in which it runs: ingestion, validation, transformation, splitting, weights, search,
bands, evaluation, load-and-predict check, registration, promotion.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace

from src.components.bands import Bands
from src.components.contradictions import Contradictions
from src.components.ingestion import Ingestion, snapshot
from src.components.moves import Moves
from src.components.opinion import doubts_of, lexicon_text
from src.components.probe import EXAMPLES, Probe, model_fields
from src.components.promotion import Promotion
from src.components.search import Search, SearchResult
from src.components.splitting import Splitting
from src.components.spoken import count, percent
from src.components.statements import StatementWriter
from src.components.transformation import Transformation
from src.components.validation import Validation
from src.components.weights import SampleWeights
from src.domain.models import Bundle, Pointer
from src.domain.promotions import Figures
from src.domain.verdicts import Outcome, Verdict
from src.errors import Conflict, Pinned, Unavailable
from src.pipeline.alias import follow
from src.pipeline.case import case_of
from src.pipeline.judging import Judging, probabilities_of
from src.pipeline.novelty import Standing, is_idle, made_of
from src.pipeline.ports import (
    Bundles,
    Check,
    Checked,
    Claimed,
    Clock,
    Labels,
    Lexicon,
    Record,
    RunRecord,
    Store,
    WhatChanged,
)
from src.pipeline.second_looks import Marks, to_learn_from
from src.pipeline.settling import pinned, refuse, unless_pinned
from src.pipeline.stages import Champion, Prepared, Trained
from src.pipeline.written import in_short, settings_of, write_data, write_model, write_verdict

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Steps:
    """The components with their settings, in the order in which they run."""

    statements: StatementWriter = field(default_factory=StatementWriter)
    contradictions: Contradictions = field(default_factory=Contradictions)
    moves: Moves = field(default_factory=Moves)
    ingestion: Ingestion = field(default_factory=Ingestion)
    validation: Validation = field(default_factory=Validation)
    transformation: Transformation = field(default_factory=Transformation)
    splitting: Splitting = field(default_factory=Splitting)
    weights: SampleWeights = field(default_factory=SampleWeights)
    search: Search = field(default_factory=Search)
    judging: Judging = field(default_factory=Judging)
    probe: Probe = field(default_factory=Probe)
    promotion: Promotion = field(default_factory=Promotion)


class TrainingPipeline:
    """One run from start to end. It may be killed anywhere: the pointer flips last, and at most once."""

    def __init__(
        self,
        *,
        labels: Labels,
        lexicon: Lexicon,
        store: Store,
        record: Record,
        bundles: Bundles,
        check: Check,
        clock: Clock,
        steps: Steps | None = None,
        changes: WhatChanged | None = None,
        standing: Standing | None = None,
        doubts: Marks | None = None,
    ) -> None:
        """standing: names what there is to learn from; without it no run is ever skipped.

        doubts: where answers are marked that a person should look at again; None sets none aside.
        """
        self._labels = labels
        self._lexicon = lexicon
        self._store = store
        self._record = record
        self._bundles = bundles
        self._check = check
        self._clock = clock
        self._steps = steps or Steps()
        self._changes = changes
        self._standing = standing
        self._doubts = doubts

    def run(self, claimed: Claimed) -> Verdict | None:
        """Train, judge, and promote if the verdict says so; None where a slot brings nothing new.

        Raises NotEnoughData, Unavailable, LeaseLost; the caller writes the failure down.
        """
        pointer = self._store.champion()
        if pointer and pointer.run_id == claimed.run.id and claimed.run.decision:
            return self._finish(claimed, pointer, claimed.run.decision)
        standing = self._standing.sha256() if self._standing else ""  # before the labels are read
        data = self._prepare(claimed)
        made = made_of(data, self._steps, self._standing.code if self._standing else "")
        claimed.record(inputs=made, standing=standing)
        if is_idle(claimed, made, has_champion=pointer is not None):
            claimed.skip(at=self._clock())
            return None
        with self._record.start(claimed.run) as written:
            claimed.record(mlflow_run_id=written.run_id)
            written.document(settings_of(self._steps), "settings.json")
            written.tags({"lexicon.sha256": self._lexicon.sha256})
            write_data(written, data)
            trained = self._train(claimed, data)
            write_model(written, trained)
            verdict = self._judge(claimed, data, trained, pointer, written)
        claimed.succeed(at=self._clock())
        return verdict

    def repeat(self, claimed: Claimed, written: RunRecord) -> None:
        """Prepare and train as `run` does, and no more: nothing is judged, registered or promoted."""
        data = self._prepare(claimed)
        write_data(written, data)
        write_model(written, self._train(claimed, data))

    def _finish(self, claimed: Claimed, pointer: Pointer, verdict: Verdict) -> Verdict:
        """An earlier attempt was killed after the pointer had flipped: only the small things are left."""
        self._let_the_alias_follow(pointer.version)
        with suppress(Unavailable):
            self._record.close_stale("FINISHED")
        self._tell_what_changed(claimed, pointer.version)
        claimed.succeed(at=self._clock())
        return verdict

    def _prepare(self, claimed: Claimed) -> Prepared:
        steps = self._steps
        claimed.progress("data_ingestion", 0.02)
        shipped = steps.statements.write(self._lexicon.entries(), self._lexicon.habits())
        labelled, doubted = to_learn_from(
            self._labels, steps.contradictions, steps.moves, self._doubts, at=self._clock()
        )
        gathered = steps.ingestion.gather(labelled, shipped)
        named = snapshot(gathered, self._lexicon.sha256)
        claimed.progress("data_validation", 0.05)
        checked = steps.validation.check(gathered)
        claimed.progress("data_transformation", 0.08)
        rows = steps.transformation.prepare(checked.rows)
        data = Prepared(rows, steps.splitting.split(rows), named, checked.set_aside | doubted)
        claimed.record(data={"rows": len(rows), "feedback_rows": len(data.yours), "sha256": named.sha256})
        return data

    def _train(self, claimed: Claimed, data: Prepared) -> Trained:
        steps, split = self._steps, data.split
        claimed.progress("model_trainer", 0.1)
        # Recency counts back from the newest label, not from today: the same data makes the same model.
        weights = steps.weights.compute(
            data.training,
            data.labelled_until or claimed.run.requested_at,
            habits=self._lexicon.habits(),
        )
        # The lexicon's own rows cannot tell which candidate suits a person: then the best guess does.
        search = steps.search if split.scored_by_person else steps.search.best_guess()
        result = search.run(
            data.training,
            weights,
            split.folds,
            split.scored,
            lambda done: claimed.progress("model_trainer", 0.1 + 0.68 * done),
            subjects=split.subjects,
            lexicon=lexicon_text(self._lexicon.entries()),
            doubts={} if split.scored_by_person else doubts_of(self._agreement()),
        )
        claimed.progress("model_evaluation", 0.8)
        trained = self._evaluate(data, result)
        claimed.record(metrics=trained.metrics)
        return trained

    def _agreement(self) -> dict[str, float]:
        """Which matters while too few answers tell how this person calls things."""
        return {category: habit.agreement for category, habit in self._lexicon.habits().items()}

    def _evaluate(self, data: Prepared, result: SearchResult) -> Trained:
        judging, split, best = self._steps.judging, data.split, result.best
        held_out = judging.held_out(
            data.judging, data.training, probabilities_of(result.model, data.judging), result.classes
        )
        unseen = judging.out_of_fold(
            data.training, split.folds, split.subjects, split.scored, best.out_of_fold, result.classes
        )
        # The bands are chosen on out-of-fold rows, so the hold-out has no part in anything it judges.
        confidence = best.out_of_fold[split.scored].max(axis=1)
        correct = unseen.answers == unseen.rows["category"].to_numpy(object)
        # How the lexicon's rows fare by category says little of how a person's do.
        answers = unseen.answers if split.scored_by_person else None
        bands = Bands.fit(confidence, correct, answers, result.judges[split.scored])
        return Trained(result, bands, held_out, unseen, enough=self._steps.promotion.min_rows)

    def _judge(
        self, claimed: Claimed, data: Prepared, trained: Trained, pointer: Pointer | None, written: RunRecord
    ) -> Verdict:
        bundle = self._bundles.dumps(self._bundle(claimed, data, trained))
        checked = self._try(bundle, data, trained)
        claimed.progress("model_promotion", 0.92)
        version = self._register(claimed, trained, written)
        champion, trouble = self._champion(pointer, data)
        case = case_of(data, trained, champion, checked, self._steps.judging, version)
        verdict = self._steps.promotion.decide(replace(case, notes=(*trouble, *case.notes)))
        verdict = unless_pinned(self._store, verdict)
        if verdict.outcome is not Outcome.BROKEN:
            self._keep(bundle, claimed, trained, version, written)
        self._tell(written, verdict, trained, version, checked)
        settled = self._settle(claimed, verdict, version, pointer)
        if settled.promoted != verdict.promoted:  # it was told before it was carried out, which then failed
            with suppress(Unavailable):
                self._tell(written, settled, trained, version, checked)
        return settled

    def _tell(
        self, written: RunRecord, verdict: Verdict, trained: Trained, version: str, checked: Checked
    ) -> None:
        write_verdict(written, verdict, version, checked)
        self._record.tag_version(
            version, {"verdict": verdict.outcome.value, "promoted": str(verdict.promoted).lower()}
        )
        self._record.describe_version(version, f"{in_short(verdict).capitalize()}. {_figures(trained)}")

    def _bundle(self, claimed: Claimed, data: Prepared, trained: Trained) -> Bundle:
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
        }
        return Bundle(trained.result.model, trained.bands.to_dict(), about)

    def _try(self, bundle: bytes, data: Prepared, trained: Trained) -> Checked:
        """In a fresh process, on transactions of the person where there are any."""
        transactions = self._steps.probe.transactions(data.yours if len(data.yours) else data.rows)
        expected = probabilities_of(trained.result.model, model_fields(transactions))
        return self._check.run(bundle, transactions, list(trained.result.classes), expected)

    def _register(self, claimed: Claimed, trained: Trained, written: RunRecord) -> str:
        version = self._record.register(
            written.model(trained.result.model, model_fields(EXAMPLES), self._bundles.TRUSTED),
            after=max((int(one.version) for one in self._store.versions()), default=0),
            mlflow_run_id=written.run_id,
            description=_figures(trained),
            tags={"ledgerloop.run": claimed.run.id},
        )
        self._record.set_alias("challenger", version)
        return version

    def _champion(self, pointer: Pointer | None, data: Prepared) -> tuple[Champion | None, tuple[str, ...]]:
        """What serves, and a note where it does not load: such a champion stands in nobody's way."""
        if pointer is None:
            return None, ()
        file = self._store.load(pointer.version)
        try:
            champion = Champion(pointer, self._bundles.loads(file, pointer.sha256))
            champion.answers(data.rows.head(1))
        except Unavailable:
            raise
        except Exception:
            log.exception("champion not loaded for judging", extra={"version": pointer.version})
            return None, (f"The champion, version {pointer.version}, could not be loaded by this code.",)
        return champion, ()

    def _keep(
        self, bundle: bytes, claimed: Claimed, trained: Trained, version: str, written: RunRecord
    ) -> None:
        self._store.keep(
            bundle,
            version=version,
            run_id=claimed.run.id,
            mlflow_run_id=written.run_id,
            metrics=trained.metrics,
            at=self._clock(),
        )

    def _settle(self, claimed: Claimed, verdict: Verdict, version: str, pointer: Pointer | None) -> Verdict:
        """Write the verdict down, then carry it out. Both writes before the flip are fenced by the lease."""
        claimed.decide(verdict)
        if not verdict.promoted:
            return self._refuse(claimed, verdict, version)
        claimed.progress("model_promotion", 0.97)
        try:
            self._store.promote(
                version,
                by="training",
                reason=verdict.reason,
                at=self._clock(),
                expected_revision=pointer.revision if pointer else 0,
                unless_pinned=True,
                figures=Figures.of(verdict),
            )
        except Conflict as conflict:
            kept = pinned(verdict, conflict.version) if isinstance(conflict, Pinned) else _overtaken(verdict)
            claimed.decide(kept)
            return self._refuse(claimed, kept, version, overtaken=True)
        self._let_the_alias_follow(version)
        self._tell_what_changed(claimed, version)
        return verdict

    def _refuse(
        self, claimed: Claimed, verdict: Verdict, version: str, *, overtaken: bool = False
    ) -> Verdict:
        if overtaken or verdict.outcome is Outcome.PINNED:
            claimed.record(inputs={}, standing="")  # so that the next slot is not skipped as a repetition
        return refuse(self._store, claimed.run, verdict, version, at=self._clock())

    def _tell_what_changed(self, claimed: Claimed, version: str) -> None:
        """For the run's page. The model serves by now, and nothing here makes the run fail."""
        if self._changes is None or claimed.run.changes is not None:
            return
        try:
            changes = self._changes.promoted(version, at=self._clock())
            if changes is not None:
                claimed.changed(changes)
        except Exception:
            log.exception("changes not told", extra={"version": version})

    def _let_the_alias_follow(self, version: str) -> None:
        """What serves has changed already; a registry that is away only makes the alias late."""
        try:
            follow(self._store, self._record)
        except Unavailable:
            log.warning("alias not moved; the clock will do it", extra={"version": version})


def _figures(trained: Trained) -> str:
    scores, best = trained.judged.report.scores, trained.result.best
    return (
        f"Accuracy {percent(scores.accuracy, 1)}, macro-F1 {scores.macro_f1:.3f} "
        f"on {count(scores.rows)} rows that did not train it; {best.name}."
    )


def _overtaken(verdict: Verdict) -> Verdict:
    reason = (
        "Another model was promoted while this one was judged against its predecessor; the next run will "
        f"judge against that one. The verdict had been: {verdict.reason}"
    )
    return replace(verdict, promoted=False, outcome=Outcome.NOT_BETTER, reason=reason)
