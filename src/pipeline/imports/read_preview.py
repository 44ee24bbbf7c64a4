"""Reads a file into a preview: one pure step, run in a separate process by `src.read_file`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

from pydantic import TypeAdapter

from src.components.bank_files.entry import ColumnSummary, FileCategory, Preview, masked
from src.components.bank_files.limits import DEFAULT, Limits
from src.components.bank_files.own_account import masked_cell
from src.components.bank_files.plan import ADDED_FIELDS, COLUMN_QUESTIONS, Field, Format, Plan
from src.components.bank_files.read import SHOWN, fingerprint_of_header, preview
from src.components.bank_files.source import BankFile
from src.components.text.masking import mask
from src.domain.categories import name_key
from src.pipeline.imports.recognition import FileRow, file_row

WHOLE = 10_000
"""Transactions, and rejected rows, of a file that is returned as a whole."""
_COMPARED = 5_000
"""Transactions of a file that are compared with the stored ones before it is imported."""
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
    whole: bool = False
    """Return all rows, up to WHOLE, with account numbers; such a result must not be stored."""


@dataclass(frozen=True)
class ReadResult:
    layout: str
    """The same for all files of one layout."""
    preview: Preview
    """Masked, as it would be stored."""
    file_rows: tuple[FileRow, ...] = ()
    """The first ones, to find duplicates; never stored. Empty while a question is open."""

    @property
    def rows(self) -> int:
        return self.preview.entry_count + self.preview.rejected_count + self.preview.left_out_count

    def to_json(self) -> bytes:
        return _as_json().dump_json(self)

    @classmethod
    def from_json(cls, text: bytes) -> ReadResult:
        """Raises ValueError if another release wrote it."""
        result = _as_json().validate_json(text)
        if _as_json().dump_python(result, mode="json") != json.loads(text):  # fields were added or ignored
            raise ValueError("another release wrote this preview")
        return result


@cache
def _as_json() -> TypeAdapter[ReadResult]:
    return TypeAdapter(ReadResult)


def read_preview(
    content: bytes, request: ReadRequest, report: Callable[[float], object] | None = None
) -> ReadResult:
    """Open the file once and pass over it a few times. Raises InvalidInput.

    report: called with the share that is read, at most a hundred times.
    """
    file = BankFile(content, request.limits, report)
    layout = fingerprint_of_header(file)
    entries, shown = (WHOLE, WHOLE) if request.whole else (_COMPARED, SHOWN)
    read = partial(
        preview,
        file,
        limits=request.limits,
        usual_currency=request.currency,
        entries=entries,
        shown=shown,
    )
    if request.plan is not None:
        plan = Plan.from_dict(request.plan)
    else:
        profile = request.profiles.get(layout)
        plan = replace(Plan.from_dict(profile), open=()) if profile is not None else Plan()
        if profile is not None and "account" not in profile:
            plan = replace(plan, columns=_with_added_columns(plan, read(Plan())))
        if {"columns", *COLUMN_QUESTIONS} & request.changes.keys():
            plan = read(plan).plan  # the columns of the file, and the questions about them
    result = _changed(plan, request.changes, read)
    is_compared = not (request.whole or result.plan.open or result.plan.format is Format.LEDGERLOOP)
    rows = tuple(file_row(masked(entry)) for entry in result.entries) if is_compared else ()
    previewed = _masked(replace(result, entries=result.entries[:shown]), with_numbers=request.whole)
    return ReadResult(layout, previewed, rows)


def _with_added_columns(plan: Plan, detected: Preview) -> tuple[Field, ...] | None:
    """The columns of a profile of an earlier release, which did not know some fields.

    detected: without the profile.
    """
    columns, others = plan.columns, detected.plan.columns
    if columns is None or others is None or len(columns) != len(others):
        return columns
    return tuple(
        other if not column and other in ADDED_FIELDS and other not in columns else column
        for column, other in zip(columns, others, strict=True)
    )


def is_unchanged(plan: Mapping[str, Any], changes: Mapping[str, Any]) -> bool:
    """Whether `changes` leave the preview as it is. Raises InvalidInput."""
    before = Plan.from_dict(plan)
    return not changes.keys() & set(before.open) and _with_fields(before, changes) == before


def _changed(plan: Plan, changes: Mapping[str, Any], read: Callable[[Plan], Preview]) -> Preview:
    """changes: answers to the open questions of `plan`, and fields of it."""
    answers = {name: str(value) for name, value in changes.items() if name in plan.open}
    changed = _with_fields(plan, {name: value for name, value in changes.items() if name not in answers})
    current = read(changed) if changed != plan else None
    for name in answers.keys() & COLUMN_QUESTIONS.keys():
        changed = current.plan if current else changed
        if name in changed.open:  # another answer may have settled it
            current = read(changed.answered(name, answers[name]))
    changed = answered = current.plan if current else changed
    for name in answers.keys() & set(changed.open) - COLUMN_QUESTIONS.keys():
        answered = answered.answered(name, answers[name])
    return current if current and answered == changed else read(answered)


def _with_fields(plan: Plan, changes: Mapping[str, Any]) -> Plan:
    fields = plan.to_dict()
    if "columns" in changes and changes["columns"] != fields["columns"]:
        fields |= dict.fromkeys(_DEPEND_ON_COLUMNS)
    still_open = [key for key in fields["open"] if key not in changes]
    return Plan.from_dict({**fields, "open": still_open, **changes})


def _masked(preview: Preview, *, with_numbers: bool) -> Preview:
    """As it would be stored. The predictions and answers of an own export are not shown."""
    return replace(
        preview,
        entries=tuple(
            replace(
                masked(entry), exported=None, account_number=entry.account_number if with_numbers else None
            )
            for entry in preview.entries
        ),
        questions=tuple(
            replace(
                question,
                choices=tuple(replace(choice, example=mask(choice.example)) for choice in question.choices),
            )
            for question in preview.questions
        ),
        columns=tuple(map(mask, preview.columns)),
        column_summaries=tuple(
            replace(column, name=mask(column.name), examples=_masked_examples(column, preview.plan))
            for column in preview.column_summaries
        ),
        account_names=tuple(map(mask, preview.account_names)),
        categories=_masked_categories(preview.categories),
    )


def _masked_categories(categories: Iterable[FileCategory]) -> tuple[FileCategory, ...]:
    """One for names that differ in case only."""
    merged: dict[str, FileCategory] = {}
    for category in categories:
        name = mask(category.name)
        same = merged.get(name_key(name), FileCategory(name, 0, 0))
        entries, income = same.entries + category.entries, same.income + category.income
        merged[name_key(name)] = FileCategory(same.name, entries, income)
    return tuple(merged.values())


def _masked_examples(column: ColumnSummary, plan: Plan) -> tuple[str, ...]:
    columns = plan.columns or ()
    field = columns[column.position] if column.position < len(columns) else None
    return tuple(masked_cell(text, field) for text in column.examples)
