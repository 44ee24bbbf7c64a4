"""Promotion by hand and shadow tests: a shadow predicts too, is never shown, and never delays an answer."""

from datetime import UTC, datetime

import numpy as np
import pytest

from src.components.model.merchant_memory import MerchantMemory
from src.components.model.serving import Serving
from src.domain.models import Shadow, ShadowComparison
from src.domain.predictions import DecidedBy, Reason, ShadowPrediction
from src.domain.preferences import Preferences
from src.errors import Conflict, NotFound
from src.pipeline.feedback.edit import TransactionEditor
from src.pipeline.prediction.predict import Predictor
from src.pipeline.registry.model_actions import ModelActions
from src.pipeline.registry.shadow_test import ShadowTest
from src.services.models.hot_swap import ShadowModel
from src.services.models.repository import Models
from src.services.transactions.acts import ActLog
from src.services.transactions.deleted import DeletedTransactions
from src.services.transactions.repository import Transactions
from src.services.transfers.links import Links
from src.web.models.text import shadow_sentence
from tests.pipeline.answers import loop_of
from tests.pipeline.fixed_scorer import FixedScorer
from tests.pipeline.prediction.test_predict import CLASSES, bought

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Scorer(FixedScorer):
    classes = CLASSES

    def __init__(self, *row):
        self.row = row

    def probabilities(self, transactions):
        return np.array([self.row] * len(transactions))

    def explain(self, transaction, category, limit=5):
        return (Reason("a word", 1.0),)


class Broken(Scorer):
    def probabilities(self, transactions):
        raise MemoryError


def serving(version, scorer):
    return Serving(version, scorer, auto_at=0.9, suggest_at=0.4)


class Champion:
    def current(self):
        return serving("1", Scorer(0.95, 0.03, 0.02))


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def predictor(transactions):
    def make(shadow):
        return Predictor(Champion(), transactions, MerchantMemory(), Preferences, shadow=lambda: shadow)

    return make


def keep(predictor, text="BLUE DOOR"):
    [row] = predictor.predict_and_keep([bought(text)], source="api", at=NOW)
    return row


ANOTHER = serving("2", Scorer(0.1, 0.2, 0.7))


def test_the_prediction_shown_is_the_champions_and_that_of_the_shadow_is_kept(
    predictor, transactions, database
):
    row = keep(predictor(ANOTHER))
    assert (row.category, row.prediction.model_version) == ("dining", "1")
    kept = transactions.get(row.id).prediction
    assert kept.shadow == ShadowPrediction("2", "travel", 0.7, "dining")
    [document] = database.collection("transactions").find()
    assert document["predictions"][-1]["shadow"]["version"] == "2"


def test_where_memory_decides_both_models_are_still_asked_themselves(predictor, database):
    made = predictor(ANOTHER)
    loop = loop_of(database, CLASSES)
    loop.record(keep(made).id, "groceries", at=NOW)
    prediction = keep(made).prediction
    assert (prediction.category, prediction.decided_by) == ("groceries", DecidedBy.MEMORY)
    assert (prediction.shadow.category, prediction.shadow.champion_category) == ("travel", "dining")


def test_an_edited_row_is_predicted_again_by_the_shadow(predictor, transactions, database):
    row = keep(predictor(None))
    editing = TransactionEditor(
        transactions, DeletedTransactions(database), predictor(ANOTHER), ActLog(database), Links(database)
    )
    edited, _ = editing.edit(row.id, lambda now: {"description": "GREEN GATE"}, at=NOW)
    assert [prediction.shadow is None for prediction in edited.predictions] == [True, False]


def test_a_prediction_that_is_not_kept_asks_no_shadow(predictor):
    [(_, prediction)] = predictor(serving("2", Broken())).predict([bought("BLUE DOOR")], at=NOW)
    assert prediction.shadow is None


@pytest.mark.parametrize(
    "shadow",
    [None, serving("2", Broken()), serving("2", Scorer()), serving("1", Scorer(0.1, 0.2, 0.7))],
    ids=["none runs", "it fails", "it answers nothing", "it serves already"],
)
def test_no_shadow_or_a_broken_one_changes_nothing(predictor, shadow):
    row = keep(predictor(shadow))
    assert (row.category, row.prediction.shadow) == ("dining", None)


def comparison(**counts):
    filled = {"answers": 100, "both_right": 0, "champion_only": 0, "shadow_only": 0} | counts
    from src.components.evaluation.significance import mcnemar_p

    p = mcnemar_p(filled["champion_only"], filled["shadow_only"])
    return ShadowTest(Shadow("7", 1, "", NOW, "person"), "6", ShadowComparison(**filled), p)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"answers": 12, "shadow_only": 4}, "Too few answers to tell (n = 12; they differ on 4)."),
        ({"champion_only": 5, "shadow_only": 7}, "No significant difference (n = 100)."),
        ({"champion_only": 1, "shadow_only": 12}, "Model 7 is better."),
        ({"champion_only": 12, "shadow_only": 1}, "Model 7 is worse."),
    ],
)
def test_the_sentence_of_a_shadow_test_claims_only_what_the_answers_allow(counts, words):
    assert shadow_sentence(comparison(**counts)).startswith(words)


@pytest.fixture
def models(database):
    made = Models(database)
    for version in "12":
        made.keep(b"good", version=version, run_id="r", mlflow_run_id="", metrics={}, at=NOW)
    made.keep(b"bad", version="3", run_id="r", mlflow_run_id="", metrics={}, at=NOW)
    return made


def make(version, bundle, sha256):
    if bundle != b"good":
        raise ValueError
    return serving(version, Scorer(1, 0, 0))


def test_a_version_that_does_not_load_is_neither_promoted_nor_shadow_tested(models):
    model_actions = ModelActions(models, make)
    model_actions.promote("1", reason="", at=NOW)
    for act in (
        lambda: model_actions.promote("3", reason="", at=NOW),
        lambda: model_actions.shadow("3", at=NOW),
    ):
        with pytest.raises(Conflict, match="Model 3 cannot serve"):
            act()
    with pytest.raises(NotFound):
        model_actions.shadow("9", at=NOW)
    assert models.champion().version == "1"
    assert model_actions.shadow_test() is None


def test_a_shadow_is_followed_as_it_starts_changes_and_ends(models):
    models.promote("1", by="person", reason="", at=NOW)
    model_actions = ModelActions(models, make)
    follower = ShadowModel(models.shadows.current, lambda shadow: shadow.version)
    seen = []
    for act in (lambda: model_actions.shadow("2", at=NOW), models.shadows.end):
        act()
        follower.refresh()
        seen.append(follower.peek())
    follower.stop()
    assert seen == ["2", None]


def test_a_shadow_that_does_not_load_leaves_none_running(models):
    models.promote("1", by="person", reason="", at=NOW)
    models.shadows.start("3", sha256="", by="person", at=NOW)
    follower = ShadowModel(models.shadows.current, lambda shadow: make(shadow.version, b"bad", ""))
    follower.refresh()
    assert follower.peek() is None
    follower.stop()


def test_the_shadow_test_counts_answers_since_its_start(models, predictor, database):
    model_actions = ModelActions(models, make)
    model_actions.promote("1", reason="", at=NOW)
    model_actions.shadow("2", at=NOW)
    loop = loop_of(database, CLASSES)
    made = predictor(ANOTHER)
    for name in ("BLUE DOOR", "GREEN GATE", "RED ROOF"):
        loop.record(keep(made, name).id, "travel", at=NOW)
    result = model_actions.shadow_test()
    assert (result.counts.answers, result.shadow_right, result.champion_right, result.p) == (3, 3, 0, 0.25)
