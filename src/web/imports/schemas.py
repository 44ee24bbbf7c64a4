"""Bodies of imports: previews, progress and results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.imports import IMPORT_UNDER_WAY, NEW_CATEGORY, NO_CATEGORY, Import, ImportStatus
from src.web.imports import text
from src.web.shared.fields import Name, RequestModel, money, utc_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from src.components.bank_files.entry import ColumnSummary, Entry, Preview, Question
    from src.pipeline.imports.category_mapping import MappedCategory

UPLOAD: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "The file from the bank or another program.",
        },
        "mapping": {
            "type": "string",
            "description": "JSON: fields of the plan, such as `account` (the own account of all rows; null: "
            "the one that the file names), and answers to its questions by their keys. `categories` says "
            "what the file's categories become, and sets `take_categories`: an object of their names, each "
            "with the slug or name of a category, true (one of its name) or null (predict instead).",
        },
        "dry_run": {
            "type": "string",
            "enum": ["true", "false"],
            "description": "Return the preview and store nothing. A long file is stored, and read in the "
            "background.",
        },
    },
}


class ProfileRename(RequestModel):
    name: Name


class RejectBody(TypedDict):
    row: Annotated[int, Field(description="Line of the file, row of the sheet or n-th transaction, from 1.")]
    reason: str
    left_out: Annotated[bool, Field(description="True: it is not a transaction.")]


class AcceptedImportBody(TypedDict):
    id: str
    status: str


class ImportBody(TypedDict):
    id: str
    status: Annotated[str, Field(description="preview, running, done, failed, stopped, undoing or undone.")]
    name: str
    format: str
    created_at: str
    finished_at: str | None
    rows_read: int
    rows_added: int
    rows_duplicate: int
    rows_deleted_before: Annotated[int, Field(description="Not added, because a person had deleted them.")]
    rows_rejected: int
    rows_left_out: int
    rows_removed: Annotated[int, Field(description="Deleted because the import was undone.")]
    rows_kept: Annotated[
        int, Field(description="Not deleted by the undo, because another import also has them.")
    ]
    rejects: Annotated[list[RejectBody], Field(description="At most the first 200.")]
    progress: Annotated[
        float, Field(ge=0, le=1, description="Of reading a long file first, of the import, or of its undo.")
    ]
    error: str | None
    retry_until: Annotated[
        str | None, Field(description="Until then the import can be retried; null: it cannot.")
    ]


class UndoneImportBody(TypedDict):
    rows_removed: int
    rows_kept: Annotated[int, Field(description="Rows that stay, because another import also has them.")]
    answers_kept: Annotated[int, Field(description="Rows whose answers return if they are imported again.")]


class ChoiceBody(TypedDict):
    value: str
    label: str
    example: str


class QuestionBody(TypedDict):
    key: str
    text: str
    choices: list[ChoiceBody]
    any_value: bool


class EntryBody(TypedDict):
    row: int
    date: str
    description: str
    amount: str
    currency: str
    direction: str
    mode: str | None
    subcategory: str | None
    category: str | None
    account: str | None
    counterparty: str | None
    notes: str | None
    mcc: str | None
    tags: list[str]


class UnusedColumnBody(TypedDict):
    """A column that is not imported."""

    place: Annotated[
        int, Field(ge=0, description="Its position in `columns` and in the plan's `columns`, from 0.")
    ]
    name: str
    examples: Annotated[list[str], Field(description="The first distinct texts, masked; at most three.")]
    distinct: Annotated[int, Field(description="Distinct texts among the first 2,000 rows.")]
    suggested: Annotated[
        bool,
        Field(
            description="It has many distinct texts that the description lacks, perhaps of the other party. "
            "To add it, send the plan's `columns` with `description` at its position."
        ),
    ]


# `from` is a Python keyword, so this is a call.
DaysBody = TypedDict("DaysBody", {"from": str, "to": str})


class FileSumBody(TypedDict):
    currency: str
    direction: str
    rows: int
    amount: str


Becomes = Annotated[
    str | bool | None,
    Field(description="Slug of a category; true: one of the file's name, which is added; null: none."),
]


class FileCategoryBody(TypedDict):
    """A category of the file."""

    name: str
    rows: int
    becomes: Annotated[Becomes, Field(description="Unless `categories` of the mapping says otherwise.")]
    proposed: Annotated[Becomes, Field(description="What it most likely means.")]
    evidence: Annotated[
        str, Field(description="For it: chosen, same-name, similar-name, synonym, lexicon or none.")
    ]


class EvidenceBody(TypedDict):
    """What a decision about the file is based on."""

    decision: Annotated[
        str, Field(description="A field of the plan; `balance`: the check against the running balance.")
    ]
    basis: Annotated[str, Field(description="balance, marks, signs, fee, words, texts, account or program.")]
    agree: Annotated[int, Field(description="Rows, or steps of the balance, that show it.")]
    of: Annotated[int, Field(description="Rows, or steps of the balance, that were compared.")]
    row: Annotated[int | None, Field(description="The first row that disagrees.")]
    text: str


class PreviewBody(TypedDict):
    """What would be imported."""

    format: str
    plan: dict[str, Any]
    columns: list[str]
    unused_columns: list[UnusedColumnBody]
    categories: Annotated[list[FileCategoryBody], Field(description="Of the file; at most 300.")]
    questions: list[QuestionBody]
    entries: Annotated[list[EntryBody], Field(description="At most the first 20.")]
    rejects: Annotated[list[RejectBody], Field(description="At most the first 20.")]
    days: Annotated[DaysBody | None, Field(description="The first and the last day of all transactions.")]
    sums: Annotated[list[FileSumBody], Field(description="Of all transactions.")]
    evidence: Annotated[list[EvidenceBody], Field(description="What the reading of the file is based on.")]
    rows_found: int
    rows_duplicate: Annotated[
        int | None,
        Field(
            description="Transactions that are stored, or were deleted, already: they would not be added. Of "
            "the first 5,000; null while a question is open, and for Ledgerloop exports."
        ),
    ]
    rows_rejected: int
    rows_left_out: int


def import_body(current: Import, rejects: list[dict[str, Any]]) -> ImportBody:
    counts = current.counts
    return {
        "id": current.id,
        "status": status_of(current),
        "name": current.name,
        "format": text.format_name(current.format, current.plan),
        "created_at": utc_text(current.created_at),
        "finished_at": utc_text(current.finished_at) if current.finished_at else None,
        "rows_read": counts.read,
        "rows_added": counts.added,
        "rows_duplicate": counts.known,
        "rows_deleted_before": counts.deleted,
        "rows_rejected": counts.rejected,
        "rows_left_out": counts.left_out,
        "rows_removed": current.rows_undone,
        "rows_kept": current.rows_stay,
        "rejects": [_reject(reject["row"], reject["reason"], reject["left_out"]) for reject in rejects],
        "progress": round(current.progress, 4),
        "error": current.error,
        "retry_until": utc_text(current.retry_until) if current.retry_until else None,
    }


def status_of(current: Import) -> str:
    """A client need not know whether a file is being read or imported."""
    running = current.status in (ImportStatus.READING, *IMPORT_UNDER_WAY)
    return (ImportStatus.RUNNING if running else current.status).value


def preview_body(preview: Preview, categories: Sequence[MappedCategory]) -> PreviewBody:
    plan = preview.plan.to_dict()
    plan["categories"] = {name: _becomes(choice) for name, choice in plan["categories"]}
    return {
        "format": text.format_name(preview.detected, plan),
        "plan": plan,
        "columns": [text.column_name(name, position) for position, name in enumerate(preview.columns)],
        "unused_columns": [_unused(column) for column in preview.column_summaries if not column.used],
        "categories": [
            {
                "name": category.name,
                "rows": category.entries,
                "becomes": _becomes(category.becomes),
                "proposed": _becomes(category.proposed),
                "evidence": category.evidence.value,
            }
            for category in categories
        ],
        "questions": [question_body(question) for question in preview.questions],
        "entries": [_entry(entry, preview.plan.account) for entry in preview.entries],
        "rejects": [
            _reject(rejected.row, rejected.reason, rejected.left_out) for rejected in preview.rejects
        ],
        "days": {"from": preview.first_day.isoformat(), "to": preview.last_day.isoformat()}
        if preview.first_day and preview.last_day
        else None,
        "sums": [
            {
                "currency": total.currency,
                "direction": total.direction.value,
                "rows": total.entries,
                "amount": money(total.amount, total.currency),
            }
            for total in preview.sums
        ],
        "evidence": [
            {
                "decision": evidence.decision,
                "basis": evidence.basis,
                "agree": evidence.agree,
                "of": evidence.of,
                "row": evidence.conflict,
                "text": text.evidence_text(evidence),
            }
            for evidence in preview.evidence
        ],
        "rows_found": preview.entry_count,
        "rows_duplicate": preview.duplicates,
        "rows_rejected": preview.rejected_count,
        "rows_left_out": preview.left_out_count,
    }


def _becomes(choice: str) -> str | bool | None:
    return {NEW_CATEGORY: True, NO_CATEGORY: None}.get(choice, choice)


def _unused(column: ColumnSummary) -> UnusedColumnBody:
    return {
        "place": column.position,
        "name": text.column_name(column.name, column.position),
        "examples": list(column.examples),
        "distinct": column.distinct,
        "suggested": column.suggested,
    }


def question_body(question: Question) -> QuestionBody:
    return {
        "key": question.key,
        "text": text.question_text(question),
        "choices": [
            {
                "value": choice.value,
                "label": text.choice_label(question, choice),
                "example": text.choice_example(question, choice),
            }
            for choice in question.choices
        ],
        "any_value": question.any_value,
    }


def _entry(entry: Entry, account: str | None) -> EntryBody:
    return {
        "row": entry.row,
        "date": entry.date.isoformat(),
        "description": entry.description,
        "amount": money(entry.amount, entry.currency),
        "currency": entry.currency,
        "direction": entry.direction.value,
        "mode": entry.mode,
        "subcategory": entry.subcategory,
        "category": entry.category,
        "account": account or entry.account,
        "counterparty": entry.counterparty,
        "notes": entry.notes,
        "mcc": entry.mcc,
        "tags": list(entry.tags),
    }


def _reject(row: int, reason: str, left_out: bool) -> RejectBody:
    return {"row": row, "reason": text.reason(reason), "left_out": left_out}
