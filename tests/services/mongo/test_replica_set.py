"""Three members, of which a majority is killed: what was acknowledged is there after the next election.

The URI asks for less than that, as URIs in the wild do.
"""

import signal
import threading
import time

import pytest
from pymongo.errors import PyMongoError

from src.config import load_settings
from src.domain.transactions import HistoryFilter
from src.errors import Unavailable
from src.services.models.repository import Models
from src.services.mongo.client import Database
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.optimistic_update import insert_new
from src.services.transactions.repository import Transactions
from src.web.app import create_app
from tests.services.replica_set import ReplicaSet, wait_until
from tests.services.rows import NOW, answer, keep, new

CARELESS = "w=1&readPreference=secondaryPreferred"


@pytest.fixture
def replica_set(tmp_path):
    """Made for each test, which leaves its members in a state of its own."""
    started = []

    def start(*, election_s):
        started.append(ReplicaSet(tmp_path, election_s=election_s))
        return started[-1].start()

    yield start
    for server in started:
        server.stop()


def category(name):
    return {"slug": name.lower(), "name": name, "group": "discretionary", "color": "#112233"}


class Writer:
    """Writes without a pause until stopped, and remembers what was acknowledged."""

    def __init__(self, write):
        self.acknowledged, self.refused = [], 0
        self._write = write
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._write_on)
        self._thread.start()

    def _write_on(self):
        while not self._stopped.is_set():
            try:
                self.acknowledged.append(self._write())
            except Unavailable:
                self.refused += 1
                time.sleep(0.1)

    def stop(self):
        self._stopped.set()
        self._thread.join()

    def goes_on(self):
        """Wait until it has written twenty times more."""
        wanted = len(self.acknowledged) + 20
        wait_until(lambda: len(self.acknowledged) >= wanted)


@pytest.mark.timeout(300)
def test_nothing_acknowledged_is_lost_when_most_members_are_killed_and_another_primary_is_elected(
    replica_set,
):
    members = replica_set(election_s=3)
    database = Database(lambda: members.uri(CARELESS), "ledgerloop")
    database.ensure_indexes()
    transactions, feedback, models = Transactions(database), FeedbackEvents(database), Models(database)

    def predict_and_answer():
        """One insert and one bulk write."""
        [row] = keep(transactions, new())
        feedback.add([(row.id, answer("groceries"))])
        return row.id

    def train_and_promote():
        """A file of GridFS, a replacement, and a find-and-modify."""
        version = str(time.monotonic_ns())
        models.keep(b"model", version=version, run_id="r", mlflow_run_id="", metrics={}, at=NOW)
        models.promote(version, by="person", reason="a test", at=NOW)
        return version

    people = [Writer(predict_and_answer) for _ in range(3)]
    trainer = Writer(train_and_promote)
    writers = [*people, trainer]
    try:
        for writer in writers:
            writer.goes_on()
        primary, others = members.primary, members.secondaries
        for member in others:
            member.kill()
        wait_until(lambda: all(writer.refused for writer in writers))
        primary.kill()
        for member in others:
            member.start()
        for writer in writers:
            writer.goes_on()
    finally:
        for writer in writers:
            writer.stop()
    primary.start()
    wait_until(lambda: primary.state == "secondary")  # what only it had is rolled back

    answered = {id_ for writer in people for id_ in writer.acknowledged}
    kept = {row.id for row in transactions.stream(HistoryFilter()) if row.category == "groceries"}
    assert answered - kept == set()
    assert all(models.load(version) == b"model" for version in trainer.acknowledged)
    assert set(trainer.acknowledged) - {line.version for line in models.promotions(1000)} == set()
    database.close()


@pytest.mark.timeout(300)
def test_a_write_that_most_members_do_not_confirm_in_time_is_answered_with_503(replica_set, tmp_path):
    members = replica_set(election_s=120)
    uri = members.uri(CARELESS)
    settings = load_settings(
        _env_file=None, data_dir=tmp_path / "data", mongo_uri=uri, clock="off", mlflow_ui="off"
    )
    app = create_app(settings)
    app.extensions["ledgerloop"].database = database = Database(lambda: uri, "ledgerloop", confirm_within_s=1)
    database.ensure_indexes()
    client = app.test_client()
    assert client.post("/api/v1/categories", json=category("Boats")).status_code == 201
    rows = database.collection("transactions")
    row = {"owner": "local", "key": "k"}
    assert insert_new(rows, [dict(row)]) == 1
    for member in members.secondaries:
        member.send(signal.SIGSTOP)

    response = client.post("/api/v1/categories", json=category("Planes"))
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert response.headers["Retry-After"]
    assert "may or may not be stored" in response.json["detail"]
    with pytest.raises(PyMongoError):  # the row is known, but its neighbours are not confirmed either
        insert_new(rows, [dict(row), dict(row)])
    for member in members.members:
        member.send(signal.SIGCONT)
    wait_until(lambda: client.post("/api/v1/categories", json=category("Trains")).status_code == 201)
    database.close()
