"""Four slots of six hours, made fast: the real container at a time given from outside, in one process."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from src.config import load_settings
from src.container import Container
from src.domain.training_runs import RunStatus, Trigger
from src.domain.transactions import Transaction
from src.domain.verdicts import Outcome
from src.services.runs.due_runs import slot_of
from src.training_commands import train
from src.web.models.verdict_sentences import sentence
from tests.pipeline.training.test_run import SHOPS, Lexicon

SIX_HOURS = timedelta(hours=6)


class Time:
    def __init__(self):
        self.is_now = datetime(2026, 3, 4, 0, 1, tzinfo=UTC)

    def __call__(self):
        return self.is_now


@pytest.fixture
def installation(settings, database, monkeypatch):
    """Everything real but the lexicon, which is small, and the time."""
    settings = load_settings(_env_file=None, **settings.model_dump() | {"train_budget_s": 5})
    container = Container(settings, now=Time())
    knowledge = Lexicon()
    knowledge.categories = container.knowledge.categories
    container.__dict__["knowledge"] = knowledge
    yield container
    container.stop()
    container.database.close()


def slot_of_now(container):
    """What the clock and its child do in one slot; the run."""
    container.slots.open(slot_of(container.now(), 6))
    if run := container.runs.claim(holder=container.holder, at=container.now()):
        train(container, run, holder=container.holder)
    container.now.is_now += SIX_HOURS
    return container.runs.newest()[0]


def label(container, texts, category):
    for number, text in enumerate(texts):
        transaction = Transaction(text, Decimal(number + 3), "USD", date(2026, 3, 1))
        [row] = container.predictor.predict_and_keep([transaction], source="api", at=container.now())
        container.feedback.record(row.id, category, at=container.now())
    return row.id


def test_slots_train_skip_and_train_again_as_labels_arrive(installation):
    first = slot_of_now(installation)
    assert (first.status, first.trigger) == (RunStatus.SUCCEEDED, Trigger.FIRST_START)
    assert first.decision.outcome is Outcome.FIRST
    assert first.requested_at == first.finished_at == datetime(2026, 3, 4, 0, 1, tzinfo=UTC)
    assert installation.models.champion().promoted_at == first.finished_at

    skipped = slot_of_now(installation)
    assert (skipped.status, skipped.mlflow_run_id) == (RunStatus.SKIPPED, None)
    assert "Nothing new since the run of 2026-03-04 00:01 UTC" in sentence(skipped.reason)

    last = label(installation, SHOPS["travel"], "transport")
    third = slot_of_now(installation)
    assert (third.status, third.trigger) == (RunStatus.SUCCEEDED, Trigger.SCHEDULE)
    assert third.data["feedback_rows"] == len(SHOPS["travel"])

    # The same answer once more is a change of the row, but not of the data: the training process finds out.
    installation.transactions.amend(last, lambda now: (now.transaction, None, now.edits))
    fourth = slot_of_now(installation)
    assert (fourth.status, fourth.attempt, fourth.mlflow_run_id) == (RunStatus.SKIPPED, 1, None)
    assert slot_of_now(installation).attempt == 0  # and the next one needs no process again
    assert [run.id for run in installation.runs.newest()][-1] == "slot-20260304T000000Z"
