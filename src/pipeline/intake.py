"""Before a file is brought in: how it would be read, what a person says of that; and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from src.components.demo import year
from src.components.importing.entry import Choice, Entry, Preview, Question, Rejected
from src.components.importing.limits import DEFAULT, Limits
from src.components.importing.plan import Format, Plan, Sign
from src.components.importing.read import fingerprint_of_header, preview
from src.components.masking import mask
from src.domain.imports import Import
from src.errors import InvalidInput

__all__ = ["Entry", "Intake", "Preview", "Question", "Rejected"]

DEMO = "Demo: a year of made-up transactions"
_LONGEST_NAME = 120
_OF_COLUMNS = ("date_order", "decimal_mark", "sign", "default_currency")
"""What is found anew where the columns are said to hold something else."""


class Files(Protocol):
    def open(
        self, content: bytes, *, name: str, layout: str, plan: Mapping[str, Any], form: str, at: datetime
    ) -> Import: ...
    def get(self, import_id: str) -> Import: ...
    def content(self, import_id: str) -> bytes: ...
    def plan(self, import_id: str, plan: Mapping[str, Any], *, form: str) -> Import: ...
    def begin(self, import_id: str, plan: Mapping[str, Any], *, rows: int) -> Import: ...
    def undone(self, import_id: str, *, kept_aside: int, at: datetime) -> Import: ...


class Profiles(Protocol):
    def find(self, layout: str) -> Any: ...
    def remember(self, layout: str, plan: Mapping[str, Any], *, name: str, at: datetime) -> None: ...


class Rows(Protocol):
    def take_back(self, import_id: str, *, at: datetime) -> tuple[int, int]: ...


@dataclass(frozen=True)
class Intake:
    files: Files
    profiles: Profiles
    rows: Rows
    clock: Callable[[], datetime]
    limits: Limits = DEFAULT

    def look(self, content: bytes, changes: Mapping[str, Any] | None = None) -> Preview:
        """How a file would be read; nothing is kept. Raises InvalidInput.

        changes: parts of a Plan, and answers to questions by their keys. Without any, the profile that is
        remembered for this layout is followed, if there is one.
        """
        known = self.profiles.find(fingerprint_of_header(content, limits=self.limits))
        plan = replace(Plan.from_dict(known.plan), open=()) if known else Plan()
        return _masked(self._changed(content, plan, changes or {}))

    def receive(self, content: bytes, *, name: str, changes: Mapping[str, Any] | None = None) -> Import:
        """Keep a file until it is said how it is read. Raises InvalidInput for one that cannot be."""
        seen = self.look(content, changes)
        return self.files.open(
            content,
            name=mask(" ".join(name.split()))[:_LONGEST_NAME] or "file",
            layout=fingerprint_of_header(content, limits=self.limits),
            plan=seen.plan.to_dict(),
            form=seen.detected,
            at=self.clock(),
        )

    def preview(self, import_id: str) -> Preview:
        """What would be kept. Raises NotFound once the file was read."""
        found = self.files.get(import_id)
        return _masked(preview(self.files.content(import_id), Plan.from_dict(found.plan), limits=self.limits))

    def change(self, import_id: str, changes: Mapping[str, Any]) -> Preview:
        """Say how it is read. Raises InvalidInput, NotFound, Conflict once it was begun."""
        found = self.files.get(import_id)
        seen = self._changed(self.files.content(import_id), Plan.from_dict(found.plan), changes)
        self.files.plan(import_id, seen.plan.to_dict(), form=seen.detected)
        return _masked(seen)

    def demo(self, currency: str) -> Import:
        """Begin to bring in a year of made-up transactions, to be taken back like any other import."""
        now = self.clock()
        content = year(now.date(), currency).encode()
        seen = preview(content, Plan(sign=Sign.NEGATIVE_IS_EXPENSE), limits=self.limits)
        kept = self.files.open(
            content, name=DEMO, layout=DEMO, plan=seen.plan.to_dict(), form=seen.detected, at=now
        )
        return self.files.begin(kept.id, seen.plan.to_dict(), rows=seen.entry_count)

    def begin(self, import_id: str, *, profile: str = "") -> Import:
        """Bring it in, and remember how it was read. Raises InvalidInput while a question is open."""
        found, seen = self.files.get(import_id), self.preview(import_id)
        if seen.questions:
            raise InvalidInput(seen.questions[0].text, field=seen.questions[0].key)
        rows = seen.entry_count + seen.rejected_count + seen.left_out_count
        if seen.plan.format is not Format.LEDGERLOOP:  # nothing is to be remembered of our own
            self.profiles.remember(
                found.layout,
                seen.plan.profile().to_dict(),
                name=profile or found.name,
                at=self.clock(),
            )
        return self.files.begin(import_id, seen.plan.to_dict(), rows=rows)

    def undo(self, import_id: str) -> tuple[int, int]:
        """Take every row of an import back; how many, and how many answers of a person are kept aside.

        Raises Conflict while it is under way, NotFound, Unavailable.
        """
        now, before = self.clock(), self.files.get(import_id).kept_aside
        self.files.undone(import_id, kept_aside=before, at=now)  # first, so that no other act comes between
        rows, answers = self.rows.take_back(import_id, at=now)
        self.files.undone(import_id, kept_aside=before + answers, at=now)
        return rows, answers

    def _changed(self, content: bytes, plan: Plan, changes: Mapping[str, Any]) -> Preview:
        seen = preview(content, plan, limits=self.limits)
        keys = {question.key for question in seen.questions}
        parts = {name: value for name, value in changes.items() if name not in keys}
        if parts:
            seen = preview(content, _with_parts(seen.plan, parts), limits=self.limits)
        for name, value in changes.items():
            if any(question.key == name for question in seen.questions):
                seen = preview(content, seen.plan.answered(name, str(value)), limits=self.limits)
        return seen


def _masked(seen: Preview) -> Preview:
    """As it would be kept."""
    return replace(
        seen,
        entries=tuple(
            replace(
                each,
                description=mask(each.description),
                mode=mask(each.mode) if each.mode else None,
                subcategory=mask(each.subcategory) if each.subcategory else None,
            )
            for each in seen.entries
        ),
        questions=tuple(
            replace(each, choices=tuple(_masked_choice(one) for one in each.choices))
            for each in seen.questions
        ),
    )


def _masked_choice(choice: Choice) -> Choice:
    return replace(choice, example=mask(choice.example))


def _with_parts(plan: Plan, parts: Mapping[str, Any]) -> Plan:
    before = plan.to_dict()
    if "columns" in parts and parts["columns"] != before["columns"]:
        before |= dict.fromkeys(_OF_COLUMNS)
    still_open = [key for key in before["open"] if key not in parts]
    return Plan.from_dict({**before, "open": still_open, **parts})
