"""The pipeline on the real MongoDB, the real MLflow store and a real child process for the check."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from src.components.dataset.holdout import fingerprint, is_holdout
from src.components.dataset.lexicon_training_rows import StatementWriter
from src.components.features.linear_form import LinearForm
from src.components.model.model_selection import Search
from src.components.model.scorer import LinearScorer
from src.components.model.serving import Serving
from src.components.text.cleaning import merchant_key
from src.domain.categories import CategoryProfile, LexiconEntry
from src.domain.feedback import LabelSource
from src.domain.models import MODEL_NAME
from src.domain.predictions import Band
from src.domain.promotions import CategoryChange, PredictionDiff, PromotionEvent
from src.domain.training_runs import RunStatus, Trigger
from src.domain.transactions import Direction, LabelledTransaction, Transaction
from src.domain.verdicts import JudgedOn, Outcome
from src.errors import LeaseLost, Unavailable
from src.pipeline.monitoring.prediction_diff import PredictionDiffs
from src.pipeline.training.mlflow_log import RunTexts
from src.pipeline.training.run import TrainingPipeline
from src.pipeline.training.stages import Steps
from src.services.models import bundle as bundles
from src.services.models.load_and_predict_check import CheckReport, LoadAndPredictCheck
from src.services.models.repository import Models
from src.services.runs.repository import TrainingRuns
from src.services.runs.worker_lease import ClaimedRun
from src.services.transactions.repository import Transactions
from src.services.transactions.unanswered import Unanswered
from src.web.models.verdict_sentences import (
    note_sentences,
    run_description,
    run_reason,
    sentence,
    version_description,
)
from tests.services.rows import keep, new

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SHOPS = {
    "dining": ["tulip noodle bar", "corner bakery", "taco garden", "blue door cafe", "pizza orbit"],
    "groceries": ["green basket market", "daily harvest grocer", "fresh lane market", "mill street grocer"],
    "transport": ["metro ticket office", "acme fuel station", "river ferry", "city parking garage"],
    "travel": ["harbour hotel", "skyline airways", "alpine hostel", "sunset airways"],
}


class Lexicon:
    sha256 = "lexicon-1"

    def entries(self):
        named = ((text, category) for category, texts in SHOPS.items() for text in texts)
        return [LexiconEntry(text, category, "merchant") for text, category in named]

    def category_profiles(self):
        return {category: CategoryProfile(Direction.EXPENSE, 3, 100) for category in SHOPS}


class Labels:
    """What a person has answered so far."""

    def __init__(self):
        self.rows = []

    def labelled(self):
        return iter(self.rows)

    def add(self, texts, category, *, at=NOW):
        for text in texts:
            number = len(self.rows)
            made = Transaction(
                text, Decimal(100 + number) / 7, "USD", date(2026, 1, 1) + timedelta(number % 50)
            )
            made = replace(made, amount=round(made.amount, 2), merchant=merchant_key(text))
            held = is_holdout(fingerprint(made))
            self.rows.append(
                LabelledTransaction(f"{number:05}", made, category, LabelSource.FEEDBACK, at, held)
            )


@pytest.fixture(scope="module")
def record(new_tracking):
    return new_tracking()


@pytest.fixture
def labels():
    return Labels()


@pytest.fixture
def store(database):
    return Models(database)


@pytest.fixture
def runs(database):
    return TrainingRuns(database)


TEXTS = RunTexts(run_reason, run_description, version_description)


class QuickCheck:
    """Passes without a process, for the tests that are about something else."""

    def run(self, bundle, transactions, classes, expected):
        return CheckReport("", 0.1, 0.1, 0.5)


@pytest.fixture
def pipeline(labels, store, record):
    def make(check=None, **others):
        parts = {
            "labels": labels,
            "lexicon": Lexicon(),
            "store": store,
            "tracking": record,
            "bundles": bundles,
        }
        steps = Steps(search=Search(trials=Search().trials[:3]))
        parts |= {"check": check or QuickCheck(), "clock": lambda: NOW, "texts": TEXTS, "steps": steps}
        return TrainingPipeline(**(parts | others))

    return make


@pytest.fixture
def claim(runs):
    def claimed(holder="me"):
        if runs.current() is None:
            runs.request(trigger=Trigger.MANUAL, reason="a test", at=NOW)
        return ClaimedRun(runs, runs.claim(holder=holder, at=NOW), holder=holder)

    return claimed


def shipped():
    return len(StatementWriter().write(Lexicon().entries(), Lexicon().category_profiles()))


def say_a_lot(labels, *, per_shop=12, at=NOW):
    for category, texts in SHOPS.items():
        for text in texts:
            labels.add([f"{text} {number}" for number in range(per_shop)], category, at=at)


def test_the_first_model_comes_from_the_lexicon_alone_and_serves(pipeline, claim, store, runs, record):
    claimed = claim()
    verdict = pipeline(LoadAndPredictCheck()).run(claimed)
    assert (verdict.promoted, verdict.outcome) == (True, Outcome.FIRST)
    assert f"{shipped()} rows of the shipped lexicon" in sentence(verdict.reason)
    run = runs.get(claimed.run.id)
    assert (run.status, run.progress, run.decision.outcome) == (RunStatus.SUCCEEDED, 1.0, Outcome.FIRST)
    assert run.data["rows"] == shipped()
    pointer = store.champion()
    assert pointer.run_id == run.id
    assert pointer.alias == pointer.version == record.alias("champion") == verdict.challenger.version
    served = bundles.loads(store.load(pointer.version), pointer.sha256)
    assert served.about["data_sha256"] == run.data["sha256"]
    assert list(served.pipeline.classes_) == sorted(SHOPS)
    logged = mlflow.MlflowClient().get_run(run.mlflow_run_id)
    assert logged.info.status == "FINISHED"
    assert {f"lexicon/{name}" for name in ("accuracy", "macro_f1", "log_loss", "ece", "f1/dining")} <= set(
        logged.data.metrics
    )
    assert not [name for name in logged.data.metrics if "majority" in name or "lookup" in name]
    assert (verdict.majority, verdict.lookup) == (None, None)
    assert "too few labels to compare it with a simple rule" in sentence(verdict.reason)
    assert logged.data.tags["measured_on"] == run.measured_on == store.get(pointer.version).measured_on
    assert logged.data.tags["verdict"] == "first"
    assert logged.info.run_name == f"v{pointer.version} promoted: first, 2026-03-04 12:00"
    assert sentence(verdict.reason) in logged.data.tags["mlflow.note.content"]
    version = mlflow.MlflowClient().get_model_version(MODEL_NAME, pointer.version)
    assert (version.tags["promoted"], version.tags["verdict"]) == ("true", "first")
    assert version.description.startswith("Promoted: first. Accuracy ")


def test_the_simple_rules_learn_from_a_persons_labels_alone(pipeline, claim, labels, runs):
    """None of these names is in the lexicon, and the commonest of them is no category of the lexicon."""
    for number in range(60):
        labels.add([f"card payment {number}"] * 3, "card payments")
        labels.add([f"quibbly kiosk {number}"], "kiosks")
    claimed = claim()
    verdict = pipeline().run(claimed)
    judging = [one.category for one in labels.rows if one.holdout]
    assert verdict.majority.rows == len(judging)
    assert verdict.majority.accuracy == pytest.approx(judging.count("card payments") / len(judging))
    assert verdict.lookup.accuracy >= verdict.majority.accuracy > 0.5
    logged = mlflow.MlflowClient().get_run(runs.get(claimed.run.id).mlflow_run_id).data.metrics
    assert logged["holdout/majority/accuracy"] == pytest.approx(verdict.majority.accuracy)


def test_a_second_run_on_the_same_data_is_called_unchanged_and_changes_nothing(
    pipeline, claim, store, labels
):
    say_a_lot(labels)
    pipeline().run(claim())
    before = store.champion()
    verdict = pipeline().run(claim())
    assert (verdict.promoted, verdict.outcome) == (False, Outcome.UNCHANGED)
    assert "same data and the same answers" in sentence(verdict.reason)
    assert store.champion() == before
    assert len(store.versions()) == 2


def test_a_few_answers_are_too_few_to_tell(pipeline, claim, labels):
    pipeline().run(claim())
    labels.add(["tulip noodle bar 5", "acme fuel station 3", "blue door cafe 1"] * 4, "travel")
    verdict = pipeline().run(claim())
    assert (verdict.promoted, verdict.outcome) == (False, Outcome.TOO_FEW)


def test_answers_that_trained_neither_judge_a_first_change_before_there_is_a_hold_out(
    pipeline, claim, labels, store
):
    pipeline().run(claim())
    for count in range(6):
        for category, texts in SHOPS.items():
            labels.add([f"{text} {count}" for text in texts], f"my-{category}")
    labels.rows = [one for one in labels.rows if not one.holdout][:60]
    verdict = pipeline().run(claim())
    assert (verdict.promoted, verdict.outcome) == (True, Outcome.BETTER)
    assert (verdict.champion.rows, verdict.challenger.rows) == (60, 60)
    assert "cross-validation" in sentence(verdict.reason)
    labels.rows = labels.rows[:-1]
    assert pipeline().run(claim()).outcome is Outcome.TOO_FEW  # by now the champion knows the answers


def test_newer_shipped_knowledge_serves_where_nobody_has_answered(pipeline, claim, store):
    pipeline().run(claim())
    before = store.champion().version

    class Newer(Lexicon):
        sha256 = "lexicon-2"

        def entries(self):
            return [*super().entries(), LexiconEntry("quibbly", "travel", "merchant")]

    verdict = pipeline(lexicon=Newer()).run(claim())
    assert (verdict.promoted, verdict.outcome) == (True, Outcome.FRESHER)
    assert store.champion().version != before


def test_a_person_who_sees_things_otherwise_gets_a_better_model(pipeline, claim, labels, store):
    pipeline().run(claim())
    say_a_lot(labels)
    labels.rows = [replace(one, category=f"my-{one.category}") for one in labels.rows]
    verdict = pipeline().run(claim())
    assert (verdict.promoted, verdict.outcome) == (True, Outcome.BETTER)
    assert verdict.champion.accuracy == 0
    assert verdict.challenger.accuracy > 0.9
    assert verdict.challenger.version == store.champion().version


def test_rows_that_judge_are_in_no_training_frame(pipeline, claim, labels, record):
    say_a_lot(labels)
    seen = []

    class Watching(Search):
        def run(self, rows, *rest, **named):
            seen.append(rows)
            return super().run(rows, *rest, **named)

    pipeline(steps=Steps(search=Watching(trials=Search().trials[:2]))).run(claim())
    held = {one.id for one in labels.rows if one.holdout}
    assert held
    assert not held & set(seen[0]["id"])
    assert len(seen[0]) == shipped() + len(labels.rows) - len(held)


def test_candidates_are_tried_once_there_are_answers_to_choose_by(pipeline, claim, labels):
    tried = []

    class Watching(Search):
        def run(self, *arguments, **named):
            tried.append(len(self.trials))
            return super().run(*arguments, **named)

    steps = Steps(search=Watching(trials=Search().trials[:2]))
    pipeline(steps=steps).run(claim())
    say_a_lot(labels)
    pipeline(steps=steps).run(claim())
    assert tried == [1, 2]


def test_a_bundle_that_fails_its_check_is_neither_kept_nor_promoted(pipeline, claim, store, runs):
    class Failing:
        def run(self, *_):
            return CheckReport("it gives other answers than the model that was trained.")

    claimed = claim()
    verdict = pipeline(Failing()).run(claimed)
    assert (verdict.promoted, verdict.outcome) == (False, Outcome.BROKEN)
    assert (store.champion(), store.versions()) == (None, [])
    assert sentence(runs.get(claimed.run.id).decision.reason).endswith("that was trained.")


def test_a_champion_that_no_longer_loads_blocks_nothing(pipeline, claim, store):
    store.keep(b"not a model", version="3", run_id="r", mlflow_run_id="m", metrics={}, at=NOW)
    store.promote("3", by="person", reason="a test", at=NOW)
    verdict = pipeline().run(claim())
    assert (verdict.promoted, verdict.outcome) == (True, Outcome.FIRST)
    assert "could not be loaded" in sentence(verdict.notes[0])


def test_a_promotion_that_came_in_between_is_not_overwritten(pipeline, claim, store, runs, database):
    pipeline().run(claim())
    first = store.champion()

    class Overtaken:
        def run(self, *_):
            store.promote(first.version, by="person", reason="meanwhile", at=NOW)
            return CheckReport("", 0.1, 0.1, 0.5)

    class OtherLexicon(Lexicon):
        sha256 = "lexicon-2"

    store_before = store.champion().revision
    claimed = claim()
    steps = Steps(search=Search(trials=Search().trials[:2]), promotion=_Always())
    verdict = pipeline(Overtaken(), lexicon=OtherLexicon(), steps=steps).run(claimed)
    assert not verdict.promoted
    assert "Another model was promoted" in sentence(verdict.reason)
    assert store.champion().version == first.version
    assert store.champion().revision == store_before + 1
    run = runs.get(claimed.run.id)
    assert not run.decision.promoted
    logged = mlflow.MlflowClient().get_run(run.mlflow_run_id)
    assert logged.data.tags["promoted"] == "false"
    assert "refused" in logged.info.run_name
    kept = database.collection("training_runs").find_one({"_id": claimed.run.id})
    assert (kept["inputs"], kept["standing"]) == ({}, "")  # the next slot judges again, with the same data


def test_a_better_model_does_not_replace_a_pinned_one(pipeline, claim, store, runs, record):
    pipeline().run(claim())
    first = store.pin(by="person", reason="a test", at=NOW)

    class OtherLexicon(Lexicon):
        sha256 = "lexicon-2"

    steps = Steps(search=Search(trials=Search().trials[:2]), promotion=_Always())
    claimed = claim()
    verdict = pipeline(lexicon=OtherLexicon(), steps=steps).run(claimed)
    assert (verdict.promoted, verdict.outcome) == (False, Outcome.PINNED)
    tags = mlflow.MlflowClient().get_run(runs.get(claimed.run.id).mlflow_run_id).data.tags
    assert (tags["verdict"], tags["promoted"]) == ("pinned", "false")
    assert f"Better, but model {first.version} is pinned" in sentence(verdict.reason)
    assert runs.get(claimed.run.id).decision == verdict
    assert store.champion() == first
    [refused] = [line for line in store.promotions() if line.change is PromotionEvent.REFUSED]
    assert (refused.by, refused.run_id) == ("training", claimed.run.id)
    assert refused.version == record.alias("challenger") != first.version


def test_a_pin_set_while_a_model_is_judged_holds_too(pipeline, claim, store):
    pipeline().run(claim())

    class PinsLate:
        """Between the verdict and the flip."""

        def __getattr__(self, name):
            return getattr(store, name)

        def promote(self, *arguments, **how):
            store.pin(by="person", reason="", at=NOW)
            return store.promote(*arguments, **how)

    class OtherLexicon(Lexicon):
        sha256 = "lexicon-2"

    steps = Steps(search=Search(trials=Search().trials[:2]), promotion=_Always())
    before = store.champion().version
    verdict = pipeline(lexicon=OtherLexicon(), steps=steps, store=PinsLate()).run(claim())
    assert (verdict.promoted, verdict.outcome) == (False, Outcome.PINNED)
    assert store.champion().version == before


def test_promotions_and_refusals_are_in_one_history_with_their_figures(pipeline, claim, store, labels):
    say_a_lot(labels)
    first = pipeline().run(claim())
    refused = pipeline().run(claim())
    lines = {line.change: line for line in store.promotions()}
    assert set(lines) == {PromotionEvent.PROMOTED, PromotionEvent.REFUSED}
    refusal = lines[PromotionEvent.REFUSED]
    assert (refusal.version, refusal.previous) == (refused.challenger.version, first.challenger.version)
    assert sentence(refusal.reason) == sentence(refused.reason)
    assert (refusal.figures.judged, refusal.figures.rows) == (True, refused.challenger.rows)
    assert refusal.figures.accuracy == refused.challenger.accuracy
    assert refusal.figures.previous_macro_f1 == refused.champion.macro_f1
    assert lines[PromotionEvent.PROMOTED].figures.previous_accuracy is None


def test_every_metric_in_mlflow_is_named_by_the_rows_it_was_measured_on(pipeline, claim, labels, runs, store):
    """Else MLflow sets figures of the lexicon's rows and of a person's side by side, under one name."""
    pipeline().run(claim())
    say_a_lot(labels)
    claimed = claim()
    verdict = pipeline().run(claimed)
    run = runs.get(claimed.run.id)
    client = mlflow.MlflowClient()
    logged = client.get_run(run.mlflow_run_id).data
    rows = ("holdout/", "crossval/", "lexicon/")
    assert [name for name in logged.metrics if not name.startswith((*rows, "check."))] == []
    assert not any(name.startswith("lexicon/") for name in logged.metrics)
    assert logged.metrics["holdout/accuracy"] == logged.metrics["holdout/challenger/accuracy"]
    assert logged.metrics["holdout/champion/accuracy"] == verdict.champion.accuracy
    assert logged.metrics["crossval/rows"] != logged.metrics["holdout/rows"] == verdict.challenger.rows
    nested = client.search_runs(
        [client.get_run(run.mlflow_run_id).info.experiment_id],
        f"tags.mlflow.parentRunId = '{run.mlflow_run_id}'",
    )
    assert nested
    assert all(name.startswith("crossval/") for one in nested for name in one.data.metrics)
    assert run.measured_on is verdict.judged_on is JudgedOn.HOLDOUT
    assert logged.tags["judged_on"] == "holdout"
    assert store.get(verdict.challenger.version).measured_on is JudgedOn.HOLDOUT


class _Always(Steps.__dataclass_fields__["promotion"].default_factory):
    """Promotes whatever comes."""

    def decide(self, case):
        return replace(super().decide(replace(case, champion=None, fault="")), promoted=True)


def test_a_run_killed_after_the_flip_is_only_finished_by_the_next_attempt(
    pipeline, claim, store, runs, record
):
    class DiesAtTheAlias:
        def __getattr__(self, name):
            return getattr(record, name)

        def set_alias(self, alias, version):
            if alias == "champion":
                raise KeyboardInterrupt
            record.set_alias(alias, version)

    claimed = claim()
    with pytest.raises(KeyboardInterrupt):
        pipeline(tracking=DiesAtTheAlias()).run(claimed)
    flipped = store.champion()
    assert flipped.run_id == claimed.run.id
    assert flipped.alias != flipped.version
    runs.release(claimed.run.id, holder="me", attempt=1)
    again = claim("another")
    assert again.run.attempt == 2
    verdict = pipeline(labels=_Untouched()).run(again)
    assert verdict.outcome is Outcome.FIRST
    assert runs.get(claimed.run.id).status is RunStatus.SUCCEEDED
    assert store.champion().revision == flipped.revision
    assert record.alias("champion") == flipped.version == store.champion().alias
    assert record.alias("challenger") is None


class _Untouched:
    def labelled(self):
        raise AssertionError("the run was started over")


class Noticing:
    """Notes what served when it was asked what changed."""

    def __init__(self, store, changes=None):
        self.store, self.changes, self.asked = store, changes, []

    def promoted(self, version, *, at):
        self.asked.append((version, self.store.champion().version))
        if isinstance(self.changes, BaseException):
            raise self.changes
        return self.changes


CHANGES = PredictionDiff(
    before="1",
    after="2",
    unanswered=40_000,
    rows=20_000,
    remembered=12,
    pairs=(
        CategoryChange("dining", None, 2, {"JPY": Decimal(500), "USD": Decimal("8.40")}, ("a", "b")),
        CategoryChange(None, "travel", 1, {"KWD": Decimal("1.250")}, ()),
    ),
    bands=((Band.AUTO, Band.SUGGEST, 3),),
    at=NOW,
)


def test_what_a_promotion_changed_is_computed_after_it_and_kept_with_the_run(pipeline, claim, store, runs):
    claimed, noticing = claim(), Noticing(store, CHANGES)
    verdict = pipeline(prediction_diffs=noticing).run(claimed)
    assert noticing.asked == [(verdict.challenger.version,) * 2]
    assert runs.get(claimed.run.id).changes == CHANGES
    assert not pipeline(prediction_diffs=noticing).run(claim()).promoted
    assert len(noticing.asked) == 1


def test_unanswered_transactions_show_what_a_better_model_changed(
    pipeline, claim, labels, store, runs, database
):
    [row] = keep(Transactions(database), new("tulip noodle bar 99", "12.50"))
    changes = PredictionDiffs(
        Unanswered(database), _NoMemory(), store, lambda version: _serving(version, store.load(version))
    )
    first = claim()
    pipeline(prediction_diffs=changes).run(first)
    assert runs.get(first.run.id).changes is None
    say_a_lot(labels)
    labels.rows = [replace(one, category=f"my-{one.category}") for one in labels.rows]
    second = claim()
    assert pipeline(prediction_diffs=changes).run(second).outcome is Outcome.BETTER
    diff = runs.get(second.run.id).changes
    assert (diff.after, diff.rows, diff.changed) == (store.champion().version, 1, 1)
    [pair] = diff.pairs
    assert (pair.after, pair.money, pair.examples) == ("my-dining", {"USD": Decimal("12.50")}, (row.id,))


@pytest.fixture
def automatic_from(database, store):
    """Asks real models about real unanswered rows; each version is sure from its own confidence on."""

    def ask(precision=0.0, **auto_at):
        transactions = Transactions(database)
        for texts in SHOPS.values():
            keep(transactions, *(new(f"{text} 99", "12.50") for text in texts))

        def load(version):
            least = auto_at["champion" if version == store.champion().version else "challenger"]
            return replace(_serving(version, store.load(version)), auto_at=least)

        return PredictionDiffs(Unanswered(database), _NoMemory(), store, load, precision=precision)

    return ask


def test_a_model_that_asks_about_far_more_transactions_is_not_promoted(
    pipeline, claim, labels, store, runs, automatic_from
):
    """However much better it is: no automatic answer of the champion falls short of a precision of 0."""
    first = pipeline().run(claim()).challenger.version
    say_a_lot(labels)
    labels.rows = [replace(one, category=f"my-{one.category}") for one in labels.rows]
    asks_more = automatic_from(champion=0.0, challenger=1.01)
    claimed = claim()
    verdict = pipeline(prediction_diffs=asks_more).run(claimed)
    assert (verdict.promoted, verdict.outcome) == (False, Outcome.LESS_AUTOMATIC)
    assert store.champion().version == first
    kept = runs.get(claimed.run.id)
    assert kept.decision.automation == verdict.automation
    assert (verdict.automation.champion, verdict.automation.challenger) == (1.0, 0.0)
    logged = mlflow.MlflowClient().get_run(kept.mlflow_run_id).data.metrics
    rows = sum(map(len, SHOPS.values()))
    assert logged["unanswered/rows"] == verdict.automation.rows == rows
    assert (logged["unanswered/champion_automatic"], logged["unanswered/difference"]) == (1.0, -1.0)
    alike = automatic_from(champion=0.0, challenger=0.0)
    assert pipeline(prediction_diffs=alike).run(claim()).promoted


def test_a_run_does_not_fail_where_automation_cannot_be_compared(pipeline, claim, labels, store):
    class Away:
        def automatic(self, champion, challenger):
            raise Unavailable("away")

    pipeline().run(claim())
    say_a_lot(labels)
    labels.rows = [replace(one, category=f"my-{one.category}") for one in labels.rows]
    verdict = pipeline(prediction_diffs=Away()).run(claim())
    assert verdict.promoted
    assert verdict.automation is None
    assert "How much each model automates could not be compared." in note_sentences(verdict.notes)


class _NoMemory:
    def own_evidence(self, prepared):
        return [None] * len(prepared)


def _serving(version, file):
    served = bundles.serve(file, sha256(file).hexdigest())
    return Serving(version, LinearScorer(LinearForm.from_parts(*served.form)), auto_at=0.5, suggest_at=0.1)


@pytest.mark.parametrize("trouble", [Unavailable("away"), KeyError("old form"), None], ids=repr)
def test_a_run_does_not_fail_if_the_changes_cannot_be_computed(pipeline, claim, store, runs, trouble):
    claimed = claim()
    assert pipeline(prediction_diffs=Noticing(store, trouble)).run(claimed).promoted
    run = runs.get(claimed.run.id)
    assert (run.status, run.changes) == (RunStatus.SUCCEEDED, None)


def test_a_run_killed_while_it_computed_the_changes_computes_them_in_the_next_attempt(
    pipeline, claim, store, runs
):
    claimed = claim()
    with pytest.raises(KeyboardInterrupt):
        pipeline(prediction_diffs=Noticing(store, KeyboardInterrupt())).run(claimed)
    assert (runs.get(claimed.run.id).changes, store.champion().run_id) == (None, claimed.run.id)
    runs.release(claimed.run.id, holder="me", attempt=1)
    pipeline(labels=_Untouched(), prediction_diffs=Noticing(store, CHANGES)).run(claim("another"))
    run = runs.get(claimed.run.id)
    assert (run.status, run.changes) == (RunStatus.SUCCEEDED, CHANGES)


def test_a_run_killed_before_the_flip_starts_over(pipeline, claim, store, runs):
    class Dying:
        def run(self, *_):
            raise KeyboardInterrupt

    claimed = claim()
    with pytest.raises(KeyboardInterrupt):
        pipeline(Dying()).run(claimed)
    assert store.champion() is None
    killed = runs.get(claimed.run.id).mlflow_run_id
    assert mlflow.MlflowClient().get_run(killed).info.status == "KILLED"
    runs.release(claimed.run.id, holder="me", attempt=1)
    verdict = pipeline().run(claim("another"))
    assert verdict.promoted
    assert runs.get(claimed.run.id).mlflow_run_id != killed


def test_a_holder_that_lost_its_lease_promotes_nothing(pipeline, claim, store, runs):
    claimed = claim()

    class LosesTheLease:
        def run(self, *_):
            runs.release(claimed.run.id, holder="me", attempt=1)
            runs.claim(holder="another", at=NOW)
            return CheckReport("", 0.1, 0.1, 0.5)

    with pytest.raises(LeaseLost):
        pipeline(LosesTheLease()).run(claimed)
    assert store.champion() is None


def test_a_registry_that_is_away_only_makes_the_alias_late(pipeline, claim, store, runs, record):
    class Away:
        def __getattr__(self, name):
            return getattr(record, name)

        def set_alias(self, alias, version):
            if alias == "champion":
                raise Unavailable("MLflow did not answer.")

    claimed = claim()
    assert pipeline(tracking=Away()).run(claimed).promoted
    assert runs.get(claimed.run.id).status is RunStatus.SUCCEEDED
    assert store.champion().alias != store.champion().version


def test_the_registered_model_contains_its_own_code_and_an_example(pipeline, claim, record):
    pipeline().run(claim())
    model = Path(mlflow.artifacts.download_artifacts(f"models:/{MODEL_NAME}@champion"))
    assert (model / "code/src/components/features/vectorizer.py").is_file()
    assert (model / "input_example.json").is_file()
    assert "dining" in mlflow.pyfunc.load_model(str(model)).predict(
        pd.DataFrame(
            [["CORNER BAKERY 3", "", 4.5, "USD", "", "expense", pd.Timestamp("2026-03-01")]],
            columns=["description", "subcategory", "amount", "currency", "mode", "direction", "date"],
        )
    )
