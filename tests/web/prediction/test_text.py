"""The reasons of a prediction, as pages show them."""

from datetime import UTC, datetime

from src.domain.predictions import Band, DecidedBy, Prediction, Reason
from src.web.prediction.text import reasons


def explained(*labels):
    at = datetime(2026, 3, 4, tzinfo=UTC)
    explanation = tuple(Reason(label, weight) for label, weight in labels)
    return Prediction("personal-care", 0.9, Band.AUTO, DecidedBy.MODEL, (), explanation, "1", at)


def test_a_lexicon_match_is_shown_with_the_name_of_its_category(app):
    """Also as earlier releases stored it, in words, and if the category was deleted."""
    prediction = explained(
        *[("lexicon:personal-care", 2.8), ("listed under personal-care", 1.5), ("salon", 1.0)],
        *[("lexicon:deleted", -0.9), ("listed under deleted", -0.8)],
    )
    with app.test_request_context():
        supporting, against = reasons(prediction)
    assert supporting == ["known as Personal care", "known as Personal care", "salon"]
    assert against == ["known as deleted", "known as deleted"]
