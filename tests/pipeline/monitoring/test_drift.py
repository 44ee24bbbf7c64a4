"""Runs that start early, on the real MongoDB."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from src.domain.preferences import Preferences
from src.domain.quality import DriftMeasure, DriftVerdict
from src.domain.training_runs import RunStatus, Trigger
from src.pipeline.monitoring.quality import DriftMonitor
from src.services.models.repository import Models
from src.services.monitoring.drift_periods import DriftPeriods
from src.services.runs.due_runs import DriftTriggeredRuns
from src.services.runs.repository import TrainingRuns
from src.services.runs.worker_lease import ClaimedRun
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, answer, new

DAY = timedelta(days=1)


class Services:
    def __init__(self, database):
        self.now, self.preferences = NOW, Preferences()
        self.transactions, self.feedback = Transactions(database), FeedbackEvents(database)
        self.models, self.runs = Models(database), TrainingRuns(database)
        self.monitor = self.another_monitor(database)

    def another_monitor(self, database):
        early = DriftTriggeredRuns(self.runs, lambda: self.preferences)
        periods = DriftPeriods(database)
        return DriftMonitor(periods, self.models, early, self.runs.last_success_at, lambda: self.now)

    def live(self, rows, *, right, amount="4.20"):
        """Store rows and answer them, `right` percent as predicted."""
        stored = self.transactions.add(
            [new(f"shop {number % 20}", amount) for number in range(rows)], source="api", at=self.now
        )
        answers = [
            (row.id, answer("dining" if number % 100 < right else "travel", row.id, at=self.now))
            for number, row in enumerate(stored)
        ]
        self.feedback.add(answers)

    def finish(self):
        run = self.runs.claim(holder="me", at=self.now)
        ClaimedRun(self.runs, run, holder="me").succeed(at=self.now)

    def train(self):
        self.runs.request(trigger=Trigger.MANUAL, reason="a test", at=self.now)
        self.finish()

    def promote(self):
        self.models.keep(b"", version="1", run_id="r", mlflow_run_id="", metrics={}, at=self.now)
        self.models.promote("1", by="training", reason="first", at=self.now)

    def pass_days(self, days):
        self.now += days * DAY


@pytest.fixture
def services(database):
    """A champion that learned from 200 rows, whose answers agreed in 90 of 100."""
    services = Services(database)
    services.live(200, right=90)
    services.pass_days(1)
    services.train()
    services.promote()
    services.pass_days(1)
    return services


def test_more_disagreeing_answers_start_a_run_early_with_the_numbers(services):
    services.live(200, right=60)
    run = services.monitor.start_early()
    assert (run.status, run.trigger) == (RunStatus.QUEUED, Trigger.DRIFT)
    [fall] = services.runs.get(run.id).drift
    assert (fall.measure, fall.verdict) == (DriftMeasure.ACCURACY, DriftVerdict.SHIFTED)
    assert (fall.then, fall.now, fall.rows_now) == (0.9, 0.6, 200)


def test_steady_days_start_nothing(services):
    services.live(200, right=88)
    report = services.monitor.report()
    assert report.shifts == ()
    assert report.version == "1"
    assert {result.measure: result.verdict for result in report.results}[
        DriftMeasure.ACCURACY
    ] is DriftVerdict.STEADY
    assert services.monitor.start_early() is None


def test_drift_with_nothing_new_to_learn_from_starts_nothing(services):
    services.live(200, right=60)
    services.pass_days(1)
    services.train()  # it learned from these answers, and was refused
    assert services.monitor.report().shifts
    services.pass_days(1)
    assert services.monitor.start_early() is None
    services.live(1, right=100)
    assert services.monitor.start_early() is not None


def test_a_run_starts_early_once_a_day_at_most(services):
    services.live(200, right=60)
    assert services.monitor.start_early().id == "drift-first"
    services.finish()
    services.now += timedelta(hours=23, minutes=59)
    services.live(10, right=0)
    assert services.monitor.start_early() is None
    services.now += timedelta(minutes=1)
    assert services.monitor.start_early().id.startswith("drift-after-")


def test_of_many_schedulers_that_see_the_drift_at_once_one_queues_a_run(services, database):
    services.live(200, right=60)
    runs = []

    def one_scheduler():
        monitor = services.another_monitor(database)
        runs.append(monitor.start_early())
        if runs[-1]:
            services.finish()

    schedulers = [Thread(target=one_scheduler) for _ in range(8)]
    [thread.start() for thread in schedulers]
    [thread.join() for thread in schedulers]
    assert len(runs) == 8
    assert sum(run is not None for run in runs) == 1


def test_a_run_in_progress_is_not_doubled_and_does_not_use_up_the_day(services):
    services.live(200, right=60)
    services.runs.request(trigger=Trigger.MANUAL, reason="by hand", at=services.now - DAY)
    assert services.monitor.start_early() is None
    assert DriftTriggeredRuns(services.runs, Preferences).request((), at=services.now) is None
    services.finish()
    assert services.monitor.start_early() is not None


def test_before_there_is_a_champion_there_is_nothing_to_compare(database):
    services = Services(database)
    assert services.monitor.report().results == ()
    assert services.monitor.start_early() is None


def test_while_learning_is_off_no_run_starts_early(services):
    services.live(200, right=60)
    services.preferences = replace(services.preferences, learning=False)
    assert services.monitor.start_early() is None
    services.preferences = replace(services.preferences, learning=True)
    assert services.monitor.start_early() is not None
