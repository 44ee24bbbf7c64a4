"""The training pipeline: from labelled transactions to a verdict, and to the pointer where it is good.

It runs in this order: ingestion, validation, transformation, splitting, weights, search, bands, evaluation
(all in `learning`), load-and-predict check, registration, verdict, promotion (in `settling`).
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace

from src.components.evaluation.answers import probabilities_of
from src.components.model.smoke_transactions import EXAMPLES, model_fields
from src.components.promotion import wording
from src.components.promotion.evidence import Case
from src.components.text.numbers import count, percent
from src.domain.models import Bundle, Pointer
from src.domain.verdicts import JudgedOn, Outcome, Verdict
from src.errors import Unavailable
from src.pipeline.feedback.label_review import Marks
from src.pipeline.training.earlier_versions import EarlierVersions
from src.pipeline.training.fit import Learning
from src.pipeline.training.input_fingerprint import Standing, is_idle, made_of
from src.pipeline.training.mlflow_log import in_short, settings_of, write_data, write_model, write_verdict
from src.pipeline.training.optional_mlflow_log import OptionalRecord
from src.pipeline.training.ports import (
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
    Unattended,
    WhatChanged,
)
from src.pipeline.training.promote import Settling
from src.pipeline.training.promotion_evidence import ROWS, automatic_answers, case_of, case_of_earlier
from src.pipeline.training.stages import Champion, Prepared, Trained
from src.pipeline.training.steps import Steps

log = logging.getLogger(__name__)


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
        unattended: Unattended | None = None,
        earlier: EarlierVersions | None = None,
    ) -> None:
        """standing: names what there is to learn from; without it no run is ever skipped.

        unattended: asks two versions about unanswered transactions; without it automation is not judged.

        earlier: the versions a new one is compared with beside the champion; None compares it with none.

        doubts: where answers are marked that a person should look at again; None sets none aside.
        """
        self._steps = steps or Steps()
        self._learning = Learning(labels, lexicon, self._steps, clock, doubts)
        self._record = OptionalRecord(record)
        self._settling = Settling(store, self._record, clock, changes)
        self._lexicon = lexicon
        self._store = store
        self._bundles = bundles
        self._check = check
        self._clock = clock
        self._standing = standing
        self._unattended = unattended
        self._earlier = earlier

    @property
    def logged(self) -> bool:
        """Whether MLflow answered throughout the last `run`."""
        return not self._record.away

    def run(self, claimed: Claimed) -> Verdict | None:
        """Train, judge, and promote if the verdict says so; None where a slot brings nothing new.

        Raises NotEnoughData, Unavailable, LeaseLost; the caller writes the failure down.
        """
        pointer = self._store.champion()
        if pointer and pointer.run_id == claimed.run.id and claimed.run.decision:
            return self._finish(claimed, pointer, claimed.run.decision)
        standing = self._standing.sha256() if self._standing else ""  # before the labels are read
        data = self._learning.prepare(claimed)
        made = made_of(data, self._steps, self._standing.code if self._standing else "")
        claimed.record(inputs=made, standing=standing)
        if is_idle(claimed, made, has_champion=pointer is not None):
            claimed.skip(at=self._clock())
            return None
        with self._record.start(claimed.run) as written:
            if written.run_id:
                claimed.record(mlflow_run_id=written.run_id)
            written.document(settings_of(self._steps), "settings.json")
            written.tags({"lexicon.sha256": self._lexicon.sha256})
            write_data(written, data)
            trained = self._learning.train(claimed, data)
            write_model(written, trained)
            verdict = self._judge(claimed, data, trained, pointer, written)
        claimed.succeed(at=self._clock())
        return verdict

    def repeat(self, claimed: Claimed, written: RunRecord) -> None:
        """Prepare and train as `run` does, and no more: nothing is judged, registered or promoted."""
        data = self._learning.prepare(claimed)
        write_data(written, data)
        write_model(written, self._learning.train(claimed, data))

    def _finish(self, claimed: Claimed, pointer: Pointer, verdict: Verdict) -> Verdict:
        """An earlier attempt was killed after the pointer had flipped: only the small things are left."""
        self._settling.tell(claimed, pointer.version)
        with suppress(Unavailable):
            self._record.close_stale("FINISHED")
        claimed.succeed(at=self._clock())
        return verdict

    def _judge(
        self, claimed: Claimed, data: Prepared, trained: Trained, pointer: Pointer | None, written: RunRecord
    ) -> Verdict:
        bundle = self._bundles.dumps(self._bundle(claimed, data, trained))
        checked = self._try(bundle, data, trained)
        claimed.progress("model_promotion", 0.92)
        version = self._register(claimed, trained, written)
        champion, trouble = self._champion(pointer, data)
        if not checked.fault:
            self._keep(bundle, claimed, trained, version, written)
        case = case_of(data, trained, champion, checked, self._steps.judging, version)
        case = self._with_automation(replace(case, notes=(*trouble, *case.notes)), champion, version, data)
        if champion is not None:
            asked_for = claimed.rows_asked_for(champion.pointer.version, case.judged_on)
            case = replace(case, asked_for=asked_for)
        verdict, instead = self._settling.unless_pinned(self._steps.promotion.decide(case)), None
        if verdict.promoted and champion is not None:
            verdict, instead = self._or_earlier(case, verdict, data, trained, champion)
        self._tell(written, verdict, trained, version, checked)
        verdict = replace(verdict, notes=(*self._record.notes, *verdict.notes))
        settled = self._settling.settle(claimed, verdict, version, pointer, instead)
        if settled is not verdict:  # it was told before it was carried out, which then failed
            self._tell(written, settled, trained, version, checked)
        return settled

    def _or_earlier(
        self, case: Case, verdict: Verdict, data: Prepared, trained: Trained, champion: Champion
    ) -> tuple[Verdict, Verdict | None]:
        """The verdict on the challenger, and one on a better earlier version that is to serve instead.

        Only hold-out rows can judge earlier versions: the others may have trained them.
        """
        if self._earlier is None or case.judged_on is not JudgedOn.HOLDOUT or not len(case.truth):
            return verdict, None
        promotion, judging = self._steps.promotion, self._steps.judging
        version, classes = case.challenger.scores.version or "", trained.result.classes
        ranked = self._earlier.ranked(data, champion, version, classes, judging)
        for each in ranked:
            if not promotion.is_better(each.scores, case.challenger.scores):
                break
            rival = case_of_earlier(case, each.model, data, champion, judging)
            rival = self._with_automation(rival, champion, each.model.version, data)
            other = promotion.decide(rival)
            if other.promoted:
                scores = each.scores
                reason = wording.earlier_better(scores, case.challenger.scores, case.judged_by, other.reason)
                refused = replace(
                    verdict,
                    promoted=False,
                    outcome=Outcome.EARLIER_BETTER,
                    reason=reason,
                    earlier=scores,
                    instead=each.model.version,
                )
                return refused, other
        if not ranked:
            return verdict, None
        best = ranked[0].scores
        return replace(verdict, earlier=best, notes=(*verdict.notes, wording.best_earlier(best))), None

    def _with_automation(self, case: Case, champion: Champion | None, version: str, data: Prepared) -> Case:
        """Nothing that goes wrong here can fail the run: the case is then judged without it, and says so."""
        if self._unattended is None or champion is None or case.fault:
            return case
        try:
            found = self._unattended.automatic(champion.pointer.version, version)
            right, merchants = automatic_answers(champion, data.judging, found.precision)
            automation = self._steps.automation.compare(found, right, merchants)
        except Exception:
            log.exception("automation not compared", extra={"version": version})
            return replace(case, notes=(*case.notes, "How much each model automates could not be compared."))
        if automation is None:
            return case
        return replace(case, automation=automation, notes=(*case.notes, wording.automation(automation)))

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
            "measured_on": trained.measured_on.value,
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
        with suppress(Unavailable):  # the clock names it later
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
            measured_on=trained.measured_on,
            at=self._clock(),
        )


def _figures(trained: Trained) -> str:
    scores, best = trained.judged.report.scores, trained.result.best
    return (
        f"Accuracy {percent(scores.accuracy, 1)}, macro-F1 {scores.macro_f1:.3f} "
        f"on {count(scores.rows)} {ROWS[trained.measured_on]}; {best.name}."
    )
