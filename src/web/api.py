"""The API: the operations of all areas, and their OpenAPI document."""

from __future__ import annotations

import functools

from flask import Flask

from src.web.accounts import api as accounts
from src.web.acts import api as acts
from src.web.anomalies import api as anomalies
from src.web.budgets import api as budgets
from src.web.bulk import api as bulk
from src.web.categories import api as categories
from src.web.dashboard import api as dashboard
from src.web.digest import api as digest
from src.web.exports import api as exports
from src.web.feedback import api as feedback
from src.web.forecast import api as forecast
from src.web.health import api as health
from src.web.history import api as history
from src.web.imports import api as imports
from src.web.insight import api as insight
from src.web.integrations import api as webhooks
from src.web.merchants import api as merchants
from src.web.models import api as promotions
from src.web.models import runs_api
from src.web.openapi import api as docs
from src.web.openapi.document import document
from src.web.prediction import api as predictions
from src.web.quality import api as quality
from src.web.review import api as review
from src.web.rules import api as rules
from src.web.settings import api as settings
from src.web.summary import api as summary
from src.web.transfers import api as transfers

TAGS = {
    "predictions": "Predict the category of transactions.",
    "feedback": "Confirm or correct a prediction; the merchant's next prediction uses it.",
    "review": "What waits for an answer, by group: one answer decides many transactions.",
    "acts": "List recent changes, and undo them.",
    "second looks": "Possible mistakes: answers that contradict nearly all other answers for the merchant.",
    "moves": "Changes of a whole category that need confirmation.",
    "history": "Search, edit, split and delete stored transactions.",
    "transfers": "Transfers between own accounts, and refunds of purchases.",
    "bulk changes": "Change or delete many transactions as one act.",
    "exports": "The history as files for other programs.",
    "imports": "Import files, and undo imports.",
    "webhooks": "Endpoints for Firefly III and for scripts that use Actual.",
    "analytics": "Totals of the transactions, and live accuracy.",
    "summary": "Totals of transactions that are not stored.",
    "insight": "Payments that recur: subscriptions, bills, rent and income.",
    "forecast": "Spending and income of the next months.",
    "anomalies": "Unusual spending.",
    "budgets": "Budgets and finance rules.",
    "feed": "Alarms and monthly digests.",
    "quality": "Accuracy of the predictions, and drift.",
    "rules": "What you want to be certain: conditions, and the category and tags that follow.",
    "categories": "List, add, change, merge and delete categories.",
    "merchants": "List, rename, merge and forget merchants.",
    "accounts": "List, add, change, merge and delete your own accounts.",
    "training": "Training runs and their verdicts, models and promotions.",
    "settings": "What may be changed while Ledgerloop runs.",
    "health": "Health checks and metrics for monitoring.",
}
_OPERATIONS = (
    predictions.api,
    feedback.answers,
    review.api,
    acts.api,
    feedback.mistakes,
    feedback.relabels,
    history.api,
    bulk.api,
    transfers.api,
    imports.api,
    exports.api,
    webhooks.api,
    dashboard.api,
    summary.api,
    insight.api,
    forecast.api,
    anomalies.api,
    budgets.api,
    digest.api,
    quality.api,
    categories.api,
    merchants.api,
    accounts.api,
    rules.api,
    runs_api.api,
    promotions.api,
    settings.api,
    health.api,
)


def init_app(app: Flask) -> None:
    for operations in _OPERATIONS:
        app.register_blueprint(operations)
    app.register_blueprint(docs.bp)
    declared = [operation for operations in _OPERATIONS for operation in operations.declared]
    app.extensions["ledgerloop.openapi"] = functools.partial(document, declared, TAGS)
