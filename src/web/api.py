"""The API: every area's operations, and the document that tells of them."""

from __future__ import annotations

import functools

from flask import Flask

from src.web.analytics import api as analytics
from src.web.categories import api as categories
from src.web.feedback import acts_api, category_relabels_api, label_review_api
from src.web.feedback import api as feedback
from src.web.health import api as health
from src.web.history import api as history
from src.web.history import exports_api
from src.web.imports import api as imports
from src.web.integrations import api as webhooks
from src.web.models import api as promotions
from src.web.models import runs_api
from src.web.openapi import api as docs
from src.web.openapi.document import document
from src.web.prediction import api as predictions
from src.web.quality import api as quality
from src.web.quality import drift_api

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
    acts_api,
    label_review_api,
    category_relabels_api,
    history,
    imports,
    exports_api,
    webhooks,
    analytics,
    quality,
    drift_api,
    categories,
    runs_api,
    promotions,
    health,
)


def init_app(app: Flask) -> None:
    for area in _AREAS:
        app.register_blueprint(area.api)
    app.register_blueprint(docs.bp)
    declared = [operation for area in _AREAS for operation in area.api.declared]
    app.extensions["ledgerloop.openapi"] = functools.partial(document, declared, TAGS)
