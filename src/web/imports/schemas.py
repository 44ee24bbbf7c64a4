"""Imports: how a file is read, how far it is, and what became of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.imports import IMPORT_UNDER_WAY, Import, ImportStatus
from src.pipeline.imports.preview import ColumnSummary, Entry, Preview, Question, Rejected
from src.web.shared.fields import money, utc_text

UPLOAD: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "The file as the bank hands it out."},
        "mapping": {
            "type": "string",
            "description": "JSON: parts of the plan, and answers to its questions by their keys.",
        },
        "dry_run": {"type": "string", "enum": ["true", "false"], "description": "Show, and keep nothing."},
    },
}


class RejectBody(TypedDict):
    row: Annotated[int, Field(description="As the owner of the file counts, from 1.")]
    reason: str
    left_out: Annotated[bool, Field(description="True: rightly so, it is no transaction.")]


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
    rows_deleted_before: Annotated[
        int, Field(description="Not added, because a person had deleted them before.")
    ]
    rows_rejected: int
    rows_left_out: int
    rows_removed: Annotated[int, Field(description="Deleted because the import was undone.")]
    rows_kept: Annotated[int, Field(description="Not deleted then, because another import also has them.")]
    rejects: Annotated[list[RejectBody], Field(description="At most the first 200.")]
    progress: Annotated[float, Field(ge=0, le=1, description="Of bringing it in, or of taking it back.")]
    error: str | None
    retry_until: Annotated[
        str | None, Field(description="Until then its file is kept to be tried again; null: it cannot be.")
    ]


class UndoneImportBody(TypedDict):
    rows_removed: int
    rows_kept: Annotated[int, Field(description="Rows that stay, because another import also has them.")]
    answers_kept: Annotated[int, Field(description="Rows whose answers return if they are brought again.")]


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


class UnusedColumnBody(TypedDict):
    """A column of which nothing is kept."""

    place: Annotated[int, Field(ge=0, description="Its place in `columns` and in the plan's `columns`.")]
    name: str
    examples: Annotated[list[str], Field(description="The first different texts, masked; at most three.")]
    distinct: Annotated[int, Field(description="Different texts among the first 2,000 rows.")]
    suggested: Annotated[
        bool,
        Field(
            description="Many different texts that the description lacks: it may name the other party. "
            "To add it, send the plan's `columns` with `description` at its place."
        ),
    ]


class PreviewBody(TypedDict):
    """What would be kept; nothing was."""

    format: str
    plan: dict[str, Any]
    columns: list[str]
    unused_columns: list[UnusedColumnBody]
    questions: list[QuestionBody]
    entries: list[EntryBody]
    rejects: list[RejectBody]
    rows_found: int
    rows_rejected: int
    rows_left_out: int


def import_body(found: Import, rejects: list[dict[str, Any]]) -> ImportBody:
    counts = found.counts
    return {
        "id": found.id,
        "status": status_of(found),
        "name": found.name,
        "format": found.format,
        "created_at": utc_text(found.created_at),
        "finished_at": utc_text(found.finished_at) if found.finished_at else None,
        "rows_read": counts.read,
        "rows_added": counts.added,
        "rows_duplicate": counts.known,
        "rows_deleted_before": counts.deleted,
        "rows_rejected": counts.rejected,
        "rows_left_out": counts.left_out,
        "rows_removed": found.rows_undone,
        "rows_kept": found.rows_stay,
        "rejects": [
            {"row": each["row"], "reason": each["reason"], "left_out": each["left_out"]} for each in rejects
        ],
        "progress": round(found.progress, 4),
        "error": found.error,
        "retry_until": utc_text(found.retry_until) if found.retry_until else None,
    }


def status_of(found: Import) -> str:
    return (ImportStatus.RUNNING if found.status in IMPORT_UNDER_WAY else found.status).value


def preview_body(seen: Preview) -> PreviewBody:
    return {
        "format": seen.detected,
        "plan": seen.plan.to_dict(),
        "columns": list(seen.columns),
        "unused_columns": [_unused(column) for column in seen.column_summaries if not column.used],
        "questions": [_question(each) for each in seen.questions],
        "entries": [_entry(each) for each in seen.entries],
        "rejects": [_reject(each) for each in seen.rejects],
        "rows_found": seen.entry_count,
        "rows_rejected": seen.rejected_count,
        "rows_left_out": seen.left_out_count,
    }


def _unused(column: ColumnSummary) -> UnusedColumnBody:
    return {
        "place": column.place,
        "name": column.name,
        "examples": list(column.examples),
        "distinct": column.distinct,
        "suggested": column.suggested,
    }


def _question(question: Question) -> QuestionBody:
    return {
        "key": question.key,
        "text": question.text,
        "choices": [
            {"value": each.value, "label": each.label, "example": each.example} for each in question.choices
        ],
        "any_value": question.any_value,
    }


def _entry(entry: Entry) -> EntryBody:
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
    }


def _reject(rejected: Rejected) -> RejectBody:
    return {"row": rejected.row, "reason": rejected.reason, "left_out": rejected.left_out}
