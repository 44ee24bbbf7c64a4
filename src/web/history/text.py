"""The words of the history and of a transaction's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from src.domain.bulk import BulkChange
from src.domain.categories import Flow
from src.domain.feedback import LabelSource
from src.domain.predictions import Band, DecidedBy
from src.domain.transactions import Direction, Edit, Transaction
from src.domain.transfers import LinkKind
from src.pipeline.feedback.edit import changed_fields
from src.web.prediction.forms import TransactionForm
from src.web.shared import format, labels
from src.web.shared.blueprint import bp, category_name

PREDICTED = "Predicted"
PREDICTED_AGAIN = "Predicted again"
ANSWER_UNDONE = "You undid an answer"
MERGED = "Its category was merged"
EDITED = "You edited it"
ANSWERED = {
    LabelSource.FEEDBACK: "You answered",
    LabelSource.SIMILAR: "You answered for all similar ones",
    LabelSource.ONCE: "You answered, for these alone",
    LabelSource.IMPORT: "The import named the category",
    LabelSource.KNOWLEDGE: "The lexicon named the category",
}
LINKED = {
    (LinkKind.TRANSFER, "out"): "Transferred to your own account:",
    (LinkKind.TRANSFER, "into"): "Transferred from your own account:",
    (LinkKind.REFUND, "out"): "Refunded by",
    (LinkKind.REFUND, "into"): "Refund of",
}
"""Before the other transaction of a link, by the end that this one is."""
LINK_DOES_NOT_COUNT = "Linked, but they no longer fit together, so the link does not count:"
TWO_AMOUNTS = "This can be read in two ways."


def edited_elsewhere(fields: Sequence[str], current: TransactionForm) -> str:
    """fields: changed both here and elsewhere since the form was shown."""
    values = ", ".join(f"{labels.FIELDS[name]} is now “{getattr(current, name)}”" for name in fields)
    return f"This transaction was edited elsewhere: {values}. Check your changes and save again."


@dataclass(frozen=True)
class FieldConflict:
    """A field that two changed at once."""

    name: str
    before: str
    now: str
    yours: str
    """As typed."""


def field_conflicts(
    fields: Sequence[str], before: Transaction, current: Transaction, form: TransactionForm
) -> tuple[FieldConflict, ...]:
    """form: with what the person typed for these fields."""
    return tuple(
        FieldConflict(
            labels.FIELDS[name], _shown(before, name), _shown(current, name), getattr(form, name) or "–"
        )
        for name in fields
    )


@dataclass(frozen=True)
class Change:
    name: str
    before: str
    after: str


def changes_in(edit: Edit) -> tuple[Change, ...]:
    return tuple(
        Change(labels.FIELDS[name], _shown(edit.before, name), _shown(edit.after, name))
        for name in changed_fields(edit.before, edit.after)
    )


@bp.app_template_filter()
def parts(transaction: Transaction) -> str:
    """`60.00 Groceries, 40.75 Pets`."""
    return ", ".join(
        f"{format.money(split.amount, transaction.currency)} {category_name(split.category)}"
        for split in transaction.splits
    )


_LINE_TYPES = {
    Flow.SPENT: "Expense",
    Flow.EARNED: "Income",
    Flow.SAVED: "Saving",
    Flow.TRANSFERRED: "Transfer",
}


def line_type(flow: Flow, sign: int) -> str:
    """Of a line in a spreadsheet; sign: of its amount in the flow, +1 or -1."""
    return "Refund" if flow is Flow.SPENT and sign < 0 else _LINE_TYPES[flow]


EMPTIED = {name: labels.FIELDS[name] for name in ("account", "mode", "tags", "notes")}
"""Fields that many transactions can be without."""


def bulk_changes(change: BulkChange) -> list[tuple[str, str]]:
    """(field, new value) in words; the category as its slug."""
    example = replace(Transaction("", Decimal(1), "", date.min), **change.fields)
    fields = [(labels.FIELDS[name], _shown(example, name)) for name in change.fields]
    return [*([("Category", change.category)] if change.category else []), *fields]


def _shown(transaction: Transaction, name: str) -> str:
    if name == "amount":
        return format.money(transaction.amount, transaction.currency)
    if name == "date":
        return format.day(transaction.date)
    if name == "tags":
        return ", ".join(transaction.tags) or "–"
    if name == "splits":
        return parts(transaction) or "–"
    value = getattr(transaction, name)
    return str(value).capitalize() if name == "direction" else str(value or "–")


STATES = {
    "needs_review": "Needs review",
    "predicted": "Predicted",
    "confirmed": "Confirmed",
    "corrected": "Corrected",
}
SORTS = {
    "-date": "Newest first",
    "date": "Oldest first",
    "-amount": "Largest first",
    "amount": "Smallest first",
    "confidence": "Least certain first",
}
CHOICES = {
    "band": ("Result", {band.value: labels.BANDS[band] for band in Band}),
    "decided_by": ("Decided by", {by.value: labels.DECIDERS[by.value] for by in DecidedBy}),
    "answer": ("Your answer", {"directly": "For this one", "similar": "For all similar", "no": "None"}),
    "counts": (
        "Counts as",
        {
            Flow.SPENT.value: "Spending",
            Flow.EARNED.value: "Income",
            Flow.SAVED.value: "Savings categories",
            Flow.TRANSFERRED.value: "Transfers",
        },
    ),
    "weekday": ("Weekday", dict(zip("0123456", labels.WEEKDAYS, strict=True))),
    "without": (
        "Without",
        {name: labels.FIELDS.get(name, "Merchant") for name in ("account", "mode", "merchant")},
    ),
}
EXACT = {
    "account": "Account",
    "counterparty": "Other party",
    "merchant": "Merchant",
    "tag": "Tag",
    "mcc": "Merchant category code",
    "currency": "Currency",
    "import": "Import",
    "rule": "Rule",
}
"""Filters that a field must equal."""
COUNTED = "What counts"
TOTALS = {
    "spent": ("Spending", "expense"),
    "earned": ("Income", "income"),
    "saved": ("Savings categories", "saved"),
    "transferred": ("Transfers", "transfer"),
}
"""By what a filter counts: label and name of the total."""
DIRECTIONS = {direction.value: direction.value.capitalize() for direction in Direction}
FILTERS = {
    "q": "Text",
    "from": "From",
    "to": "To",
    "category": "Category",
    "counted_in": "Counts in",
    "status": "State",
    "direction": "Type",
    "mode": "Payment method",
    "min_amount": "Amount from",
    "max_amount": "Amount to",
    "predicted": "Predicted as",
    "version": "Model version",
    **EXACT,
    **{name: label for name, (label, _) in CHOICES.items()},
}
"""The filters, by their names in the address."""
FILTER_VALUES = {
    "status": STATES,
    "direction": DIRECTIONS,
    **{name: choices for name, (_, choices) in CHOICES.items()},
}
