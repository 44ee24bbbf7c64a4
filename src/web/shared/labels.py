"""The page's honest words for what the domain says with enumerations and numbers."""

from __future__ import annotations

from src.domain.categories import Group
from src.domain.imports import ImportStatus
from src.domain.predictions import Band, DecidedBy, Prediction
from src.domain.training_runs import RunStatus, Trigger
from src.domain.transactions import Status, StoredTransaction
from src.domain.verdicts import JudgedOn, Outcome
from src.web.shared import format

_SURE = ((0.97, "almost certain"), (0.85, "very likely"), (0.6, "likely"), (0.35, "perhaps"))

BANDS = {Band.AUTO: "Sorted", Band.SUGGEST: "Please check", Band.UNKNOWN: "Not sure: pick one"}

DECIDERS = {
    "rule": "A rule of yours",
    "memory": "Your earlier answers",
    "model": "The model",
    "person": "You, by changing it",
    "waiting": "Waiting for you",
}

FIELDS = {
    "date": "Date",
    "amount": "Amount",
    "currency": "Currency",
    "direction": "Type",
    "description": "Text",
    "subcategory": "Note",
    "mode": "Payment method",
}
"""What a person may change of a transaction."""

ACTS = {
    "category-changed": "You changed the category {name}",
    "category-merged": "You deleted the category {name}",
}

SOURCES = {
    "page": "Added by hand",
    "api": "Added by a program",
    "import": "Imported",
    "firefly": "Came from Firefly III",
    "actual": "Came from Actual",
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
    Trigger.DRIFT: "Drift seen",
}

OUTCOMES = {
    Outcome.FIRST: "First model",
    Outcome.BETTER: "Promoted: better",
    Outcome.FRESHER: "Promoted: fresher",
    Outcome.UNCHANGED: "Nothing new",
    Outcome.TOO_FEW: "Too few rows to tell",
    Outcome.NOT_BETTER: "Kept the champion",
    Outcome.CATEGORY_FELL: "Kept: a category fell",
    Outcome.PINNED: "Better, but one is pinned",
    Outcome.BROKEN: "Kept: failed its check",
    Outcome.TOO_HEAVY: "Kept: too large or too slow",
    Outcome.LESS_AUTOMATIC: "Kept: fewer automatic",
    Outcome.EARLIER_BETTER: "An earlier model is better",
}

JUDGED_ON = {
    JudgedOn.HOLDOUT: ("held-out transaction of yours", "held-out transactions of yours"),
    JudgedOn.CROSSVAL: (
        "transaction of yours in cross-validation",
        "transactions of yours in cross-validation",
    ),
    JudgedOn.LEXICON: ("row of the shipped lexicon", "rows of the shipped lexicon"),
}
"""Which rows a model was measured on: one, several."""

IMPORT_STATUSES = {
    ImportStatus.PREVIEW: ("Waits for you", "warn"),
    ImportStatus.QUEUED: ("Waiting to start", "accent"),
    ImportStatus.RUNNING: ("Running", "accent"),
    ImportStatus.DONE: ("Done", "good"),
    ImportStatus.FAILED: ("Failed", "bad"),
    ImportStatus.STOPPED: ("Stopped", "warn"),
    ImportStatus.UNDOING: ("Being taken back", "accent"),
    ImportStatus.UNDONE: ("Taken back", ""),
}
"""Words and tone."""

COLUMN_FIELDS = {
    "": "Not used",
    "date": "Date",
    "party": "Other party",
    "payer": "Payer, of what came in",
    "description": "Text",
    "amount": "Amount",
    "out": "Money out",
    "in": "Money in",
    "type": "Which way it went",
    "currency": "Currency",
    "fee": "Fee",
    "category": "Category",
    "payment-message": "Payment message",
    "subcategory": "Note",
    "mode": "Paid by",
    "id": "Reference",
    "status": "Status",
    "balance": "Balance",
}
"""What a column of a file may hold."""

ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "cp1252": "Western (Windows)",
    "cp1250": "Central European (Windows)",
    "cp1251": "Cyrillic (Windows)",
    "cp1253": "Greek (Windows)",
    "cp1254": "Turkish (Windows)",
    "cp1255": "Hebrew (Windows)",
    "cp1256": "Arabic (Windows)",
    "cp1257": "Baltic (Windows)",
    "cp932": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "cp949": "Korean (Windows)",
}

SIGNS = {
    "negative-is-expense": "A minus is spending",
    "positive-is-expense": "A plus is spending",
    "two-columns": "Two columns, out and in",
    "type-column": "A column says which way",
    "unmarked-is-expense": "A column marks what came in",
    "unmarked-is-income": "A column marks what was spent",
    "all-expenses": "All of it is spending",
}

DATE_ORDERS = {"dmy": "Day, month, year", "mdy": "Month, day, year", "ymd": "Year, month, day"}

DECIMAL_MARKS = {".": "1,234.50", ",": "1.234,50"}
SLICES = {
    "category": "By category",
    "merchants": "By whether the merchant was known",
    "mode": "By payment mode",
    "direction": "By direction",
    "age": "By age",
}
"""What the slices of a verdict are of."""

SLICE_NAMES = {
    ("merchants", "seen"): "Both models learned of the merchant",
    ("merchants", "met-since"): "Only the new model did",
    ("merchants", "unseen"): "Neither did",
    ("direction", "expense"): "Expenses",
    ("direction", "income"): "Income",
    ("direction", "transfer"): "Transfers",
    ("age", "newest-quarter"): "The newest quarter of the rows",
}

MET_ALONE = {"seen": "The model learned of the merchant", "unseen": "It did not"}
"""The slices by merchant, where there is no champion."""

STAGES = {
    "queued": "Waiting for the trainer to start",
    "starting": "Starting",
    "data_ingestion": "Reading the labelled transactions",
    "data_validation": "Checking the rows",
    "data_transformation": "Preparing the rows",
    "model_trainer": "Trying models against each other",
    "model_evaluation": "Judging against the champion",
    "model_promotion": "Checking the new model in a fresh process and deciding",
    "done": "Done",
}


def sure(confidence: float) -> str:
    """How likely a calibrated probability is, in words."""
    return next((words for least, words in _SURE if confidence >= least), "a guess")


def rows_judged(rows: int, judged_on: JudgedOn | None) -> str:
    """`91 held-out transactions of yours`."""
    return format.counted(rows, *(JUDGED_ON[judged_on] if judged_on else ("row", "rows")))


def stage(name: str) -> str:
    """A stage in words; one this page does not know yet is shown by its own name."""
    return STAGES.get(name, name.replace("_", " ").replace("-", " ").capitalize())


def reasons(prediction: Prediction) -> tuple[list[str], list[str]]:
    """What spoke for the category and what against it; what weighed next to nothing is not worth a word."""
    heaviest = max((abs(each.weight) for each in prediction.explanation), default=0.0)
    worth = [each for each in prediction.explanation if abs(each.weight) >= heaviest / 20]
    return [each.feature for each in worth if each.weight > 0], [
        each.feature for each in worth if each.weight < 0
    ]


def decided(prediction: Prediction) -> str:
    """Who decided, as the end of a sentence."""
    if prediction.decided_by is DecidedBy.MEMORY:
        return "by your earlier answer for this merchant"
    if prediction.decided_by is DecidedBy.RULE:
        return "by a rule of yours"
    return f"by model {prediction.model_version}" if prediction.model_version else "by the model"


def state(row: StoredTransaction) -> tuple[str, str, str]:
    """Where this transaction stands: words, icon and tone."""
    if row.status is Status.CONFIRMED:
        return "confirmed by you", "check", "good"
    if row.status is Status.CORRECTED:
        return "set by you", "pen", "good"
    if row.needs_review:
        return ("not sure" if row.category is None else "please check"), "question", "warn"
    remembered = row.prediction.decided_by is DecidedBy.MEMORY
    return ("sorted by memory" if remembered else "sorted"), "spark", ""
