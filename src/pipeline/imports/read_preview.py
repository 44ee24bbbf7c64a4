"""Reads a file into a preview: one pure step, run in a separate process by `src.read_file`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from src.components.bank_files.entry import Choice, ColumnSummary, Preview, masked
from src.components.bank_files.limits import DEFAULT, Limits
from src.components.bank_files.plan import COLUMN_QUESTIONS, Plan
from src.components.bank_files.read import fingerprint_of_header, preview
from src.components.bank_files.source import BankFile
from src.components.text.masking import mask
from src.pipeline.imports.preview_json import from_json, to_json

_DEPEND_ON_COLUMNS = ("date_order", "decimal_mark", "sign", "default_currency")
"""Detected again when the columns change."""


@dataclass(frozen=True)
class ReadRequest:
    """What is known about a file before it is opened."""

    plan: Mapping[str, Any] | None = None
    """None: use the profile of the file's layout, if there is one."""
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Plans by layout."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a Plan, and answers to questions by their keys."""
    currency: str = ""
    """The first choice if the file does not name its currency."""
    limits: Limits = DEFAULT


@dataclass(frozen=True)
class ReadResult:
    layout: str
    """The same for all files of one layout."""
    preview: Preview
    """Masked, as it would be stored."""

    @property
    def rows(self) -> int:
        return self.preview.entry_count + self.preview.rejected_count + self.preview.left_out_count

    def to_json(self) -> bytes:
        return to_json(self)

    @classmethod
    def from_json(cls, text: bytes) -> ReadResult:
        """Raises ValueError if another release wrote it."""
        return from_json(cls, text)


def read_preview(content: bytes, request: ReadRequest) -> ReadResult:
    """Open the file once and pass over it a few times. Raises InvalidInput."""
    file = BankFile(content, request.limits)
    layout = fingerprint_of_header(file)
    reader = _Reader(file, request.currency)
    if request.plan is not None:
        plan = Plan.from_dict(request.plan)
    else:
        profile = request.profiles.get(layout)
        plan = replace(Plan.from_dict(profile), open=()) if profile is not None else Plan()
        if {"columns", *COLUMN_QUESTIONS} & request.changes.keys():
            plan = reader.preview(plan).plan  # the columns of the file, and the questions about them
    return ReadResult(layout, _masked(reader.preview_changed(plan, request.changes)))


def is_unchanged(plan: Mapping[str, Any], changes: Mapping[str, Any]) -> bool:
    """Whether `changes` leave the preview as it is. Raises InvalidInput."""
    before = Plan.from_dict(plan)
    return not changes.keys() & set(before.open) and _with_fields(before, changes) == before


@dataclass(frozen=True)
class _Reader:
    file: BankFile
    currency: str

    def preview(self, plan: Plan) -> Preview:
        return preview(self.file, plan, limits=self.file.limits, usual_currency=self.currency)

    def preview_changed(self, plan: Plan, changes: Mapping[str, Any]) -> Preview:
        """changes: answers to the open questions of `plan`, and fields of it."""
        answers = {name: str(value) for name, value in changes.items() if name in plan.open}
        changed = _with_fields(plan, {name: value for name, value in changes.items() if name not in answers})
        current = self.preview(changed) if changed != plan else None
        for name in answers.keys() & COLUMN_QUESTIONS.keys():
            changed = current.plan if current else changed
            if name in changed.open:  # another answer may have settled it
                current = self.preview(changed.answered(name, answers[name]))
        changed = answered = current.plan if current else changed
        for name in answers.keys() & set(changed.open) - COLUMN_QUESTIONS.keys():
            answered = answered.answered(name, answers[name])
        return current if current and answered == changed else self.preview(answered)


def _with_fields(plan: Plan, changes: Mapping[str, Any]) -> Plan:
    fields = plan.to_dict()
    if "columns" in changes and changes["columns"] != fields["columns"]:
        fields |= dict.fromkeys(_DEPEND_ON_COLUMNS)
    still_open = [key for key in fields["open"] if key not in changes]
    return Plan.from_dict({**fields, "open": still_open, **changes})


def _masked(preview: Preview) -> Preview:
    """As it would be stored. The predictions and answers of an own export are not shown."""
    return replace(
        preview,
        entries=tuple(replace(masked(entry), exported=None) for entry in preview.entries),
        questions=tuple(
            replace(question, choices=tuple(map(_masked_choice, question.choices)))
            for question in preview.questions
        ),
        columns=tuple(map(mask, preview.columns)),
        column_summaries=tuple(map(_masked_summary, preview.column_summaries)),
    )


def _masked_summary(summary: ColumnSummary) -> ColumnSummary:
    return replace(summary, name=mask(summary.name), examples=tuple(map(mask, summary.examples)))


def _masked_choice(choice: Choice) -> Choice:
    return replace(choice, example=mask(choice.example))
