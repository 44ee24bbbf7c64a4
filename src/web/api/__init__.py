"""The API: every area's operations, and the document that tells of them."""

from __future__ import annotations

import functools

from flask import Flask

from src.web.api import (
    acts,
    analytics,
    categories,
    docs,
    drift,
    exports,
    feedback,
    health,
    history,
    imports,
    moves,
    predictions,
    promotions,
    quality,
    second_looks,
    training,
    webhooks,
)
from src.web.openapi import document

TAGS = {
    "predictions": "Predict the category of transactions.",
    "feedback": "Confirm or correct; the next prediction of that merchant knows it.",
    "acts": "What was done, and undoing it.",
    "second looks": "Answers set aside because they contradict nearly all others alike.",
    "moves": "Whole categories called otherwise, until that is confirmed.",
    "history": "The kept transactions.",
    "exports": "The history as files for other programs.",
    "imports": "Files brought in, and taken back.",
    "webhooks": "What Firefly III and scripts of Actual call.",
    "analytics": "Sums, and live accuracy.",
    "quality": "How well the predictions do.",
    "categories": "The categories there are.",
    "training": "Training runs, their verdicts, and the models.",
    "drift": "Whether what comes in still looks like what the champion learned from.",
    "health": "For supervisors.",
}
_AREAS = (
    predictions,
    feedback,
    acts,
    second_looks,
    moves,
    history,
    imports,
    exports,
    webhooks,
    analytics,
    quality,
    drift,
    categories,
    training,
    promotions,
    health,
)


def init_app(app: Flask) -> None:
    for area in _AREAS:
        app.register_blueprint(area.api)
    app.register_blueprint(docs.bp)
    declared = [operation for area in _AREAS for operation in area.api.declared]
    app.extensions["ledgerloop.openapi"] = functools.partial(document, declared, TAGS)
