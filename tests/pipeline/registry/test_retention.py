"""Old runs and models go, from the real stores and from the disk; what matters stays."""

# ruff: noqa: F401, F811 - the fixtures of test_training.py are used here too

from datetime import timedelta
from pathlib import Path

import mlflow
import pytest
from bson import ObjectId

from src import command_text
from src.commands import apply_retention
from src.container import Container
from src.domain.models import MODEL_NAME
from src.pipeline.registry.retention import RetentionRun, beyond
from src.services.mlflow.run_deletion import TrackingRetention
from src.services.mlflow.tracking import Tracking
from src.services.models.version_deletion import Retention
from tests.pipeline.training.test_run import NOW, claim, labels, pipeline, runs, store

SERVED, REFUSED, NEWEST = ("1", "3"), ("2", "4", "5"), "6"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mlruns"


@pytest.fixture
def record(folder, new_tracking):
    return new_tracking(folder)


@pytest.fixture
def trained(pipeline, claim, store):
    """Six versions: the first serves, the third did for a while, the others never."""
    for _ in range(6):
        pipeline().run(claim())
    for version in ("3", "1"):
        store.promote(version, by="person", reason="a test", at=NOW)
    return {one.version: one.mlflow_run_id for one in store.versions()}


@pytest.fixture
def retention(database, record, folder):
    def make(store=None, logged=None, *, keep_models=1, keep_runs=1):
        logged = logged or TrackingRetention(record, f"sqlite:///{folder / 'mlflow.db'}")
        return RetentionRun(store or Retention(database), logged, keep_models, keep_runs)

    return make


def bytes_in(folder):
    return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())


def files_of(database):
    return database.collection("bundles.files").count_documents({})


def registered():
    return {str(one.version) for one in mlflow.MlflowClient().search_model_versions(f"name='{MODEL_NAME}'")}


def top_runs(record):
    runs = mlflow.MlflowClient().search_runs([record.experiment])
    return {one.info.run_id for one in runs if "mlflow.parentRunId" not in one.data.tags}


def check_what_is_left(trained, store, record, database, folder):
    """Of the three refused versions the newest is kept; of the runs of the other two, the newer one."""
    left = {*SERVED, "5", NEWEST}
    assert {one.version for one in store.versions()} == registered() == left
    assert files_of(database) == database.collection("bundles.chunks").count_documents({"n": 0}) == len(left)
    assert top_runs(record) == {trained[version] for version in (*left, "4")}
    on_disk = {path.name for path in (folder / "artifacts").iterdir() if path.name != "models"}
    assert on_disk == top_runs(record)
    assert len(list((folder / "artifacts" / "models").iterdir())) == len(left)


def test_what_exceeds_the_limits_is_deleted_from_the_stores_and_the_disk_and_the_rest_still_works(
    retention, trained, store, record, database, folder
):
    client = mlflow.MlflowClient()
    database.collection("models").insert_one({"_id": "shadow", "version": "2", "since": NOW, "by": "person"})
    client.set_registered_model_alias(MODEL_NAME, "mine", "4")
    assert retention().run(NOW).versions == 0  # a shadow and an alias of one's own are spared
    database.collection("models").delete_one({"_id": "shadow"})
    client.delete_registered_model_alias(MODEL_NAME, "mine")

    before, runs_before = bytes_in(folder / "artifacts"), len(client.search_runs([record.experiment]))
    report = retention().run(NOW)
    assert (report.versions, report.runs, report.frees_disk) == (2, 1, True)
    check_what_is_left(trained, store, record, database, folder)
    # Two models of six, and the pictures and nested runs of one.
    assert bytes_in(folder / "artifacts") < before * 0.75
    assert len(client.search_runs([record.experiment])) < runs_before - 1

    assert all(store.load(version) for version in (*SERVED, "5", NEWEST))
    assert Path(mlflow.artifacts.download_artifacts(f"models:/{MODEL_NAME}@champion"), "MLmodel").is_file()
    assert client.get_run(trained["4"]).data.metrics["lexicon/accuracy"]
    assert client.list_artifacts(trained["4"], "data")
    pointing = database.collection("training_runs").distinct("mlflow_run_id")
    assert set(pointing) == top_runs(record)  # no page leads to a run that is gone
    again = retention().run(NOW)
    assert (again.versions, again.runs, again.orphans) == (0, 0, 0)


def test_a_turn_that_is_killed_anywhere_is_ended_by_the_next_ones(
    retention, trained, store, record, database, folder
):
    class Killed(BaseException):
        pass

    class Dying:
        """Both of them count together; after so many steps they die."""

        def __init__(self, service, steps, most):
            self._service, self._steps, self._most = service, steps, most

        def __getattr__(self, name):
            method = getattr(self._service, name)
            if not name.startswith("drop"):
                return method

            def step(*arguments):
                done = method(*arguments)
                self._steps.append(name)
                if len(self._steps) == self._most:
                    raise Killed
                return done

            return step

    kills = 0
    for most in range(1, 20):
        whole, steps = retention(), []
        try:
            retention(*(Dying(one, steps, most) for one in (whole.store, whole.tracking))).run(NOW)
        except Killed:
            kills += 1
            continue
        break
    assert kills > 2
    assert retention().run(NOW).versions == 0
    check_what_is_left(trained, store, record, database, folder)


def test_files_that_were_deleted_before_their_rows_are_no_obstacle(
    retention, trained, store, record, database, folder, monkeypatch
):
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    def killed(*_):
        raise KeyboardInterrupt

    for name in ("_hard_delete_logged_model", "_hard_delete_run"):
        with monkeypatch.context() as patched:
            patched.setattr(SqlAlchemyStore, name, killed)
            with pytest.raises(KeyboardInterrupt):
                retention().run(NOW)
    retention().run(NOW)
    check_what_is_left(trained, store, record, database, folder)


def test_a_file_without_a_version_goes_once_it_is_a_day_old(database, store):
    store.keep(b"first", version="1", run_id="r", mlflow_run_id="m", metrics={}, at=NOW)
    store.keep(b"second", version="1", run_id="r", mlflow_run_id="m", metrics={}, at=NOW)
    cut_short = {"_id": ObjectId(), "files_id": ObjectId(), "n": 0, "data": b"a kill amid a file leaves this"}
    database.collection("bundles.chunks").insert_one(cut_short)
    retention = Retention(database)
    soon = cut_short["files_id"].generation_time
    assert retention.sweep_orphans(soon + timedelta(hours=23)) == 0
    assert retention.sweep_orphans(soon + timedelta(hours=25)) == 2
    assert store.load("1") == b"second"
    assert database.collection("bundles.chunks").count_documents({}) == 1


def test_a_version_that_is_promoted_in_the_moment_it_would_go_stays(database, store):
    store.keep(b"chosen", version="1", run_id="r", mlflow_run_id="m", metrics={}, at=NOW)
    store.promote("1", by="person", reason="a test", at=NOW)
    assert not Retention(database).drop_version("1")
    assert store.load("1") == b"chosen"
    assert store.get("1").champion


def test_only_the_newest_notes_of_skipped_slots_stay(database):
    notes = database.collection("training_runs")
    notes.insert_many(
        {"_id": f"slot-{n}", "status": "skipped", "requested_at": NOW + timedelta(hours=n)} for n in range(9)
    )
    notes.insert_one({"_id": "real", "status": "succeeded", "requested_at": NOW})
    assert Retention(database).drop_skipped(3) == 6
    assert {one["_id"] for one in notes.find()} == {"slot-6", "slot-7", "slot-8", "real"}


def test_one_process_a_day_has_the_turn_and_soon_another_where_it_failed(database):
    one, other = Retention(database), Retention(database)
    assert not one.claim_turn(NOW)  # the very first start has better things to do
    later = NOW + timedelta(hours=2)
    assert [service.claim_turn(later) for service in (one, other)] == [True, False]
    assert other.claim_turn(later + timedelta(hours=1, minutes=1))
    other.end_turn(later)
    assert not one.claim_turn(later + timedelta(hours=23))
    assert one.claim_turn(later + timedelta(hours=25))


@pytest.mark.parametrize(("keep", "gone"), [(0, ["d", "b", "a"]), (2, ["a"]), (9, [])])
def test_beyond_counts_only_what_is_not_spared(keep, gone):
    assert beyond(["d", "c", "b", "a"], keep, {"c"}) == gone


def test_a_turn_taken_by_any_process_counts_for_a_day(settings):
    container = Container(settings)
    report = apply_retention(container, NOW)
    assert "0 model versions" in command_text.retention(report)
    assert not container.retention.claim_turn(NOW + timedelta(hours=23))
    assert container.retention.claim_turn(NOW + timedelta(hours=25))
    container.database.close()
