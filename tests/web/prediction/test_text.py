"""The reasons of a prediction, as pages show them."""

from datetime import UTC, datetime

from src.domain.predictions import Band, DecidedBy, Prediction, Reason
from src.web.prediction.text import reasons


def explained(*labels):
    at = datetime(2026, 3, 4, tzinfo=UTC)
    explanation = tuple(Reason(label, weight) for label, weight in labels)
    return Prediction("personal-care", 0.9, Band.AUTO, DecidedBy.MODEL, (), explanation, "1", at)


def test_a_lexicon_match_is_shown_with_the_name_of_its_category(app):
    prediction = explained(("lexicon:personal-care", 2.8), ("salon", 1.0), ("listed under deleted", -0.9))
    with app.test_request_context():
        assert reasons(prediction) == (["known as Personal care", "salon"], ["known as deleted"])
