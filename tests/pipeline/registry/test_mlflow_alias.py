"""The alias in a real MLflow store, moved by MlflowClient as a person moves it in the UI."""

import shutil
from datetime import UTC, datetime, timedelta
from itertools import count

import mlflow
import pytest

from src.domain.models import MODEL_NAME
from src.domain.promotions import PromotionEvent
from src.errors import Unavailable
from src.pipeline.registry.mlflow_alias import AliasSync, move_aliases
from src.services.mlflow.tracking import Tracking
from src.services.models import bundle as bundles
from src.services.models.load_and_predict_check import CheckReport, LoadAndPredictCheck
from src.services.models.repository import Models
from src.web.models.verdict_sentences import sentence
from tests.small_model import small_bundle

MINUTES = count()


def now():
    """A minute later each time."""
    return datetime(2026, 3, 4, tzinfo=UTC) + timedelta(minutes=next(MINUTES))


@pytest.fixture(scope="module")
def template(new_tracking, tmp_path_factory):
    """A store with five registered versions; to make one takes seconds."""
    folder = tmp_path_factory.mktemp("mlruns")
    new_tracking(folder)
    for _ in range(5):
        mlflow.MlflowClient().create_model_version(MODEL_NAME, str(folder))
    return folder


@pytest.fixture
def registry(template, tmp_path):
    shutil.copy(template / "mlflow.db", tmp_path)
    return Tracking(f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path)


@pytest.fixture(scope="module")
def bundle():
    return small_bundle()


@pytest.fixture
def store(database, registry, bundle):
    """Versions 1 to 3, of which 3 is broken; 1 is the champion and has the alias."""
    made = Models(database)
    for version, file in (("1", bundle), ("2", bundle), ("3", b"no model")):
        made.keep(file, version=version, run_id=f"run-{version}", mlflow_run_id="", metrics={}, at=now())
    made.promote("1", by="training", reason="The first.", at=now())
    move_aliases(made, registry)
    return made


class Passes:
    def run(self, *_):
        return CheckReport("")


def keeper(store, registry, check=None):
    return AliasSync(store, registry, bundles, check or Passes(), list, now)


def move(registry, version):
    """As a person does it."""
    registry.set_alias("champion", version)


def aliases(registry):
    return registry.alias("champion"), registry.alias("challenger")


def newest(store):
    line = store.promotions()[0]
    return line.change, line.version, line.by


def test_the_alias_follows_a_promotion(store, registry):
    assert registry.alias("champion") == store.champion().alias == "1"
    store.promote("2", by="person", reason="", at=now())
    keeper(store, registry).sync()
    assert registry.alias("champion") == store.champion().alias == "2"
    assert newest(store) == (PromotionEvent.PROMOTED, "2", "person")


def test_who_moves_the_alias_in_mlflow_promotes_after_a_check_in_a_fresh_process(store, registry):
    move(registry, "2")
    keeper(store, registry, LoadAndPredictCheck()).sync()
    pointer = store.champion()
    assert (pointer.version, pointer.alias, pointer.by) == ("2", "2", "mlflow")
    assert newest(store) == (PromotionEvent.PROMOTED, "2", "mlflow")
    move(registry, "1")
    keeper(store, registry).sync()
    assert newest(store) == (PromotionEvent.ROLLED_BACK, "1", "mlflow")


@pytest.mark.parametrize(
    ("version", "why"), [("3", "it could not be loaded"), ("4", "There is no model of this version")]
)
def test_an_alias_moved_to_what_cannot_serve_is_set_back(store, registry, version, why):
    before = store.champion()
    move(registry, version)
    keeper(store, registry).sync()
    assert registry.alias("champion") == "1"
    assert store.champion() == before
    assert newest(store) == (PromotionEvent.REFUSED, version, "mlflow")
    assert why in sentence(store.promotions()[0].reason)


def test_a_bundle_that_fails_its_check_sets_the_alias_back(store, registry):
    class Slow:
        def run(self, *_):
            return CheckReport("one answer takes 90.0 ms, 25 are allowed.")

    move(registry, "2")
    keeper(store, registry, Slow()).sync()
    assert (registry.alias("champion"), store.champion().version) == ("1", "1")
    assert sentence(store.promotions()[0].reason).endswith(
        "set back: one answer takes 90.0 ms, 25 are allowed."
    )


def test_a_pin_holds_against_mlflow(store, registry):
    store.pin(by="person", reason="", at=now())
    move(registry, "2")
    keeper(store, registry).sync()
    assert (registry.alias("champion"), store.champion().version) == ("1", "1")
    assert "model 1 is pinned" in sentence(store.promotions()[0].reason)


def test_a_pin_set_during_the_check_holds(store, registry):
    class Pins:
        def run(self, *_):
            store.pin(by="person", reason="", at=now())
            return CheckReport("")

    move(registry, "2")
    keeper(store, registry, Pins()).sync()
    assert (registry.alias("champion"), store.champion().version) == ("1", "1")


def test_a_promotion_during_the_check_is_kept(store, registry):
    class Overtakes:
        def run(self, *_):
            store.promote("1", by="person", reason="again", at=now())
            return CheckReport("")

    move(registry, "2")
    keeper(store, registry, Overtakes()).sync()
    assert (registry.alias("champion"), store.champion().version) == ("1", "1")
    assert "promoted at the same moment" in sentence(store.promotions()[0].reason)


def test_an_alias_moved_while_training_promoted_still_counts_as_a_persons_choice(store, registry):
    move(registry, "1")
    store.promote("2", by="training", reason="Better.", at=now())
    move(registry, "3")
    move_aliases(
        store, registry
    )  # as training does it: it does not try models, so it leaves that to the clock
    assert registry.alias("champion") == "3"
    keeper(store, registry).sync()
    assert (registry.alias("champion"), store.champion().alias) == ("2", "2")
    assert newest(store) == (PromotionEvent.REFUSED, "3", "mlflow")


def test_of_a_promotion_here_and_a_simultaneous_move_there_the_one_here_is_kept(store, registry, bundle):
    store.keep(bundle, version="5", run_id="r", mlflow_run_id="", metrics={}, at=now())
    store.promote("2", by="person", reason="", at=now())
    move(registry, "5")
    keeper(store, registry).sync()
    assert (registry.alias("champion"), store.champion().version) == ("2", "2")
    assert "model 2 was promoted here meanwhile" in sentence(store.promotions()[0].reason)


@pytest.mark.parametrize("dies_at", ["set_alias", "record_moved"])
def test_our_own_move_is_never_taken_for_a_persons_wherever_it_was_killed(store, registry, dies_at):
    store.promote("2", by="person", reason="", at=now())
    with pytest.raises(KeyboardInterrupt):
        keeper(Dying(store, dies_at), Dying(registry, dies_at)).sync()
    store.promote("3", by="person", reason="on", at=now())  # before anything else ran
    with pytest.raises(KeyboardInterrupt):
        keeper(Dying(store, "set_alias"), Dying(registry, "set_alias")).sync()
    lines = store.promotions()
    keeper(store, registry).sync()
    assert (registry.alias("champion"), store.champion().alias) == ("3", "3")
    assert store.promotions() == lines


class Dying:
    """Ends the process at one step, as a kill would."""

    def __init__(self, real, at):
        self._real, self._at = real, at

    @property
    def alias(self):
        return Dying(self._real.alias, self._at) if isinstance(self._real, Models) else self._real.alias

    def __getattr__(self, name):
        if name == self._at:
            raise KeyboardInterrupt
        return getattr(self._real, name)


def test_only_one_process_at_a_time_may_move_the_alias(store, registry):
    store.promote("2", by="person", reason="", at=now())
    with store.alias.lease():
        for act in (keeper(store, registry).sync, lambda: move_aliases(store, registry)):
            with pytest.raises(Unavailable):
                act()
        assert registry.alias("champion") == "1"
    keeper(store, registry).sync()
    assert registry.alias("champion") == "2"


def test_an_alias_that_was_taken_away_comes_back(store, registry):
    registry.remove_alias("champion")
    keeper(store, registry).sync()
    assert registry.alias("champion") == "1"
    assert len(store.promotions()) == 1


def test_the_alias_of_a_store_older_than_this_database_promotes_nothing(database, registry, bundle):
    registry.set_alias("champion", "5")
    store = Models(database)
    store.keep(bundle, version="6", run_id="r", mlflow_run_id="", metrics={}, at=now())
    store.promote("6", by="training", reason="", at=now())
    keeper(store, registry).sync()
    assert registry.alias("champion") == "5"  # the registry has no version 6
    assert store.champion().version == "6"
    assert [line.change for line in store.promotions()] == [PromotionEvent.PROMOTED]


def test_the_challenger_is_the_newest_version_for_as_long_as_it_does_not_serve(store, registry):
    assert aliases(registry) == ("1", "3")
    store.keep(b"", version="4", run_id="r", mlflow_run_id="", metrics={}, at=now())
    store.promote("4", by="training", reason="", at=now())
    move_aliases(store, registry)
    assert aliases(registry) == ("4", None)
    store.promote("1", by="person", reason="back", at=now())
    keeper(store, registry).sync()
    assert aliases(registry) == ("1", "4")


def test_a_version_the_registry_does_not_have_leaves_the_alias_and_is_not_late(store, registry, bundle):
    """It was trained while MLflow was away; its number may name another model there."""
    registry.tag_version("5", {"ledgerloop.run": "another run"})
    store.keep(bundle, version="5", run_id="run-5", mlflow_run_id="", metrics={}, at=now())
    store.promote("5", by="training", reason="", at=now())
    for act in (keeper(store, registry).sync, lambda: move_aliases(store, registry)):
        act()
        assert registry.alias("champion") == "1"
        assert (store.champion().version, store.champion().alias_passed_over) == ("5", "5")
    registry.set_alias("champion", "2")  # a person still promotes by it
    keeper(store, registry).sync()
    assert store.champion().version == "2"
