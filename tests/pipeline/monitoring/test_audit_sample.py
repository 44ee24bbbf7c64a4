"""Which transactions are marked for a random check when they are stored, and which checks are open."""

import pytest

from src.components.model.merchant_memory import MerchantMemory
from src.domain.predictions import DecidedBy
from src.pipeline.feedback.feedback import FeedbackLoop
from src.pipeline.prediction.predict import Predictor
from src.services.monitoring.audit_sample import Audits
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.pipeline.prediction.test_predict import NOW, Model, bought

SURE, DOUBTFUL = (0.95, 0.03, 0.02), (0.5, 0.3, 0.2)


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def audits(database):
    return Audits(database)


@pytest.fixture
def stored(transactions):
    def keep(probabilities, *texts, share=0.2):
        made = Predictor(Model(*probabilities), transactions, MerchantMemory(), 0.95, audit_share=share)
        return made.predict_and_keep([bought(text) for text in texts], source="api", at=NOW)

    return keep


TEXTS = [f"SHOP NUMBER {chr(65 + one)}{chr(65 + other)}" for one in range(10) for other in range(10)]


def test_some_sorted_rows_are_marked_on_their_document_and_wait_for_nothing_else(stored, database, audits):
    rows = stored(SURE, *TEXTS)
    marked = [row.id for row in rows if row.audit]
    assert 0 < len(marked) < len(rows)
    found = database.collection("transactions").find({"audit": True})
    assert [str(each["_id"]) for each in found] == marked
    assert database.collection("transactions").count_documents({"needs_review": True}) == 0
    assert not any(row.needs_review for row in rows)
    assert [row.id for row in audits.open(100)] == marked[::-1]
    assert [row.id for row in audits.open(3)] == marked[::-1][:3]


def test_what_says_the_same_is_drawn_the_same(stored):
    assert [row.audit for row in stored(SURE, *TEXTS)] == [row.audit for row in stored(SURE, *TEXTS)]


def test_a_row_that_is_asked_about_anyway_is_not_drawn(stored, audits):
    assert not any(row.audit for row in stored(DOUBTFUL, *TEXTS))
    assert audits.open(10) == []


def test_a_share_of_nothing_draws_nothing(stored):
    assert not any(row.audit for row in stored(SURE, *TEXTS, share=0))


def test_rows_that_the_memory_decides_are_drawn_too(stored, database):
    loop = FeedbackLoop(FeedbackEvents(database), lambda: {"travel"})
    for row in stored(DOUBTFUL, *["BLUE DOOR"] * 3):
        loop.record(row.id, "travel", at=NOW)
    rows = stored(DOUBTFUL, *[f"BLUE DOOR {number:04}" for number in range(40)])
    decided = {row.prediction.decided_by for row in rows if row.audit}
    assert decided == {DecidedBy.MEMORY}


def test_an_answer_closes_the_check_and_taking_it_back_opens_it_again(stored, audits, database):
    row = next(row for row in stored(SURE, *TEXTS) if row.audit)
    loop = FeedbackLoop(FeedbackEvents(database), lambda: {"dining"})
    outcome = loop.record(row.id, "dining", at=NOW)
    assert outcome.was_correct
    assert row.id not in {each.id for each in audits.open(100)}
    loop.undo(outcome.act, NOW)
    assert row.id in {each.id for each in audits.open(100)}
