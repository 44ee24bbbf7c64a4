"""The whole loop under kill -9 at random moments: nothing acknowledged is lost, nothing half promoted.

`CHAOS_KILLS=20 make test` kills more often; every target is struck at least once in any run.
"""

import json
import os
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.launch.running_site import PATIENCE_S, wait_until

TARGETS = ("worker", "trainer", "mongod", "everything")
KILLS = max(int(os.environ.get("CHAOS_KILLS", "0")), len(TARGETS))
SLOT_S = 20


@pytest.fixture
def busy(trained_site, tmp_path):
    """Four workers, a clock whose slots are short, and leases that end soon."""
    site = trained_site(
        tmp_path,
        CLOCK="on",
        WEB_WORKERS="4",
        LEASE_S="4",
        RETRAIN_EVERY_HOURS=str(SLOT_S / 3600),
        TRAIN_BUDGET_S="5",
    )
    try:
        site.start().wait_for_page()
        wait_until(lambda: site.get("readyz")[0] == 200)
        yield site
        site.ctrl_c()
    finally:
        site.sweep()


class Person:
    """Gives feedback without a pause, and remembers what was acknowledged."""

    def __init__(self, site, number):
        self.site, self.number = site, number
        self.acknowledged = {}
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._answer_on)
        self.thread.start()

    def _answer_on(self):
        choose = random.Random(self.number)
        while not self.stop.is_set():
            transaction = {
                "description": f"SHOP {choose.choice('ABCDEFGH')} NORTH",
                "amount": choose.randint(1, 99),
            }
            status, body = self.site.post("api/v1/predict", transaction)
            if status != 201:
                time.sleep(0.1)
                continue
            category = choose.choice(["groceries", "dining", "travel"])
            asked = {"transaction_id": json.loads(body)["id"], "category": category}
            if self.site.post("api/v1/feedback", asked)[0] == 200:
                self.acknowledged[asked["transaction_id"]] = category


def history(site):
    rows, cursor = {}, ""
    while cursor is not None:
        status, body = site.get(
            f"api/v1/history?limit=500&cursor={cursor}" if cursor else "api/v1/history?limit=500"
        )
        assert status == 200
        page = json.loads(body)
        rows |= {row["id"]: row for row in page["items"]}
        cursor = page["next_cursor"]
    return rows


def strike(site, target, choose):
    if target == "everything":
        site.kill(*site.processes())
        site.process.wait(PATIENCE_S)
        site.start().wait_for_page()
    elif target == "mongod":
        site.kill(*site.pids("bin/mongod"))
    elif target == "trainer":
        site.kill(*site.pids("-m src train"))
    else:
        workers = site.pids("gunicorn") - {site.master()}
        site.kill(choose.choice(sorted(workers)))


@pytest.mark.timeout(1800)
def test_the_loop_survives_kill_9_at_random_moments(busy):
    people = [Person(busy, number) for number in range(3)]
    choose, struck = random.Random(8), set()
    for number in range(KILLS):
        time.sleep(choose.uniform(1, 5))
        target = TARGETS[number % len(TARGETS)]
        if target == "trainer":
            wait_until(lambda: busy.pids("-m src train"))
            time.sleep(choose.uniform(0, 4))
        strike(busy, target, choose)
        struck.add(target)
    assert struck == set(TARGETS)
    wait_until(lambda: busy.get("readyz")[0] == 200)
    for person in people:
        person.stop.set()
        person.thread.join()

    kept = history(busy)
    acknowledged = {id_: category for person in people for id_, category in person.acknowledged.items()}
    assert len(acknowledged) > 20 * KILLS
    assert {id_: kept[id_]["category"] for id_ in acknowledged if id_ in kept} == acknowledged

    wait_until(lambda: not any(run["status"] == "running" for run in runs(busy)), 600)
    ids = [run["id"] for run in runs(busy)]
    assert all(is_on_the_grid(run_id) for run_id in ids if run_id.startswith("slot-")), ids
    verdicts = json.loads(busy.get("api/v1/promotions?limit=500")[1])
    judged = Counter(line["run_id"] for line in verdicts if line["run_id"])
    assert set(judged) <= set(ids)
    assert max(judged.values()) == 1, judged
    promotions = [line for line in reversed(verdicts) if line["change"] in ("promoted", "rolled-back")]
    assert [line["previous"] for line in promotions] == [None, *(line["version"] for line in promotions[:-1])]
    ended = [run for run in runs(busy) if run["status"] in ("succeeded", "failed")]
    assert ended
    assert all(run["decision"] for run in ended if run["status"] == "succeeded")
    versions = json.loads(busy.get("api/v1/models")[1])
    promoted = {
        run["decision"]["challenger"]["version"] for run in ended if (run["decision"] or {}).get("promoted")
    }
    champions = [version["version"] for version in versions if version["champion"]]
    assert len(champions) == 1
    assert champions[0] in promoted


def is_on_the_grid(run_id):
    """Slots are counted from midnight UTC, whoever opens them; any other time would be a second slot."""
    begins = datetime.strptime(run_id, "slot-%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return (begins.hour * 3600 + begins.minute * 60 + begins.second) % SLOT_S == 0


def runs(site):
    status, body = site.get("api/v1/training-runs")
    assert status == 200
    return json.loads(body)
