"""The real scheduler, with jobs that only note that they were done."""

from datetime import timedelta
from threading import Event

import pytest

from src.services.runs.due_runs import slot_of
from src.services.scheduler.scheduler import RUN, Scheduler
from tests.services.rows import NOW


class Jobs:
    def __init__(self, **others):
        self.done = {name: Event() for name in ("open_slot", "train", "sync_alias", "maintain")}
        self.opened = []
        self.others = {"pending": lambda: {RUN}} | others

    @property
    def by_kind(self):
        return {RUN: self.train}

    def open_slot(self, slot):
        self.opened.append(slot)
        self.done["open_slot"].set()
        return self.others.get("opens", lambda: True)()

    def stop(self): ...

    def __getattr__(self, name):
        return self.others.get(name) or self.done[name].set


@pytest.fixture
def started():
    schedulers = []

    def start(jobs, **others):
        quick = {
            "every_hours": lambda: 6,
            "poll_every_s": 0.05,
            "maintenance_every_s": 0.1,
            "now": lambda: NOW,
        }
        schedulers.append(Scheduler(jobs, **(quick | others)))
        schedulers[-1].start()
        return schedulers[-1]

    yield start
    [scheduler.stop() for scheduler in schedulers]


def test_every_job_is_done_and_the_slot_is_that_of_the_time_given_from_outside(started):
    jobs = Jobs()
    started(jobs)
    assert all(done.wait(5) for done in jobs.done.values())
    assert set(jobs.opened) == {slot_of(NOW, 6)}


def test_a_job_that_fails_keeps_the_others_from_nothing_and_is_tried_again(started):
    tries, again = [], Event()

    def fails():
        tries.append(1)
        if len(tries) > 1:
            again.set()
        raise ValueError("a test")

    jobs = Jobs(maintain=fails, train=fails)
    started(jobs)
    assert again.wait(5)
    assert jobs.done["sync_alias"].wait(5)
    assert jobs.done["open_slot"].wait(5)


def test_only_the_slot_job_opens_a_slot_and_polls_do_not_ask_again():
    now = [NOW]
    jobs = Jobs()
    scheduler = Scheduler(jobs, every_hours=lambda: 6, now=lambda: now[0])
    scheduler.open_slot()
    now[0] += timedelta(hours=6)
    [scheduler.run_pending() for _ in range(3)]
    assert jobs.opened == [slot_of(NOW, 6)]
    scheduler.open_slot()
    assert jobs.opened == [slot_of(NOW, 6), slot_of(now[0], 6)]


def test_a_slot_that_could_not_be_opened_is_tried_again_by_each_poll_until_it_can():
    answers = [False, False, True]
    jobs = Jobs(opens=lambda: answers.pop(0))
    scheduler = Scheduler(jobs, every_hours=lambda: 6, now=lambda: NOW)
    scheduler.open_slot()
    [scheduler.run_pending() for _ in range(5)]
    assert (len(jobs.opened), answers) == (3, [])


def test_the_slot_job_is_due_at_the_start_and_at_each_slot(started):
    jobs = Jobs()
    scheduler = started(jobs)
    assert jobs.done["open_slot"].wait(5)
    job = scheduler._scheduler.get_job("slot")
    assert job.next_run_time == slot_of(job.next_run_time, 6)
    assert job.trigger.get_next_fire_time(job.next_run_time, None) == job.next_run_time + timedelta(hours=6)
    assert job.trigger.interval == timedelta(hours=6)
