from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from src.domain.feedback import LabelSource
from src.domain.models import ShadowComparison
from src.domain.predictions import Band, DecidedBy, ShadowPrediction
from src.errors import Conflict, NotFound
from src.services.models.repository import Models
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.services.rows import answer, keep, new

NOW = datetime.now(UTC)
"""A row's id says when it was stored, which is really now."""


@pytest.fixture
def models(database):
    made = Models(database)
    for version in "123":
        made.keep(b"bundle", version=version, run_id="r", mlflow_run_id="", metrics={}, at=NOW)
    made.promote("1", by="training", reason="", at=NOW)
    return made


@pytest.fixture
def shadows(models):
    return models.shadows


@pytest.fixture
def answered(database):
    """Keep a row with predictions of both models, and answer it with `dining`."""
    transactions, events = Transactions(database), FeedbackEvents(database)

    def make(
        champion="dining",
        shadow="dining",
        *,
        version="2",
        model="1",
        by=DecidedBy.MODEL,
        source=LabelSource.FEEDBACK,
    ):
        made = new()
        shadow_prediction = ShadowPrediction(version, shadow, 0.8, champion)
        prediction = replace(
            made.prediction,
            shadow=shadow_prediction,
            model_version=model,
            decided_by=by,
            at=NOW,
            band=Band.UNKNOWN,
        )
        [row] = keep(transactions, replace(made, prediction=prediction))
        events.add([(row.id, answer("dining", source=source, at=NOW))])
        return row

    return make


def start(shadows, version="2", at=NOW - timedelta(hours=1)):
    return shadows.start(version, sha256="ab", by="person", at=at)


def test_one_version_at_a_time_is_shadow_tested(shadows):
    assert shadows.current() is None
    assert start(shadows) == shadows.current()
    assert start(shadows, "3").revision == 2
    assert shadows.current().version == "3"
    shadows.end()
    assert shadows.current() is None
    with pytest.raises(NotFound):
        shadows.end()
    assert start(shadows, "2").revision == 3  # no process takes it for an earlier one


def test_what_serves_needs_no_shadow_and_a_shadow_that_serves_has_ended(shadows, models):
    with pytest.raises(Conflict, match="Model 1 is already active"):
        start(shadows, "1")
    start(shadows, "2")
    models.promote("2", by="person", reason="", at=NOW)
    assert shadows.current() is None
    models.promote("1", by="person", reason="", at=NOW)
    assert shadows.current() is None


def test_another_promotion_leaves_the_shadow_running(shadows, models):
    start(shadows, "2")
    models.promote("3", by="person", reason="", at=NOW)
    assert shadows.current().version == "2"


def test_both_models_are_compared_on_what_a_person_answered(shadows, answered):
    shadow = start(shadows)
    for champion, other in [("dining", "dining")] * 3 + [("dining", "travel")] + [("travel", "dining")] * 2:
        answered(champion, other)
    answered("travel", "pets")
    assert shadows.compare(shadow, "1") == ShadowComparison(
        answers=7, both_right=3, champion_only=1, shadow_only=2
    )


@pytest.mark.parametrize(
    "otherwise",
    [
        {"by": DecidedBy.MEMORY},
        {"model": "3"},
        {"version": "3"},
        {"source": LabelSource.SIMILAR},
    ],
    ids=["memory decided", "another champion", "another shadow", "answered with many others"],
)
def test_a_row_without_predictions_of_both_does_not_count(shadows, answered, otherwise):
    shadow = start(shadows)
    answered(**otherwise)
    assert shadows.compare(shadow, "1").answers == 0


def test_rows_from_before_the_shadow_ran_do_not_count(shadows, answered):
    answered()
    assert shadows.compare(start(shadows, at=NOW + timedelta(seconds=1)), "1").answers == 0


def test_the_prediction_of_the_shadow_stays_when_a_row_is_rebuilt(database, answered):
    transactions = Transactions(database)
    row = answered("travel", "dining")
    transactions.rebuild(lambda transaction: transaction)
    changed = replace(row.transaction, description="another")
    kept = transactions.amend(row.id, lambda now: (changed, None, now.edits))
    assert kept.prediction.shadow == ShadowPrediction("2", "dining", 0.8, "travel")
