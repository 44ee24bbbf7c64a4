"""Runs that start early, on the real MongoDB."""

from datetime import timedelta
from threading import Thread

import pytest

from src.domain.quality import DriftMeasure, DriftVerdict
from src.domain.training_runs import RunStatus, Trigger
from src.pipeline.monitoring.drift import DriftWatch
from src.services.models.repository import Models
from src.services.monitoring.drift_periods import DriftPeriods
from src.services.runs.drift_triggered import EarlyRuns
from src.services.runs.repository import ClaimedRun, TrainingRuns
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, answer, new

DAY = timedelta(days=1)


class House:
    def __init__(self, database):
        self.now = NOW
        self.transactions, self.feedback = Transactions(database), FeedbackEvents(database)
        self.models, self.runs = Models(database), TrainingRuns(database)
        self.watch = self.another_watch(database)

    def another_watch(self, database):
        early = EarlyRuns(self.runs)
        periods = DriftPeriods(database)
        return DriftWatch(periods, self.models, early, self.runs.last_success_at, lambda: self.now)

    def live(self, rows, *, right, amount="4.20"):
        """Rows are stored, and answered: so many per cent as they were predicted."""
        stored = self.transactions.add(
            [new(f"shop {place % 20}", amount) for place in range(rows)], source="api", at=self.now
        )
        answers = [
            (row.id, answer("dining" if place % 100 < right else "travel", row.id, at=self.now))
            for place, row in enumerate(stored)
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
def house(database):
    """A champion that learned from 200 rows, whose answers agreed in 90 of 100."""
    made = House(database)
    made.live(200, right=90)
    made.pass_days(1)
    made.train()
    made.promote()
    made.pass_days(1)
    return made


def test_answers_that_disagree_oftener_start_a_run_early_with_the_numbers(house):
    house.live(200, right=60)
    run = house.watch.start_early()
    assert (run.status, run.trigger) == (RunStatus.QUEUED, Trigger.DRIFT)
    assert run.reason == "Drift: answers that agree with the prediction fell from 90 % to 60 % (n = 200)."


def test_steady_days_start_nothing(house):
    house.live(200, right=88)
    report = house.watch.look()
    assert not report.drifting
    assert report.version == "1"
    assert {sign.measure: sign.verdict for sign in report.signs}[DriftMeasure.ACCURACY] is DriftVerdict.STEADY
    assert house.watch.start_early() is None


def test_drift_with_nothing_new_to_learn_from_starts_nothing(house):
    house.live(200, right=60)
    house.pass_days(1)
    house.train()  # it learned from these answers, and was refused
    assert house.watch.look().drifting
    house.pass_days(1)
    assert house.watch.start_early() is None
    house.live(1, right=100)
    assert house.watch.start_early() is not None


def test_a_run_starts_early_once_a_day_at_most(house):
    house.live(200, right=60)
    assert house.watch.start_early().id == "drift-first"
    house.finish()
    house.now += timedelta(hours=23, minutes=59)
    house.live(10, right=0)
    assert house.watch.start_early() is None
    house.now += timedelta(minutes=1)
    assert house.watch.start_early().id.startswith("drift-after-")


def test_of_many_clocks_that_see_the_drift_at_once_one_queues_a_run(house, database):
    house.live(200, right=60)
    found = []

    def one_clock():
        watch = house.another_watch(database)
        found.append(watch.start_early())
        if found[-1]:
            house.finish()

    clocks = [Thread(target=one_clock) for _ in range(8)]
    [each.start() for each in clocks]
    [each.join() for each in clocks]
    assert len(found) == 8
    assert sum(run is not None for run in found) == 1


def test_a_run_under_way_is_not_doubled_and_costs_the_day_nothing(house):
    house.live(200, right=60)
    house.runs.request(trigger=Trigger.MANUAL, reason="by hand", at=house.now - DAY)
    assert house.watch.start_early() is None
    assert EarlyRuns(house.runs).request(reason="Drift.", at=house.now) is None
    house.finish()
    assert house.watch.start_early() is not None


def test_before_there_is_a_champion_there_is_nothing_to_compare(database):
    house = House(database)
    assert house.watch.look().signs == ()
    assert house.watch.start_early() is None
