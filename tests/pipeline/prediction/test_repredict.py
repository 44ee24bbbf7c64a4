from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest

from src.components.model.merchant_memory import MerchantMemory
from src.components.model.serving import Serving
from src.domain.predictions import DecidedBy
from src.domain.preferences import Preferences
from src.domain.transactions import Status, Transaction
from src.errors import NotFound, Unavailable
from src.pipeline.prediction.predict import Predictor
from src.pipeline.prediction.repredict import Reprediction
from src.services.transactions.repository import Transactions
from src.services.transactions.unanswered import Unanswered
from tests.pipeline.answers import loop_of
from tests.pipeline.fixed_scorer import FixedScorer

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
CLASSES = ("dining", "groceries", "travel")


class Scorer(FixedScorer):
    classes = CLASSES

    def __init__(self, category):
        self.row = [0.96 if name == category else 0.02 for name in CLASSES]

    def probabilities(self, transactions):
        return np.array([self.row] * len(transactions))

    def explain(self, transaction, category, limit=5):
        return ()


class Model:
    """What serves in this process, and what the pointer names: the same, until a test parts them."""

    def __init__(self):
        self.promote("1", "dining")

    def promote(self, version, category):
        self.serving = Serving(version, Scorer(category), auto_at=0.9, suggest_at=0.4)
        self.named = version

    def refresh(self):
        pass

    def current(self):
        return self.serving

    def champion(self):
        return SimpleNamespace(version=self.named)


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def predictor(model, transactions):
    return Predictor(model, transactions, MerchantMemory(), Preferences)


@pytest.fixture
def reprediction(database, predictor, model):
    return Reprediction(Unanswered(database), predictor, model, model)


@pytest.fixture
def say(database):
    loop = loop_of(database, CLASSES)
    return lambda row, category: loop.record(row.id, category, at=NOW)


@pytest.fixture
def keep(predictor):
    def kept(*texts):
        made = [Transaction(text, Decimal("4.20"), "USD", date(2026, 3, 4)) for text in texts]
        return predictor.predict_and_keep(made, source="api", at=NOW)

    return kept


def test_an_act_goes_on_where_it_was_until_nothing_is_left(reprediction, keep, model, transactions):
    rows = keep(*(f"SHOP {name}" for name in ("ALPHA", "BETA", "GAMMA")))
    assert reprediction.progress().left == 0
    model.promote("2", "travel")
    first = reprediction.advance(at=NOW, at_once=2)
    assert (first.version, first.rows, first.changed, first.left) == ("2", 2, 2, 1)
    second = reprediction.advance(first.act, at=NOW, at_once=2)
    assert (second.act, second.rows, second.left) == (first.act, 3, 0)
    assert {transactions.get(row.id).category for row in rows} == {"travel"}
    assert reprediction.advance(first.act, at=NOW) == second == reprediction.progress(first.act)


def test_what_a_person_answered_stays_and_decides_for_its_merchant(
    reprediction, keep, model, say, transactions
):
    answered_row, same, other = keep("BLUE DOOR 1", "BLUE DOOR 2", "TACO GARDEN")
    say(answered_row, "groceries")
    before = transactions.get(answered_row.id)
    model.promote("2", "travel")
    done = reprediction.advance(at=NOW)
    assert (done.rows, done.changed) == (2, 2)
    assert transactions.get(answered_row.id) == before
    remembered = transactions.get(same.id)
    assert (remembered.category, remembered.prediction.decided_by) == ("groceries", DecidedBy.MEMORY)
    assert transactions.get(other.id).category == "travel"


def test_an_act_is_undone(reprediction, keep, model, transactions):
    rows = keep("BLUE DOOR", "TACO GARDEN")
    model.promote("2", "travel")
    act = reprediction.advance(at=NOW).act
    assert reprediction.undo(act) == 2
    assert [transactions.get(row.id) for row in rows] == rows
    assert reprediction.progress(act).left == 2
    with pytest.raises(NotFound):
        reprediction.undo(act)


def test_a_process_that_does_not_serve_the_champion_yet_predicts_nothing(
    reprediction, keep, model, transactions
):
    [row] = keep("BLUE DOOR")
    model.named = "2"
    with pytest.raises(Unavailable):
        reprediction.advance(at=NOW)
    assert transactions.get(row.id) == row
    assert row.status is Status.PREDICTED
