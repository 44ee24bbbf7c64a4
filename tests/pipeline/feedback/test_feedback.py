"""An answer and the merchant's other unanswered transactions."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import numpy as np
import pytest

from src.components.model.merchant_memory import MerchantMemory
from src.components.model.serving import Serving
from src.domain.acts import ActKind
from src.domain.predictions import DecidedBy, ShadowPrediction
from src.domain.preferences import Preferences
from src.domain.transactions import Status, Transaction
from src.errors import Unavailable
from src.pipeline.feedback import feedback
from src.pipeline.feedback.feedback import Answer, FeedbackLoop
from src.pipeline.feedback.undo import ActUndo
from src.pipeline.prediction.predict import Predictor
from src.pipeline.prediction.repredict import Reprediction
from src.services.bulk.work import BulkQueue
from src.services.transactions.acts import ActLog
from src.services.transactions.deleted import DeletedTransactions
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from src.services.transactions.unanswered import Unanswered
from tests.pipeline.answers import loop_of
from tests.pipeline.fixed_scorer import FixedScorer

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
CLASSES = ("dining", "groceries", "travel")
MINUTE = timedelta(minutes=1)


class Scorer(FixedScorer):
    classes = CLASSES

    def probabilities(self, transactions):
        return np.array([[0.6, 0.3, 0.1]] * len(transactions))

    def explain(self, transaction, category, limit=5):
        return ()


class Model:
    """Serves unless a test takes it away."""

    def __init__(self):
        self.serving = Serving("1", Scorer(), auto_at=0.9, suggest_at=0.4)
        self.away = False
        self.version = "1"

    def refresh(self):
        pass

    def champion(self):
        return self

    def current(self):
        if self.away:
            raise Unavailable("No model serves yet.")
        return self.serving


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
def log(database):
    return ActLog(database)


@pytest.fixture
def loop(database, predictor, log):
    rows = Unanswered(database)
    queue = BulkQueue(database, lease_s=60)
    return FeedbackLoop(FeedbackEvents(database), rows, log, predictor, lambda: set(CLASSES), queue)


@pytest.fixture
def acts(database, log, loop):
    undo_of = {ActKind.FEEDBACK: lambda act, at: loop.undo(act.id, at)}
    return ActUndo(log, DeletedTransactions(database), undo_of, loop.undo_one)


@pytest.fixture
def keep(predictor):
    def kept(*texts, at=NOW):
        made = [Transaction(text, Decimal("4.20"), "USD", date(2026, 3, 4)) for text in texts]
        return predictor.predict_and_keep(made, source="api", at=at)

    return kept


def as_the_next(predictor, row):
    [(_, prediction)] = predictor.predict([row.transaction], at=NOW)
    return prediction.category, prediction.band, prediction.decided_by, prediction.confidence


def of(stored):
    newest = stored.prediction
    return newest.category, newest.band, newest.decided_by, newest.confidence


def test_an_answer_updates_the_unanswered_rows_of_its_merchant_as_the_next_one(
    loop, keep, transactions, predictor, log
):
    answered, *others = keep(*["BLUE DOOR"] * 4)
    [elsewhere] = keep("TACO GARDEN")
    outcome = loop.record(answered.id, "travel", at=NOW + MINUTE)
    assert outcome.also_updated == 3
    for row in others:
        after = transactions.get(row.id)
        assert of(after) == as_the_next(predictor, row)
        assert (after.category, after.status, after.feedback) == ("travel", Status.PREDICTED, ())
        assert after.predictions[0] == row.prediction
        assert after.prediction.act == outcome.act
    assert transactions.get(elsewhere.id) == elsewhere
    assert log.find(outcome.act).rows == 4


def test_where_answers_conflict_the_rows_show_both(loop, keep, transactions, predictor):
    first, second, *others = keep(*["BLUE DOOR"] * 4)
    loop.record(first.id, "travel", at=NOW + MINUTE)
    outcome = loop.record(second.id, "groceries", at=NOW + 2 * MINUTE)
    for row in others:
        after = transactions.get(row.id)
        assert of(after) == as_the_next(predictor, row)
        assert after.prediction.decided_by is DecidedBy.MODEL
    follows = sum(transactions.get(row.id).category == "groceries" for row in others)
    assert outcome.also_updated == follows


def test_undoing_an_answer_restores_every_row(loop, acts, keep, transactions):
    rows = keep(*["BLUE DOOR"] * 4)
    act = loop.record(rows[0].id, "travel", at=NOW + MINUTE).act
    undone = acts.undo(act, at=NOW + 2 * MINUTE)
    assert (undone.rows, undone.kept) == (4, 0)
    assert [transactions.get(row.id).predictions for row in rows] == [row.predictions for row in rows]
    assert {transactions.get(row.id).status for row in rows} == {Status.PREDICTED}


def test_rows_answered_since_the_act_stay_and_are_counted(loop, acts, keep, transactions):
    rows = keep(*["BLUE DOOR"] * 4)
    act = loop.record(rows[0].id, "travel", at=NOW + MINUTE).act
    loop.record(rows[1].id, "dining", at=NOW + 2 * MINUTE)
    undone = acts.undo(act, at=NOW + 3 * MINUTE)
    assert undone.kept == 1
    assert transactions.get(rows[1].id).category == "dining"


def test_undoing_the_older_of_two_answers_leaves_what_the_newer_one_teaches(
    loop, acts, keep, transactions, predictor
):
    rows = keep(*["BLUE DOOR"] * 4)
    older = loop.record(rows[0].id, "travel", at=NOW + MINUTE).act
    newer = loop.record(rows[1].id, "groceries", at=NOW + 2 * MINUTE).act
    acts.undo(older, at=NOW + 3 * MINUTE)
    for row in rows[2:]:
        assert of(transactions.get(row.id)) == as_the_next(predictor, row)
        assert transactions.get(row.id).prediction.decided_by is DecidedBy.MEMORY
    acts.undo(newer, at=NOW + 4 * MINUTE)
    for row in rows[2:]:
        assert of(transactions.get(row.id)) == as_the_next(predictor, row)
        assert transactions.get(row.id).category == "dining"


def test_a_row_that_came_after_the_answer_is_predicted_without_it_once_it_is_undone(
    loop, acts, keep, transactions
):
    [row] = keep("BLUE DOOR")
    act = loop.record(row.id, "travel", at=NOW + MINUTE).act
    [later] = keep("BLUE DOOR", at=NOW + 2 * MINUTE)
    assert later.category == "travel"
    acts.undo(act, at=NOW + 3 * MINUTE)
    assert transactions.get(later.id).category == "dining"


def test_a_batch_counts_each_row_once(loop, keep, transactions, log):
    first, second, other = keep("BLUE DOOR", "BLUE DOOR", "BLUE DOOR")
    taco, second_taco = keep("TACO GARDEN", "TACO GARDEN")
    answers = [Answer(first.id, "travel"), Answer(taco.id, "groceries"), Answer(second.id, "travel")]
    outcomes = loop.record_many(answers, at=NOW + MINUTE)
    assert [outcome.also_updated for outcome in outcomes] == [0, 1, 1]
    assert transactions.get(other.id).category == "travel"
    assert transactions.get(second_taco.id).category == "groceries"
    assert log.find(outcomes[0].act).rows == 5


def test_a_prediction_that_would_look_the_same_is_not_added(loop, keep, transactions):
    rows = keep(*["BLUE DOOR"] * 12)
    for number, row in enumerate(rows[:11]):
        loop.record(row.id, "travel", at=NOW + (number + 1) * MINUTE)
    assert len(transactions.get(rows[-1].id).predictions) < 8


def test_the_prediction_of_a_shadow_model_is_kept(loop, keep, transactions, database):
    answered, other = keep(*["BLUE DOOR"] * 2)
    shadow = ShadowPrediction("2", "groceries", 0.8, "dining")
    database.collection("transactions").update_many(
        {},
        {
            "$set": {
                "predictions.0.shadow": {
                    "version": "2",
                    "category": "groceries",
                    "confidence": 0.8,
                    "champion_category": "dining",
                }
            }
        },
    )
    loop.record(answered.id, "travel", at=NOW + MINUTE)
    assert transactions.get(other.id).prediction.shadow == shadow


def test_a_text_without_a_merchant_teaches_no_other_row(loop, keep, transactions):
    answered, other = keep("4711", "4712")
    assert answered.transaction.merchant == ""
    assert loop.record(answered.id, "travel", at=NOW + MINUTE).also_updated == 0
    assert transactions.get(other.id) == other


def test_of_very_many_rows_the_rest_is_left_to_the_clock(loop, keep, transactions, log, acts, monkeypatch):
    rows = keep(*["BLUE DOOR"] * 10)
    monkeypatch.setattr(feedback, "LIMIT", 4)
    outcome = loop.record(rows[0].id, "travel", at=NOW + MINUTE)
    assert outcome.also_updated == 4
    assert outcome.more_follow
    assert log.find(outcome.act).rows is None
    assert loop.resume_unfinished(at=NOW + MINUTE) == 0  # the request may still be at it
    assert loop.resume_unfinished(at=NOW + 3 * MINUTE) == 1
    assert {transactions.get(row.id).category for row in rows} == {"travel"}
    assert log.find(outcome.act).rows == 10
    assert loop.resume_unfinished(at=NOW + 9 * MINUTE) == 0
    assert acts.undo(outcome.act, at=NOW + 10 * MINUTE).rows == 10
    assert {transactions.get(row.id).category for row in rows} == {"dining"}


def test_an_answer_whose_process_was_killed_before_the_rest_is_finished_later(
    loop, keep, transactions, log, monkeypatch
):
    first, second = keep(*["BLUE DOOR"] * 2)

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Unanswered, "store_repredictions", killed)
        with pytest.raises(KeyboardInterrupt):
            loop.record(first.id, "travel", at=NOW + MINUTE)
    assert transactions.get(first.id).category == "travel"
    assert transactions.get(second.id).category == "dining"
    assert loop.resume_unfinished(at=NOW + 3 * MINUTE) == 1
    assert transactions.get(second.id).category == "travel"
    [act] = log.page().items
    assert act.rows == 2


def test_without_a_model_the_answer_is_kept_and_the_rest_follows(loop, keep, transactions, model):
    first, second = keep(*["BLUE DOOR"] * 2)
    model.away = True
    assert loop.record(first.id, "travel", at=NOW + MINUTE).also_updated == 0
    assert transactions.get(first.id).category == "travel"
    model.away = False
    loop.resume_unfinished(at=NOW + 3 * MINUTE)
    assert transactions.get(second.id).category == "travel"


def test_two_answers_at_the_same_time_leave_what_both_together_teach(loop, keep, transactions, predictor):
    rows = keep(*["BLUE DOOR"] * 30)
    start = Barrier(6)

    def answer(number):
        start.wait()
        loop.record(rows[number].id, CLASSES[number % 3], at=NOW + MINUTE)

    people = [Thread(target=answer, args=(number,)) for number in range(6)]
    [person.start() for person in people]
    [person.join() for person in people]
    loop.resume_unfinished(at=NOW + 3 * MINUTE)
    for row in rows[6:]:
        assert of(transactions.get(row.id)) == as_the_next(predictor, row)


def test_a_row_answered_between_reading_and_writing_keeps_its_answer(
    loop, keep, transactions, database, monkeypatch
):
    first, second, third = keep(*["BLUE DOOR"] * 3)
    store = Unanswered.store_repredictions

    def late(self, new, act, *, at):
        monkeypatch.setattr(Unanswered, "store_repredictions", store)
        loop_of(database, CLASSES).record(second.id, "groceries", at=at)
        return store(self, new, act, at=at)

    monkeypatch.setattr(Unanswered, "store_repredictions", late)
    loop.record(first.id, "travel", at=NOW + MINUTE)
    after = transactions.get(second.id)
    assert (after.category, len(after.predictions)) == ("groceries", 1)
    assert len(transactions.get(third.id).predictions) == 2


def test_rows_whose_merchant_was_answered_since_are_outdated(database, predictor, model, keep, transactions):
    """As in a history from before answers updated other rows."""
    reprediction = Reprediction(Unanswered(database), predictor, model, model)
    first, second, other = keep("BLUE DOOR", "BLUE DOOR", "TACO GARDEN")
    loop_of(database, CLASSES).record(first.id, "travel", at=NOW + MINUTE)
    assert reprediction.progress().left == 1
    done = reprediction.advance(at=NOW + 2 * MINUTE)
    assert (done.rows, done.changed, done.left) == (1, 1, 0)
    assert transactions.get(second.id).category == "travel"
    assert transactions.get(other.id) == other
    assert reprediction.undo(done.act) == 1
    assert reprediction.progress().left == 1


def test_rows_an_answer_has_updated_are_not_outdated(loop, database, predictor, model, keep):
    reprediction = Reprediction(Unanswered(database), predictor, model, model)
    rows = keep(*["BLUE DOOR"] * 8)
    for number, row in enumerate(rows[:7]):
        loop.record(row.id, "travel", at=NOW + (number + 1) * MINUTE)
        assert reprediction.progress().left == 0
