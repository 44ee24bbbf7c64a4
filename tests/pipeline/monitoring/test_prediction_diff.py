"""How predictions change with another model: real rows, two models with fixed predictions."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from src.components.model.merchant_memory import MerchantMemory
from src.components.model.serving import Serving
from src.domain.predictions import Band
from src.domain.preferences import Preferences
from src.domain.promotions import Promotion
from src.domain.transactions import Transaction
from src.errors import Conflict, NotFound
from src.pipeline.monitoring.prediction_diff import PredictionDiffs
from src.pipeline.prediction.predict import Predictor
from src.services.transactions.repository import Transactions
from src.services.transactions.unanswered import Unanswered
from tests.pipeline.answers import loop_of
from tests.pipeline.fixed_scorer import FixedScorer

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
CLASSES = ("dining", "groceries", "travel")


class Scorer(FixedScorer):
    """The same probabilities for every merchant except those in `known`."""

    classes = CLASSES

    def __init__(self, default, **known):
        self.default, self.known = default, known

    def probabilities(self, transactions):
        return np.array([self.known.get(row.merchant.split()[0], self.default) for row in transactions])

    def explain(self, transaction, category, limit=5):
        return ()


def model(version, default, **known):
    return Serving(version, Scorer(default, **known), auto_at=0.9, suggest_at=0.4)


DINING, TRAVEL = (0.96, 0.02, 0.02), (0.02, 0.02, 0.96)
LIKELY_DINING, UNSURE = (0.6, 0.2, 0.2), (0.34, 0.33, 0.33)
OLD = model("1", DINING)
NEW = model("2", DINING, taco=TRAVEL, orbit=LIKELY_DINING, zqx=UNSURE)


class Current:
    def current(self):
        return OLD


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def loop(database):
    return loop_of(database, CLASSES)


@pytest.fixture
def predictor(transactions):
    return Predictor(Current(), transactions, MerchantMemory(), Preferences)


@pytest.fixture
def keep(predictor):
    def store(*texts, **fields):
        transactions = [
            Transaction(text, Decimal("4.20"), "USD", date(2026, 3, 4), **fields) for text in texts
        ]
        return predictor.predict_and_keep(transactions, source="api", at=NOW)

    return store


@pytest.fixture
def changes(database, predictor):
    def create(**others):
        parts = {"promotions": Lines(), "load": {"1": OLD, "2": NEW}.__getitem__}
        return PredictionDiffs(Unanswered(database), predictor, **(parts | others))

    return create


class Lines:
    def __init__(self, *lines):
        self.lines = lines

    def promotions(self, limit=50):
        return [Promotion(version, before, NOW, "training", "") for version, before in self.lines]


def test_changed_predictions_are_counted_with_examples(changes, keep):
    rows = keep("TACO GARDEN", "ORBIT HOUSE", "ZQX KJH", "CORNER BAKERY")
    diff = changes().promoting(OLD, "2", at=NOW)
    assert (diff.before, diff.after, diff.rows, diff.unanswered, diff.changed) == ("1", "2", 4, 4, 2)
    assert {(pair.before, pair.after): pair.examples for pair in diff.pairs} == {
        ("dining", "travel"): (rows[0].id,),
        ("dining", None): (rows[2].id,),
    }
    assert diff.money == {"USD": Decimal("8.40")}
    assert {(Band.AUTO, Band.SUGGEST, 1), (Band.AUTO, Band.UNKNOWN, 1)} == set(diff.bands)


def test_answered_rows_are_ignored_and_what_the_memory_decides_does_not_change(changes, keep, loop):
    [first, *_] = keep("TACO GARDEN", "TACO GARDEN 12", "TACO HUT EXPRESS")
    loop.record(first.id, "groceries", at=NOW)
    diff = changes().promoting(OLD, "2", at=NOW)
    assert (diff.rows, diff.remembered, diff.changed) == (2, 1, 1)
    assert diff.pairs[0].after == "travel"


def test_conflicting_answers_reach_both_models_as_in_a_prediction(changes, keep, loop, predictor):
    rows = keep("TACO GARDEN", "TACO GARDEN", "TACO GARDEN")
    loop.record(rows[0].id, "groceries", at=NOW)
    loop.record(rows[1].id, "dining", at=NOW)
    diff = changes().promoting(OLD, "2", at=NOW)
    [(_, today)] = predictor.predict([rows[2].transaction], at=NOW)
    assert diff.pairs[0].before == today.category
    [(before, after, _)] = diff.bands
    assert (before, after) == (today.band, Band.UNKNOWN)  # confident of travel, but the answers contradict it


def test_what_each_model_categorizes_automatically_takes_the_memory_into_account(
    changes, keep, loop, predictor
):
    rows = keep("TACO GARDEN", "TACO GARDEN 12", "ORBIT HOUSE", "ZQX KJH", "CORNER BAKERY", "CORNER BAKERY 7")
    loop.record(rows[0].id, "groceries", at=NOW)
    diffs = changes(precision=0.9)
    automatic = diffs.automatic("1", "2")
    by_merchant = dict(
        zip(automatic.merchants, zip(automatic.champion, automatic.challenger, strict=True), strict=True)
    )
    assert {name: tuple(map(bool, both)) for name, both in by_merchant.items()} == {
        "taco garden": (True, True),  # the memory decides, whatever the model
        "orbit house": (True, False),
        "zqx kjh": (True, False),
        "corner bakery": (True, True),
    }
    assert (automatic.precision, len(automatic.champion)) == (0.9, 5)
    assert len(diffs.automatic("1", "2", newest=3).champion) == 3
    today = predictor.predict([row.transaction for row in rows[1:]], at=NOW)
    served = {row.merchant: prediction.band is Band.AUTO for row, prediction in today}
    assert {name: before for name, (before, _) in by_merchant.items()} == served


def test_a_model_does_not_differ_from_itself(changes, keep):
    keep("TACO GARDEN", "ZQX KJH")
    assert changes().promoting(NEW, "2", at=NOW).changed == 0


def test_only_the_newest_are_compared_and_the_others_are_counted(changes, keep):
    keep("TACO GARDEN", *(f"CORNER BAKERY {number}" for number in range(4)))
    diff = changes(limit=3).promoting(OLD, "2", at=NOW)
    assert (diff.rows, diff.unanswered, diff.changed) == (3, 5, 0)


def test_rows_beyond_one_chunk_are_all_compared(changes, keep):
    keep(*(f"TACO GARDEN {number}" for number in range(1003)))
    assert changes().promoting(OLD, "2", at=NOW).pairs[0].rows == 1003


def test_a_promotion_is_compared_with_the_champion_before(changes, keep):
    keep("TACO GARDEN")
    diff = changes(promotions=Lines(("1", "2"), ("2", "1"), ("1", None))).promoted("2", at=NOW)
    assert (diff.before, diff.after, diff.changed) == ("1", "2", 1)
    assert changes(promotions=Lines(("1", None))).promoted("1", at=NOW) is None


def test_a_version_that_is_deleted_or_does_not_load_is_an_error(changes):
    def deleted(version):
        raise NotFound("There is no model of this version.")

    def broken(version):
        raise KeyError("classes")

    with pytest.raises(NotFound):
        changes(load=deleted).promoting(OLD, "2", at=NOW)
    with pytest.raises(Conflict, match="Model 2 could not be loaded"):
        changes(load=broken).promoting(OLD, "2", at=NOW)


def test_both_models_are_compared_with_the_categories_of_today(changes, keep):
    keep("TACO GARDEN", "CORNER BAKERY")
    diffs = changes(present=lambda model: replace(model, own_thresholds={"dining": (2.0, 0.3)}))
    automatic = diffs.automatic("1", "2")
    by_merchant = dict(zip(automatic.merchants, automatic.challenger.tolist(), strict=True))
    assert not automatic.champion.any()
    assert by_merchant == {"taco garden": True, "corner bakery": False}
