"""Which slots need a run, on the real MongoDB; the runs themselves are only recorded as ended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from src.domain.models import STARTER
from src.domain.preferences import Preferences
from src.domain.training_runs import RunStatus, Trigger
from src.services.models.repository import Models
from src.services.runs.data_fingerprint import DataFingerprint
from src.services.runs.due_runs import Slots
from src.services.runs.repository import TrainingRuns
from src.services.runs.worker_lease import ClaimedRun
from src.services.scheduler.scheduler import Scheduler
from src.services.transactions.deleted import DeletedTransactions
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from src.web.models.verdict_sentences import sentence
from tests.services.rows import NOW, answer, keep, new

SIX_HOURS = timedelta(hours=6)


class Installation:
    """The jobs of a scheduler, and a time that the test moves on."""

    def __init__(self, database, settings):
        self.now = NOW
        self.lexicon = "lexicon-1"
        self.transactions = Transactions(database)
        self.deleted_transactions = DeletedTransactions(database)
        self.feedback = FeedbackEvents(database)
        self.models = Models(database)
        self.runs = TrainingRuns(database)
        self.fingerprint = DataFingerprint(database, lambda: self.lexicon, settings)
        self.preferences = Preferences()
        self.slots = Slots(
            self.runs, self.models, self.fingerprint, lambda: self.now, lambda: self.preferences
        )
        self.scheduler = Scheduler(
            self, every_hours=lambda: self.preferences.retrain_every_hours, now=lambda: self.now
        )
        self.by_kind = {"run": self.work}
        self.fails = False

    def open_slot(self, slot):
        return self.slots.open(slot)

    def pending(self):
        return {"run"}

    def work(self):
        run = self.runs.claim(holder="me", at=self.now)
        if run is None:
            return
        claimed = ClaimedRun(self.runs, run, holder="me")
        claimed.record(standing=self.fingerprint.sha256(), data={"rows": 5})
        if self.fails:
            claimed.fail("It broke.", at=self.now)
            return
        claimed.succeed(at=self.now)
        if self.models.champion() is None:
            self.models.keep(b"", version="1", run_id=run.id, mlflow_run_id="", metrics={}, at=self.now)
            self.models.promote("1", by="training", reason="first", at=self.now)

    def next_slot(self):
        """Six hours on; the run of the new slot."""
        self.now += SIX_HOURS
        self.scheduler.open_slot()
        self.scheduler.run_pending()
        return self.runs.newest()[0]

    def label(self, category="dining", act="one"):
        [row] = keep(self.transactions, new())
        self.feedback.add([(row.id, answer(category, act))])
        return row.id


@pytest.fixture
def installation(database, settings):
    return Installation(database, settings)


@pytest.fixture
def trained(installation):
    """There is a champion, and a label it knows."""
    installation.known = installation.label()
    assert installation.next_slot().trigger is Trigger.FIRST_START
    return installation


def test_the_starter_is_followed_by_a_first_training_unless_learning_is_off(installation):
    models, now = installation.models, installation.now
    models.keep(b"", version="1", run_id=STARTER, mlflow_run_id="", metrics={}, at=now)
    models.promote("1", by="shipped", reason="", at=now)
    installation.preferences = replace(installation.preferences, learning=False)
    installation.scheduler.open_slot()
    assert installation.runs.newest() == []
    installation.preferences = replace(installation.preferences, learning=True)
    assert installation.next_slot().trigger is Trigger.FIRST_START
    assert installation.next_slot().status is RunStatus.SKIPPED


def test_a_slot_with_nothing_new_is_skipped_with_the_reason_and_no_process_starts(trained):
    skipped = trained.next_slot()
    assert (skipped.status, skipped.trigger, skipped.attempt) == (RunStatus.SKIPPED, Trigger.SCHEDULE, 0)
    first = trained.now - SIX_HOURS
    assert f"Nothing new since the run of {first:%Y-%m-%d %H:%M} UTC" in sentence(skipped.reason)
    assert skipped.data == {"rows": 5}
    again = trained.next_slot()
    assert (again.status, again.reason) == (RunStatus.SKIPPED, skipped.reason)
    assert again.id != skipped.id
    assert trained.runs.current() is None


@pytest.mark.parametrize(
    "change",
    [
        lambda installation: installation.label(),
        lambda installation: installation.feedback.add([(installation.known, answer("groceries", "two"))]),
        lambda installation: installation.feedback.undo("one", at=NOW),
        lambda installation: installation.deleted_transactions.delete(installation.known, act="act", at=NOW),
        lambda installation: installation.transactions.amend(
            installation.known, lambda now: (new(amount="9").transaction, None, now.edits)
        ),
        lambda installation: setattr(installation, "lexicon", "lexicon-2"),
    ],
    ids=["a label", "a correction", "an undo", "a deletion", "an edit", "a newer lexicon"],
)
def test_a_slot_with_anything_new_is_run(trained, change):
    assert trained.next_slot().status is RunStatus.SKIPPED
    change(trained)
    assert trained.next_slot().status is RunStatus.SUCCEEDED
    assert trained.next_slot().status is RunStatus.SKIPPED


def test_transactions_that_nobody_labelled_are_nothing_new(trained):
    keep(trained.transactions, new("green basket"), new("mill street"))
    assert trained.next_slot().status is RunStatus.SKIPPED


def test_a_changed_setting_is_something_new(trained, database, settings):
    changed = DataFingerprint(
        database, lambda: "lexicon-1", settings.model_copy(update={"train_budget_s": 30.0})
    )
    assert changed.sha256() != trained.fingerprint.sha256()


def test_the_code_is_known_by_its_source(installation, database, settings):
    assert installation.fingerprint.code == DataFingerprint(database, lambda: "lexicon-2", settings).code
    assert len(installation.fingerprint.code) == 64


def test_a_failed_run_does_not_let_the_next_slot_be_skipped(trained):
    trained.label()
    trained.fails = True
    assert trained.next_slot().status is RunStatus.FAILED
    assert trained.next_slot().status is RunStatus.FAILED
    trained.fails = False
    assert trained.next_slot().status is RunStatus.SUCCEEDED
    assert trained.next_slot().status is RunStatus.SKIPPED


def test_a_run_asked_for_by_hand_is_run_though_nothing_is_new(trained):
    trained.runs.request(trigger=Trigger.MANUAL, reason="by hand", at=trained.now)
    trained.scheduler.run_pending()
    assert trained.runs.newest()[0].status is RunStatus.SUCCEEDED
    assert trained.next_slot().status is RunStatus.SKIPPED


def test_a_slot_is_opened_once_the_run_that_is_under_way_has_ended(trained):
    trained.label()
    trained.now += SIX_HOURS
    asked = trained.runs.request(trigger=Trigger.MANUAL, reason="by hand", at=trained.now)
    trained.scheduler.open_slot()
    assert trained.runs.newest()[0].id == asked.id
    trained.scheduler.run_pending()
    trained.now += timedelta(minutes=1)
    trained.scheduler.run_pending()
    assert trained.runs.newest()[0].status is RunStatus.SKIPPED  # the run by hand knew the label


def test_skipped_slots_hide_no_run_from_the_list(trained):
    for _ in range(5):
        trained.label()
        trained.next_slot()
        for _ in range(4):
            trained.next_slot()
    listed = trained.runs.newest(3)
    assert [run.status for run in listed].count(RunStatus.SUCCEEDED) == 3
    assert [run.requested_at for run in listed] == sorted([run.requested_at for run in listed], reverse=True)
    assert listed[-1].status is RunStatus.SUCCEEDED
    assert len(trained.runs.newest(3, skipped=2)) == 5
