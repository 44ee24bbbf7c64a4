"""Which transactions are drawn for the audit sample when they are stored, and which are still unanswered."""

import pytest

from src.components.model.merchant_memory import MerchantMemory
from src.domain.predictions import DecidedBy
from src.domain.preferences import Preferences
from src.pipeline.prediction.predict import Predictor
from src.services.monitoring.quality_counts import AuditSample
from src.services.transactions.repository import Transactions
from tests.pipeline.answers import loop_of
from tests.pipeline.prediction.test_predict import NOW, Model, bought

SURE, DOUBTFUL = (0.95, 0.03, 0.02), (0.5, 0.3, 0.2)


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def audit_sample(database):
    return AuditSample(database)


@pytest.fixture
def stored(transactions):
    def store(probabilities, *texts, share=0.2):
        preferences = Preferences(audit_share=share)
        predictor = Predictor(Model(*probabilities), transactions, MerchantMemory(), lambda: preferences)
        return predictor.predict_and_keep([bought(text) for text in texts], source="api", at=NOW)

    return store


TEXTS = [f"SHOP NUMBER {chr(65 + one)}{chr(65 + other)}" for one in range(10) for other in range(10)]


def test_some_automatic_rows_are_marked_on_their_document_and_need_no_other_review(
    stored, database, audit_sample
):
    rows = stored(SURE, *TEXTS)
    marked = [row.id for row in rows if row.audit]
    assert 0 < len(marked) < len(rows)
    documents = database.collection("transactions").find({"audit": True})
    assert [str(document["_id"]) for document in documents] == marked
    assert database.collection("transactions").count_documents({"needs_review": True}) == 0
    assert not any(row.needs_review for row in rows)
    assert [row.id for row in audit_sample.unanswered(100)] == marked[::-1]
    assert [row.id for row in audit_sample.unanswered(3)] == marked[::-1][:3]


def test_rows_with_the_same_text_are_drawn_alike(stored):
    assert [row.audit for row in stored(SURE, *TEXTS)] == [row.audit for row in stored(SURE, *TEXTS)]


def test_a_row_that_needs_review_is_not_drawn(stored, audit_sample):
    assert not any(row.audit for row in stored(DOUBTFUL, *TEXTS))
    assert audit_sample.unanswered(10) == []


def test_a_share_of_nothing_draws_nothing(stored):
    assert not any(row.audit for row in stored(SURE, *TEXTS, share=0))


def test_rows_that_the_memory_decides_are_drawn_too(stored, database):
    loop = loop_of(database, {"travel"})
    for row in stored(DOUBTFUL, *["BLUE DOOR"] * 3):
        loop.record(row.id, "travel", at=NOW)
    rows = stored(DOUBTFUL, *[f"BLUE DOOR {number:04}" for number in range(40)])
    decided = {row.prediction.decided_by for row in rows if row.audit}
    assert decided == {DecidedBy.MEMORY}


def test_an_answer_closes_the_question_and_undoing_it_opens_it_again(stored, audit_sample, database):
    row = next(row for row in stored(SURE, *TEXTS) if row.audit)
    loop = loop_of(database, {"dining"})
    outcome = loop.record(row.id, "dining", at=NOW)
    assert outcome.was_correct
    assert row.id not in {open_row.id for open_row in audit_sample.unanswered(100)}
    loop.undo(outcome.act, NOW)
    assert row.id in {open_row.id for open_row in audit_sample.unanswered(100)}
