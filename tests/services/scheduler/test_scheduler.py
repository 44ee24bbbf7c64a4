"""The real scheduler, with jobs that only note that they were done."""

from threading import Event

import pytest

from src.services.runs.repository import slot_of
from src.services.scheduler.scheduler import Clock
from tests.services.rows import NOW


class Jobs:
    def __init__(self):
        self.done = {name: Event() for name in ("open_slot", "work", "tidy", "watch")}
        self.slots = set()

    def open_slot(self, slot):
        self.slots.add(slot)
        self.done["open_slot"].set()

    def __getattr__(self, name):
        return self.done[name].set


@pytest.fixture
def started():
    clocks = []

    def start(jobs, **others):
        parts = {"open_slot": jobs.open_slot, "work": jobs.work, "tidy": jobs.tidy, "watch": jobs.watch}
        quick = {"every_hours": 6, "look_every_s": 0.05, "watch_every_s": 0.1, "now": lambda: NOW}
        clocks.append(Clock(**(parts | quick | others)))
        clocks[-1].start()

    yield start
    [each.stop() for each in clocks]


def test_every_job_is_done_and_the_slot_is_that_of_the_time_given_from_outside(started):
    jobs = Jobs()
    started(jobs)
    assert all(done.wait(5) for done in jobs.done.values())
    assert jobs.slots == {slot_of(NOW, 6)}


def test_a_job_that_fails_keeps_the_others_from_nothing_and_is_tried_again(started):
    jobs, tries, again = Jobs(), [], Event()

    def fails():
        tries.append(1)
        if len(tries) > 1:
            again.set()
        raise ValueError("a test")

    started(jobs, watch=fails, work=fails)
    assert again.wait(5)
    assert jobs.done["tidy"].wait(5)
    assert jobs.done["open_slot"].wait(5)
