"""Counts of answers and predictions, on rows whose figures can be checked by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from src.domain.feedback import AnswerState, LabelSource
from src.domain.predictions import Alternative, Band, DecidedBy
from src.domain.preferences import Preferences
from src.domain.training_runs import Trigger
from src.domain.transactions import HistoryFilter
from src.domain.verdicts import Outcome, Verdict
from src.services.models.repository import Models
from src.services.monitoring.quality_counts import QualityCounts
from src.services.runs.repository import TrainingRuns
from src.services.runs.worker_lease import ClaimedRun
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, answer, keep, new

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def events(database):
    return FeedbackEvents(database)


@pytest.fixture
def counts(database):
    return QualityCounts(database, Preferences)


def predicted(category, confidence=0.9, band=Band.AUTO, guess=None, **fields):
    """A transaction with a prediction like this."""
    row = new(category=category, day=fields.pop("day", date(2026, 3, 4)))
    alternatives = (Alternative(category or guess, confidence),)
    changes = {"confidence": confidence, "band": band, "alternatives": alternatives, **fields}
    return replace(row, prediction=replace(row.prediction, **changes))


def test_an_answer_is_counted_with_the_prediction_it_judges(counts, transactions, events):
    sure = predicted("dining", 0.97)
    unsure = predicted(None, 0.3, Band.UNKNOWN, guess="travel", model_version="2")
    rows = keep(transactions, sure, sure, unsure, sure)
    categories_chosen = ["dining", "groceries", "travel"]
    events.add(
        [
            (row.id, answer(category, row.id, at=LATER))
            for row, category in zip(rows[:3], categories_chosen, strict=True)
        ]
    )
    kinds, categories = counts.answers()
    counted = {
        (count.version, count.band, count.step, count.right, count.predicted_right): count.answers
        for count in kinds
    }
    assert counted == {
        ("1", Band.AUTO, 10, True, True): 1,
        ("1", Band.AUTO, 10, False, False): 1,
        ("2", Band.UNKNOWN, 3, True, False): 1,
    }
    assert {count.week for count in kinds} == {"2026-03-02"}
    assert sum(count.confidence for count in kinds) == pytest.approx(0.97 + 0.97 + 0.3)
    named = {(count.predicted, count.guess, count.category): count.answers for count in categories}
    assert named == {
        ("dining", "dining", "dining"): 1,
        ("dining", "dining", "groceries"): 1,
        (None, "travel", "travel"): 1,
    }


def test_an_undone_answer_or_one_for_all_similar_judges_nothing(counts, transactions, events):
    rows = keep(transactions, *(new() for _ in range(3)))
    events.add([(rows[0].id, answer("groceries", "all"))])
    events.answer_unanswered([row.id for row in rows[1:]], answer("groceries", "all", LabelSource.SIMILAR))
    assert sum(count.answers for count in counts.answers()[0]) == 1
    events.undo("all", at=LATER)
    assert counts.answers() == ([], [])


def test_a_second_answer_replaces_the_first(counts, transactions, events):
    [row] = keep(transactions, new(category="dining"))
    events.add([(row.id, answer("groceries", "first"))])
    events.add([(row.id, answer("dining", "second", at=LATER))])
    [kind], _ = counts.answers()
    assert (kind.answers, kind.right) == (1, True)


def test_a_prediction_made_after_the_answer_is_not_judged_by_it(counts, transactions, events):
    [row] = keep(transactions, new(category="dining"))
    events.add([(row.id, answer("groceries", at=LATER))])
    afterwards = replace(row.prediction, category="groceries", at=LATER + timedelta(hours=1))
    transactions.amend(row.id, lambda now: (now.transaction, afterwards, now.edits))
    [kind], [named] = counts.answers()
    assert (kind.right, named.predicted) == (False, "dining")
    [held] = counts.predictions()
    assert held.agrees is False


def test_a_new_prediction_before_the_answer_is_the_one_judged(counts, transactions, events):
    [row] = keep(transactions, new(category="dining"))
    again = replace(row.prediction, category="groceries", at=LATER)
    transactions.amend(row.id, lambda now: (now.transaction, again, now.edits))
    events.add([(row.id, answer("groceries", at=LATER + timedelta(hours=1)))])
    [kind], _ = counts.answers()
    assert kind.right


def test_only_rows_of_the_random_sample_are_called_audited(counts, transactions, events, database):
    rows = keep(transactions, new(), new())
    database.collection("transactions").update_one({}, {"$set": {"audit": True}})
    events.add([(row.id, answer("dining", row.id)) for row in rows])
    assert {count.audited: count.answers for count in counts.answers()[0]} == {True: 1, False: 1}


def test_all_predictions_are_counted_by_month_band_and_what_came_of_them(counts, transactions, events):
    rows = keep(
        transactions,
        predicted("dining", 0.9),
        predicted("dining", 0.8, day=date(2026, 2, 1)),
        predicted("dining", 0.6, decided_by=DecidedBy.MEMORY),
        predicted(None, 0.2, Band.UNKNOWN, guess="travel"),
    )
    events.add([(rows[2].id, answer("dining", "a")), (rows[3].id, answer("travel", "b"))])
    counted = {
        (count.month, count.band, count.decided_by, count.agrees): (count.predictions, count.confidence)
        for count in counts.predictions()
    }
    assert counted == {
        ("2026-03", Band.AUTO, DecidedBy.MODEL, None): (1, 0.9),
        ("2026-02", Band.AUTO, DecidedBy.MODEL, None): (1, 0.8),
        ("2026-03", Band.AUTO, DecidedBy.MEMORY, True): (1, 0.6),
        ("2026-03", Band.UNKNOWN, DecidedBy.MODEL, False): (1, 0.2),
    }
    assert [count.month for count in counts.predictions(until=date(2026, 2, 28))] == ["2026-02"]


def test_labels_that_came_with_an_import_judge_no_prediction(counts, transactions, events):
    [row] = keep(transactions, new())
    events.add([(row.id, answer("dining", source=LabelSource.IMPORT))])
    assert counts.answers() == ([], [])
    assert counts.predictions() == []


def test_versions_have_the_labels_of_their_runs(counts, database):
    runs, models = TrainingRuns(database), Models(database)
    runs.request(trigger=Trigger.MANUAL, reason="", at=NOW)
    with ClaimedRun(runs, runs.claim(holder="test", at=NOW), holder="test") as run:
        run.record(data={"rows": 900, "feedback_rows": 31})
        run.record_verdict(Verdict(True, Outcome.FIRST, ""))
    for version, run_id in (("1", run.run.id), ("2", "gone")):
        at = NOW + timedelta(hours=int(version))
        models.keep(b"", version=version, run_id=run_id, mlflow_run_id="", metrics={"accuracy": 0.8}, at=at)
    models.promote("1", by="training", reason="", at=NOW)
    counted = [
        (version.version, version.labels, version.promoted, version.metrics) for version in counts.versions()
    ]
    assert counted == [("1", 31, True, {"accuracy": 0.8}), ("2", None, False, {"accuracy": 0.8})]


def test_the_history_finds_exactly_the_rows_that_were_counted(counts, transactions, events):
    rows = keep(
        transactions, *(predicted("dining") for _ in range(4)), predicted("travel", band=Band.SUGGEST)
    )
    events.add([(rows[0].id, answer("groceries", "one"))])
    events.answer_unanswered([row.id for row in rows[1:]], answer("groceries", "two", LabelSource.SIMILAR))
    events.undo("two", at=LATER)
    events.add([(row.id, answer("groceries", "three", LabelSource.SIMILAR)) for row in rows[1:3]])
    afterwards = replace(rows[0].prediction, category="groceries", at=LATER)
    transactions.amend(rows[0].id, lambda now: (now.transaction, afterwards, now.edits))

    def ids_of(**where):
        return {row.id for row in transactions.history(HistoryFilter(**where)).items}

    mixed_up = {"predicted": "dining", "category": "groceries"}
    assert ids_of(**mixed_up, answer=AnswerState.DIRECTLY) == {rows[0].id}
    assert ids_of(**mixed_up, answer=AnswerState.SIMILAR) == {rows[1].id, rows[2].id}
    assert ids_of(predicted="dining", answer=AnswerState.NO) == {rows[3].id}
    assert ids_of(band=Band.SUGGEST) == {rows[4].id}
    assert ids_of(version="1", decided_by=DecidedBy.MODEL) == {row.id for row in rows}
    assert ids_of(version="2") == ids_of(decided_by=DecidedBy.RULE) == ids_of(predicted="$ne") == set()
