"""How a file would be read, as one pure step, which a process of its own does; see `src.read_file`."""

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

_OF_COLUMNS = ("date_order", "decimal_mark", "sign", "default_currency")
"""What is found anew where the columns are said to hold something else."""


@dataclass(frozen=True)
class Asked:
    """What is known of a file before it is opened."""

    plan: Mapping[str, Any] | None = None
    """How it is to be read. None: by the profile of its layout, if there is one."""
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Plans by layout."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Parts of a Plan, and answers to questions by their keys."""
    currency: str = ""
    """The first choice where the file does not tell its own."""
    limits: Limits = DEFAULT


@dataclass(frozen=True)
class Looked:
    layout: str
    """The same for all files of one layout."""
    preview: Preview
    """Masked, as it would be kept."""

    @property
    def rows(self) -> int:
        seen = self.preview
        return seen.entry_count + seen.rejected_count + seen.left_out_count

    def to_json(self) -> bytes:
        return to_json(self)

    @classmethod
    def from_json(cls, text: bytes) -> Looked:
        """Raises ValueError for what another release wrote."""
        return from_json(cls, text)


def look(content: bytes, asked: Asked) -> Looked:
    """Raises InvalidInput. The file is opened once, and gone through a few times."""
    file = BankFile(content, asked.limits)
    layout = fingerprint_of_header(file)
    looking = _Looking(file, asked.currency)
    if asked.plan is not None:
        plan = Plan.from_dict(asked.plan)
    else:
        known = asked.profiles.get(layout)
        plan = replace(Plan.from_dict(known), open=()) if known is not None else Plan()
        if {"columns", *COLUMN_QUESTIONS} & asked.changes.keys():
            plan = looking.preview(plan).plan  # which columns there are, and what is asked of them
    return Looked(layout, _masked(looking.changed(plan, asked.changes)))


def changes_nothing(plan: Mapping[str, Any], changes: Mapping[str, Any]) -> bool:
    """Whether a file of this plan would be read as before. Raises InvalidInput."""
    before = Plan.from_dict(plan)
    return not changes.keys() & set(before.open) and _with_parts(before, changes) == before


@dataclass(frozen=True)
class _Looking:
    file: BankFile
    currency: str

    def preview(self, plan: Plan) -> Preview:
        return preview(self.file, plan, limits=self.file.limits, usual_currency=self.currency)

    def changed(self, plan: Plan, changes: Mapping[str, Any]) -> Preview:
        """changes: answers to what `plan` leaves open, and parts of it."""
        answers = {name: str(value) for name, value in changes.items() if name in plan.open}
        told = _with_parts(plan, {name: value for name, value in changes.items() if name not in answers})
        seen = self.preview(told) if told != plan else None
        for name in answers.keys() & COLUMN_QUESTIONS.keys():
            told = seen.plan if seen else told
            if name in told.open:  # another answer may have settled it
                seen = self.preview(told.answered(name, answers[name]))
        told = answered = seen.plan if seen else told
        for name in answers.keys() & set(told.open) - COLUMN_QUESTIONS.keys():
            answered = answered.answered(name, answers[name])
        return seen if seen and answered == told else self.preview(answered)


def _with_parts(plan: Plan, parts: Mapping[str, Any]) -> Plan:
    before = plan.to_dict()
    if "columns" in parts and parts["columns"] != before["columns"]:
        before |= dict.fromkeys(_OF_COLUMNS)
    still_open = [key for key in before["open"] if key not in parts]
    return Plan.from_dict({**before, "open": still_open, **parts})


def _masked(seen: Preview) -> Preview:
    """As it would be kept. What an own export tells beside the transaction is not shown."""
    return replace(
        seen,
        entries=tuple(replace(masked(entry), kept=None) for entry in seen.entries),
        questions=tuple(
            replace(question, choices=tuple(map(_masked_choice, question.choices)))
            for question in seen.questions
        ),
        columns=tuple(map(mask, seen.columns)),
        column_summaries=tuple(map(_masked_summary, seen.column_summaries)),
    )


def _masked_summary(summary: ColumnSummary) -> ColumnSummary:
    return replace(summary, name=mask(summary.name), examples=tuple(map(mask, summary.examples)))


def _masked_choice(choice: Choice) -> Choice:
    return replace(choice, example=mask(choice.example))
