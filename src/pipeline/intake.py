"""Before a file is brought in: how it would be read, and what a person says of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from src.components.demo import year
from src.components.importing import headings
from src.components.importing.entry import Choice, ColumnSummary, Entry, Preview, Question, Rejected, masked
from src.components.importing.limits import DEFAULT, Limits
from src.components.importing.plan import COLUMN_QUESTIONS, Format, Plan, Sign
from src.components.importing.read import fingerprint_of_header, preview
from src.components.masking import mask
from src.domain.imports import Import
from src.errors import InvalidInput

__all__ = ["ColumnSummary", "Entry", "Intake", "Preview", "Question", "Rejected", "check_answered"]

DEMO = "Demo: a year of made-up transactions"
_LONGEST_NAME = 120
_OF_COLUMNS = ("date_order", "decimal_mark", "sign", "default_currency")
"""What is found anew where the columns are said to hold something else."""


class Files(Protocol):
    def open(
        self,
        content: bytes,
        *,
        name: str,
        layout: str,
        plan: Mapping[str, Any],
        form: str,
        rows: int,
        at: datetime,
    ) -> Import: ...
    def get(self, import_id: str) -> Import: ...
    def content(self, import_id: str) -> bytes: ...
    def plan(self, import_id: str, plan: Mapping[str, Any], *, form: str, rows: int) -> Import: ...
    def begin(self, import_id: str) -> Import: ...


class Profiles(Protocol):
    def find(self, layout: str) -> Any: ...
    def remember(self, layout: str, plan: Mapping[str, Any], *, name: str, at: datetime) -> None: ...


@dataclass(frozen=True)
class Intake:
    files: Files
    profiles: Profiles
    clock: Callable[[], datetime]
    currency: str
    """The first choice where a file does not tell its own."""
    limits: Limits = DEFAULT

    def look(self, content: bytes, changes: Mapping[str, Any] | None = None) -> Preview:
        """How a file would be read; nothing is kept. Raises InvalidInput.

        changes: parts of a Plan, and answers to questions by their keys. Without any, the profile that is
        remembered for this layout is followed, if there is one.
        """
        known = self.profiles.find(fingerprint_of_header(content, limits=self.limits))
        plan = replace(Plan.from_dict(known.plan), open=()) if known else Plan()
        if changes and ({"columns", *COLUMN_QUESTIONS} & changes.keys()):
            plan = self._preview(content, plan).plan  # which columns there are, and what is asked of them
        return _masked(self._changed(content, plan, changes or {}))

    def receive(self, content: bytes, *, name: str, changes: Mapping[str, Any] | None = None) -> Import:
        """Keep a file until it is said how it is read. Raises InvalidInput for one that cannot be."""
        return self.keep(content, self.look(content, changes), name=name)

    def keep(self, content: bytes, seen: Preview, *, name: str) -> Import:
        """seen: what `look` gave of this file."""
        return self.files.open(
            content,
            name=mask(" ".join(name.split()))[:_LONGEST_NAME] or "file",
            layout=fingerprint_of_header(content, limits=self.limits),
            plan=seen.plan.to_dict(),
            form=seen.detected,
            rows=_rows(seen),
            at=self.clock(),
        )

    def preview(self, import_id: str) -> Preview:
        """What would be kept. Raises NotFound once the file was read."""
        found = self.files.get(import_id)
        return _masked(self._preview(self.files.content(import_id), Plan.from_dict(found.plan)))

    def change(self, import_id: str, changes: Mapping[str, Any]) -> Preview:
        """Say how it is read. Raises InvalidInput, NotFound, Conflict once it was begun."""
        found = self.files.get(import_id)
        seen = self._changed(self.files.content(import_id), Plan.from_dict(found.plan), changes)
        self.files.plan(import_id, seen.plan.to_dict(), form=seen.detected, rows=_rows(seen))
        return _masked(seen)

    def demo(self) -> Import:
        """Begin to bring in a year of made-up transactions, to be taken back like any other import."""
        now = self.clock()
        content = year(now.date(), self.currency).encode()
        seen = self._preview(content, Plan(sign=Sign.NEGATIVE_IS_EXPENSE))
        plan, rows = seen.plan.to_dict(), _rows(seen)
        kept = self.files.open(
            content, name=DEMO, layout=DEMO, plan=plan, form=seen.detected, rows=rows, at=now
        )
        return self.files.begin(kept.id)

    def begin(self, import_id: str, *, profile: str = "") -> Import:
        """Bring it in, and remember how it was read. Raises InvalidInput while a question is open."""
        found = self.files.get(import_id)
        plan = Plan.from_dict(found.plan)
        if plan.open:
            check_answered(self.preview(import_id))
        if plan.format is not Format.LEDGERLOOP:  # our own exports say themselves how they are read
            known = self.profiles.find(found.layout)
            name = mask(profile) or (known.name if known else found.name)
            self.profiles.remember(found.layout, plan.profile().to_dict(), name=name, at=self.clock())
        return self.files.begin(import_id)

    def _changed(self, content: bytes, plan: Plan, changes: Mapping[str, Any]) -> Preview:
        """changes: answers to what `plan` leaves open, and parts of it. Each look reads the whole file."""
        answers = {name: str(value) for name, value in changes.items() if name in plan.open}
        told = _with_parts(plan, {name: value for name, value in changes.items() if name not in answers})
        seen = self._preview(content, told) if told != plan else None
        for name in answers.keys() & COLUMN_QUESTIONS.keys():
            told = seen.plan if seen else told
            if name in told.open:  # another answer may have settled it
                seen = self._preview(content, told.answered(name, answers[name]))
        told = answered = seen.plan if seen else told
        for name in answers.keys() & set(told.open) - COLUMN_QUESTIONS.keys():
            answered = answered.answered(name, answers[name])
        return seen if seen and answered == told else self._preview(content, answered)

    def _preview(self, content: bytes, plan: Plan) -> Preview:
        return preview(content, plan, limits=self.limits, usual_currency=self.currency)


def check_answered(seen: Preview) -> None:
    """Raises InvalidInput with the first question that is open."""
    if seen.questions:
        raise InvalidInput(seen.questions[0].text, field=seen.questions[0].key)


def _rows(seen: Preview) -> int:
    return seen.entry_count + seen.rejected_count + seen.left_out_count


def _masked(seen: Preview) -> Preview:
    """As it would be kept."""
    return replace(
        seen,
        entries=tuple(map(masked, seen.entries)),
        questions=tuple(
            replace(each, choices=tuple(_masked_choice(one) for one in each.choices))
            for each in seen.questions
        ),
        columns=tuple(map(mask, seen.columns)),
        column_summaries=tuple(map(_masked_summary, seen.column_summaries)),
    )


def _masked_summary(summary: ColumnSummary) -> ColumnSummary:
    return replace(summary, name=mask(summary.name), examples=tuple(map(mask, summary.examples)))


def _masked_choice(choice: Choice) -> Choice:
    return replace(choice, example=mask(choice.example))


def _with_parts(plan: Plan, parts: Mapping[str, Any]) -> Plan:
    before = plan.to_dict()
    if "columns" in parts and parts["columns"] != before["columns"]:
        before |= dict.fromkeys(_OF_COLUMNS)
    still_open = [key for key in before["open"] if key not in parts]
    return Plan.from_dict({**before, "open": still_open, **parts})


def heading_of_rejects(found: Import) -> list[str]:
    """The heading above the rejected rows of an import."""
    return headings.heading_of_rejects(Plan.from_dict(found.plan).columns or (), found.layout)
