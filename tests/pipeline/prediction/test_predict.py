from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from src.components.model.merchant_memory import MerchantMemory
from src.components.model.serving import Serving
from src.domain.acts import ActKind
from src.domain.predictions import Band, DecidedBy, Reason
from src.domain.preferences import Preferences
from src.domain.transactions import Transaction
from src.errors import InvalidInput, NotFound
from src.pipeline.feedback.bulk import undo_changes
from src.pipeline.feedback.edit import TransactionEditor
from src.pipeline.feedback.undo import ActUndo
from src.pipeline.prediction.predict import Predictor
from src.services.transactions.acts import ActLog
from src.services.transactions.bulk import BulkRows
from src.services.transactions.deleted import DeletedTransactions
from src.services.transactions.repository import Transactions
from src.services.transfers.links import Links
from tests.pipeline.answers import loop_of
from tests.pipeline.fixed_scorer import FixedScorer

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
CLASSES = ("dining", "groceries", "travel")


class Scorer(FixedScorer):
    """A model with fixed predictions."""

    classes = CLASSES

    def __init__(self, *probabilities):
        self.row = probabilities

    def probabilities(self, transactions):
        return np.array([self.row] * len(transactions))

    def explain(self, transaction, category, limit=5):
        return (Reason(transaction.merchant, 1.0),)


class Model:
    def __init__(self, *probabilities):
        self.serving = Serving("7", Scorer(*probabilities), auto_at=0.9, suggest_at=0.4)

    def current(self):
        return self.serving


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def loop(database):
    return loop_of(database, {*CLASSES, "my-own"})


def predictor(transactions, *probabilities):
    return Predictor(Model(*probabilities), transactions, MerchantMemory(), Preferences)


def bought(description, amount="4.20", **fields):
    return Transaction(description, Decimal(amount), "USD", date(2026, 3, 4), **fields)


def keep(predictor, description, **fields):
    [row] = predictor.predict_and_keep([bought(description, **fields)], source="api", at=NOW)
    return row


@pytest.mark.parametrize(
    ("probabilities", "band", "category"),
    [
        ((0.95, 0.03, 0.02), Band.AUTO, "dining"),
        ((0.5, 0.3, 0.2), Band.SUGGEST, "dining"),
        ((0.36, 0.32, 0.32), Band.UNKNOWN, None),
    ],
)
def test_the_band_follows_the_confidence_and_unknown_names_no_category(
    transactions, probabilities, band, category
):
    [(_, prediction)] = predictor(transactions, *probabilities).predict([bought("BLUE DOOR")], at=NOW)
    assert (prediction.band, prediction.category, prediction.confidence) == (band, category, probabilities[0])
    assert [alternative.category for alternative in prediction.alternatives] == list(CLASSES)
    assert (prediction.decided_by, prediction.model_version) == (DecidedBy.MODEL, "7")


def test_a_category_may_be_trusted_earlier_or_later_than_others():
    serving = Serving("7", Scorer(1, 0, 0), 0.9, 0.4, own_thresholds={"travel": (0.97, 0.6)})
    assert serving.band(0.95, "dining") is Band.AUTO
    assert serving.band(0.95, "travel") is Band.SUGGEST
    assert serving.band(0.5, "dining") is Band.SUGGEST
    assert serving.band(0.5, "travel") is Band.UNKNOWN


def test_a_correction_decides_the_next_prediction_of_that_merchant(transactions, loop):
    model = predictor(transactions, 0.95, 0.03, 0.02)
    loop.record(keep(model, "SQ *BLUE DOOR 0042").id, "travel", at=NOW)
    second = keep(model, "SQ *BLUE DOOR 0107").prediction
    assert (second.category, second.decided_by) == ("travel", DecidedBy.MEMORY)
    assert keep(model, "SQ *GREEN GATE 0107").prediction.decided_by is DecidedBy.MODEL


def test_after_one_answer_without_conflict_the_next_row_is_sure(transactions, loop):
    model = predictor(transactions, 0.95, 0.03, 0.02)
    loop.record(keep(model, "BLUE DOOR").id, "travel", at=NOW)
    sure = keep(model, "BLUE DOOR").prediction
    assert (sure.category, sure.band, sure.decided_by) == ("travel", Band.AUTO, DecidedBy.MEMORY)
    assert sure.confidence == pytest.approx(0.93, abs=0.005)  # as measured: being sure is a rule, no figure
    unlike = keep(model, "BLUE DOOR")
    loop.record(unlike.id, "groceries", at=NOW)
    assert keep(model, "BLUE DOOR").prediction.band is not Band.AUTO


def test_one_answer_for_all_similar_makes_nothing_surer_than_one_answer(transactions, loop):
    model = predictor(transactions, 0.95, 0.03, 0.02)
    first, *_ = [keep(model, "BLUE DOOR") for _ in range(25)]
    loop.record(first.id, "travel", apply_to_similar=True, at=NOW)
    single = keep(model, "BLUE DOOR").prediction
    [several, _] = model.predict([bought("BLUE DOOR"), bought("GREEN GATE")], at=NOW)
    assert single.confidence == several[1].confidence == pytest.approx(0.93, abs=0.005)
    assert single.explanation[0].feature == "memory:1/1"


def test_two_services_of_one_brand_do_not_answer_for_one_another(transactions, loop):
    model = predictor(transactions, 0.95, 0.03, 0.02)
    loop.record(keep(model, "AMAZON WEB SERVICES EMEA").id, "travel", at=NOW)
    assert keep(model, "AMZN MKTP US*2K3").prediction.decided_by is DecidedBy.MODEL
    assert keep(model, "AMAZON WEB SERVICES EMEA").prediction.decided_by is DecidedBy.MEMORY


def test_conflicting_corrections_hand_the_decision_back_to_the_model(transactions, loop):
    model = predictor(transactions, 0.95, 0.03, 0.02)
    loop.record(keep(model, "BLUE DOOR").id, "travel", at=NOW)
    loop.record(keep(model, "BLUE DOOR").id, "groceries", at=NOW)
    prediction = keep(model, "BLUE DOOR").prediction
    assert prediction.decided_by is DecidedBy.MODEL
    # The prediction names the answers and asks.
    assert prediction.band is not Band.AUTO
    chances = {alternative.category: alternative.probability for alternative in prediction.alternatives}
    assert chances["groceries"] > 0.3
    assert sum(chances.values()) == pytest.approx(1)
    assert prediction.explanation[0].feature == "memory-hint:differing"


def test_a_similar_name_counts_but_does_not_decide(transactions, loop):
    model = predictor(transactions, 0.5, 0.3, 0.2)
    loop.record(keep(model, "BLUE DOOR BAKERY").id, "travel", at=NOW)
    prediction = keep(model, "BLUE DOOR EXPRESS").prediction
    assert (prediction.category, prediction.decided_by) == ("travel", DecidedBy.MODEL)
    assert prediction.confidence == pytest.approx(0.6 * 0.2 + 0.4)
    assert prediction.explanation[0].feature == "memory-hint:similar"
    assert keep(model, "BLUE MOON EXPRESS").prediction.category == "dining"


def test_an_undone_correction_is_forgotten(transactions, loop, database):
    model = predictor(transactions, 0.95, 0.03, 0.02)
    outcome = loop.record(keep(model, "BLUE DOOR").id, "travel", at=NOW)
    undo_of = {
        ActKind.FEEDBACK: lambda act, at: loop.undo(act.id, at),
        ActKind.BULK: lambda act, at: undo_changes(BulkRows(database), act.id, at, list),
    }
    acts = ActUndo(ActLog(database), DeletedTransactions(database), undo_of, loop.undo_one)
    database.acts.delete_many({})  # as if it was answered before acts were listed
    assert acts.undo(outcome.act, at=NOW).rows == 1
    assert keep(model, "BLUE DOOR").prediction.decided_by is DecidedBy.MODEL
    with pytest.raises(NotFound):
        acts.undo(outcome.act, at=NOW)


def test_a_remembered_category_the_model_never_saw_leads_the_alternatives(transactions, loop):
    model = predictor(transactions, 0.6, 0.3, 0.1)
    loop.record(keep(model, "BLUE DOOR").id, "my-own", at=NOW)
    alternatives = keep(model, "BLUE DOOR").prediction.alternatives
    assert alternatives[0].category == "my-own"
    assert sum(alternative.probability for alternative in alternatives) == pytest.approx(1)


def test_a_batch_remembers_as_single_predictions_do(transactions, loop):
    model = predictor(transactions, 0.95, 0.03, 0.02)
    loop.record(keep(model, "BLUE DOOR").id, "travel", at=NOW)
    batch = model.predict([bought("BLUE DOOR"), bought("GREEN GATE"), bought("BLUE DOOR 77")], at=NOW)
    assert [prediction.category for _, prediction in batch] == ["travel", "dining", "travel"]


def test_a_card_number_is_masked_before_it_is_kept(transactions):
    row = keep(predictor(transactions, 0.95, 0.03, 0.02), "SHOE SHOP 4111 1111 1111 1111")
    assert "1111" not in transactions.get(row.id).transaction.description


def test_without_a_description_the_subcategory_names_the_merchant(transactions, loop):
    model = predictor(transactions, 0.95, 0.03, 0.02)
    loop.record(keep(model, "", subcategory="Netflix").id, "travel", at=NOW)
    assert keep(model, "", subcategory="netflix").prediction.decided_by is DecidedBy.MEMORY


def test_nothing_readable_is_never_remembered_for_others(transactions, loop):
    model = predictor(transactions, 0.95, 0.03, 0.02)
    loop.record(keep(model, "12345 !!").id, "travel", at=NOW)
    assert keep(model, "99999 ??").prediction.decided_by is DecidedBy.MODEL


def test_a_category_there_is_not_is_refused_and_nothing_is_stored(transactions, loop):
    row = keep(predictor(transactions, 0.95, 0.03, 0.02), "BLUE DOOR")
    with pytest.raises(InvalidInput):
        loop.record(row.id, "no-such", at=NOW)
    assert transactions.get(row.id).feedback == ()


def test_an_edit_predicts_again_and_never_overwrites_a_person(transactions, loop, database):
    model = predictor(transactions, 0.95, 0.03, 0.02)
    editing = TransactionEditor(
        transactions, DeletedTransactions(database), model, ActLog(database), Links(database)
    )
    row = keep(model, "BLUE DOOR")
    edited, _ = editing.edit(row.id, lambda now: {"description": "GREEN GATE"}, at=NOW)
    assert (edited.transaction.merchant, len(edited.predictions)) == ("green gate", 2)
    loop.record(row.id, "travel", at=NOW)
    again, _ = editing.edit(row.id, lambda now: {"amount": Decimal(9)}, at=NOW)
    assert (again.category, again.transaction.amount, len(again.predictions)) == ("travel", Decimal(9), 2)


def test_confirming_counts_as_right_and_correcting_as_wrong(transactions, loop):
    model = predictor(transactions, 0.95, 0.03, 0.02)
    confirmed = loop.record(keep(model, "BLUE DOOR").id, "dining", at=NOW)
    corrected = loop.record(keep(model, "GREEN GATE").id, "travel", at=NOW)
    assert (confirmed.was_correct, corrected.was_correct) == (True, False)
    assert (corrected.previous, corrected.category) == ("dining", "travel")
