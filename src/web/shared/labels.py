"""Labels for the domain's enumerations and numbers."""

from __future__ import annotations

import math

from src.domain.categories import Group
from src.domain.predictions import Band, DecidedBy, Prediction
from src.domain.quality import TOO_FEW_ANSWERS
from src.domain.training_runs import RunStatus, Trigger
from src.domain.transactions import Status, StoredTransaction
from src.domain.verdicts import JudgedOn, Outcome
from src.web.shared import format

_SURE = ((0.97, "almost certain"), (0.85, "very likely"), (0.6, "likely"), (0.35, "perhaps"))

UNCATEGORIZED = "Uncategorized"

BANDS = {
    Band.AUTO: "Categorized automatically",
    Band.SUGGEST: "Needs review",
    Band.UNKNOWN: UNCATEGORIZED,
}

DECIDERS = {
    "rule": "Your rule",
    "memory": "Your earlier answers",
    "model": "The model",
    "person": "Your correction",
    "waiting": "Needs review",
}

_REASONS = {
    "lexicon:": "listed under {}",
    "named:": "“{}” in the name or description of the category",
    "part-of:": "part of {}",
    "amount:missing": "no amount",
    "amount:": "amount about {}",
    "typical-amount:": "amount compared with the typical one",
    "day:": "day {} of the month",
    "via:": "paid through {}",
    "currency:": "currency {}",
    "mode:": "mode {}",
    "account:": "account {}",
    "mcc:": "merchant category code {}",
    "subcategory:": "subcategory {}",
    "memory:1/1": "your last answer for this merchant",
    "memory:": "{} answers for this merchant",
    "rule:": "your rule “{}”",
    "memory-hint:similar": "your answers for merchants of a similar name",
    "memory-hint:differing": "your answers for this merchant, which differ",
}
"""Codes of reasons, or how they begin; `{}` is the rest."""

FIELDS = {
    "date": "Date",
    "amount": "Amount",
    "currency": "Currency",
    "direction": "Type",
    "description": "Text",
    "subcategory": "Note",
    "mode": "Payment method",
    "account": "Account",
    "counterparty": "Other party",
    "notes": "Your notes",
    "mcc": "Merchant category code",
    "tags": "Tags",
    "splits": "Parts",
}
"""The fields a person may edit."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SOURCES = {
    "page": "Added by hand",
    "api": "Added by a program",
    "import": "Imported",
    "firefly-iii": "From Firefly III",
    "actual": "From Actual",
}

GROUPS = {
    Group.ESSENTIAL: "Essential",
    Group.DISCRETIONARY: "Discretionary",
    Group.SAVING: "Saving",
    Group.TRANSFER: "Transfers",
    Group.INCOME: "Income",
}

RUN_STATUSES = {
    RunStatus.QUEUED: "Waiting to start",
    RunStatus.RUNNING: "Running",
    RunStatus.SUCCEEDED: "Finished",
    RunStatus.FAILED: "Failed",
    RunStatus.SKIPPED: "Skipped",
}

TRIGGERS = {
    Trigger.SCHEDULE: "On schedule",
    Trigger.MANUAL: "Started by hand",
    Trigger.FIRST_START: "First start",
    Trigger.DRIFT: "Drift detected",
}

OUTCOMES = {
    Outcome.FIRST: "First model",
    Outcome.BETTER: "Promoted: better",
    Outcome.FRESHER: "Promoted: fresher",
    Outcome.UNCHANGED: "Nothing new",
    Outcome.TOO_FEW: "Too few rows to tell",
    Outcome.NOT_BETTER: "Kept the champion",
    Outcome.CATEGORY_FELL: "Kept: a category got worse",
    Outcome.PINNED: "Better, but a version is pinned",
    Outcome.BROKEN: "Kept: failed its check",
    Outcome.TOO_HEAVY: "Kept: too large or too slow",
    Outcome.LESS_AUTOMATIC: "Kept: fewer categorized automatically",
    Outcome.EARLIER_BETTER: "An earlier model is better",
}

JUDGED_ON = {
    JudgedOn.HOLDOUT: ("of your held-out transactions", "of your held-out transactions"),
    JudgedOn.CROSSVAL: (
        "of your transactions in cross-validation",
        "of your transactions in cross-validation",
    ),
    JudgedOn.LEXICON: ("row of the shipped lexicon", "rows of the shipped lexicon"),
}
"""The rows a model was measured on: one, several."""

SLICES = {
    "category": "By category",
    "merchants": "By whether the merchant was known",
    "mode": "By payment method",
    "direction": "By type",
    "age": "By age",
}
"""The slices of a verdict."""

SLICE_NAMES = {
    ("merchants", "seen"): "Merchant known to both models",
    ("merchants", "met-since"): "Merchant known to the new model only",
    ("merchants", "unseen"): "Merchant known to neither",
    ("direction", "expense"): "Expenses",
    ("direction", "income"): "Income",
    ("direction", "transfer"): "Transfers",
    ("age", "newest-quarter"): "The newest quarter of the rows",
}

MET_ALONE = {"seen": "Known merchant", "unseen": "Unknown merchant"}
"""The slices by merchant, without a champion."""

STAGES = {
    "queued": "Waiting for the trainer to start",
    "starting": "Starting",
    "data_ingestion": "Reading the labelled transactions",
    "data_validation": "Checking the rows",
    "data_transformation": "Preparing the rows",
    "model_trainer": "Comparing candidate models",
    "model_evaluation": "Testing the new model",
    "model_promotion": "Checking the new model in a fresh process and deciding",
    "done": "Done",
}


def sure(confidence: float) -> str:
    """A calibrated probability in words."""
    return next((words for least, words in _SURE if confidence >= least), "a guess")


def rows_judged(rows: int, judged_on: JudgedOn | None) -> str:
    """`91 of your held-out transactions`, `6 rows (too few to tell)`."""
    counted = format.counted(rows, *(JUDGED_ON[judged_on] if judged_on else ("row", "rows")))
    return f"{counted} (too few to tell)" if rows < TOO_FEW_ANSWERS else counted


def stage(name: str) -> str:
    """A stage in words; an unknown one by its name."""
    return STAGES.get(name, name.replace("_", " ").replace("-", " ").capitalize())


def reasons(prediction: Prediction) -> tuple[list[str], list[str]]:
    """The evidence for the category and against it, without reasons of very small weight."""
    heaviest = max((abs(reason.weight) for reason in prediction.explanation), default=0.0)
    shown = [reason for reason in prediction.explanation if abs(reason.weight) >= heaviest / 20]
    evidence = [reason_text(reason.feature) for reason in shown if reason.weight > 0]
    return evidence, [reason_text(reason.feature) for reason in shown if reason.weight < 0]


def reason_text(feature: str) -> str:
    """A reason's code in words. A word of the transaction, or the text of an earlier version, stays."""
    if ":" not in feature:  # most are words
        return feature
    name, colon, value = feature.partition(":")
    template = _REASONS.get(feature) or _REASONS.get(name + colon)
    if template is None:
        return feature
    if name == "amount":
        value = _about(value)
    return template.format(value.replace("/", " of your last ") if name == "memory" else value)


def _about(amount: str) -> str:
    """Two significant digits, without an exponent: 350.75 -> 350, 12499 -> 12,000, 0.994 -> 0.99."""
    try:
        size = abs(float(amount))
    except ValueError:  # a restored file may hold any text
        return amount
    if not math.isfinite(size) or size == 0:
        return "0"
    rounded = round(size, 1 - math.floor(math.log10(size)))
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:.2g}"


def decided(prediction: Prediction) -> str:
    """Who decided, as the end of a sentence."""
    if prediction.decided_by is DecidedBy.MEMORY:
        return "by your earlier answer for this merchant"
    if prediction.decided_by is DecidedBy.RULE:
        names = [reason_text(reason.feature) for reason in prediction.explanation]
        return f"by {names[0]}" if names else "by your rule"
    return f"by model {prediction.model_version}" if prediction.model_version else "by the model"


_AUTOMATIC = {DecidedBy.RULE: "by your rule", DecidedBy.MEMORY: "by your earlier answer"}


def state(row: StoredTransaction) -> tuple[str, str, str]:
    """The state of a transaction: label, icon and tone."""
    if row.status is Status.CONFIRMED:
        return "confirmed by you", "check", "good"
    if row.status is Status.CORRECTED:
        return "set by you", "pen", "good"
    if row.is_linked:
        return "no answer needed", "check", ""
    if row.needs_review:
        return ("uncategorized" if row.category is None else "needs review"), "question", "warn"
    return _AUTOMATIC.get(row.prediction.decided_by, "categorized automatically"), "spark", ""
