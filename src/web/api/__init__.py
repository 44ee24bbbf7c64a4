"""The API: every area's operations, and the document that tells of them."""

from __future__ import annotations

import functools

from flask import Flask

from src.web.api import (
    analytics,
    categories,
    docs,
    feedback,
    health,
    history,
    predictions,
    promotions,
    training,
)
from src.web.openapi import document

TAGS = {
    "predictions": "Predict the category of transactions.",
    "feedback": "Confirm or correct; the next prediction of that merchant knows it.",
    "history": "The kept transactions.",
    "analytics": "Sums, and live accuracy.",
    "categories": "The categories there are.",
    "training": "Training runs, their verdicts, and the models.",
    "promotions": "What serves, what served when and why, the pin, and the model in the shadow.",
    "health": "For supervisors.",
}
_AREAS = (predictions, feedback, history, analytics, categories, training, promotions, health)


def init_app(app: Flask) -> None:
    for area in _AREAS:
        app.register_blueprint(area.api)
    app.register_blueprint(docs.bp)
    declared = [operation for area in _AREAS for operation in area.api.declared]
    app.extensions["ledgerloop.openapi"] = functools.partial(document, declared, TAGS)
