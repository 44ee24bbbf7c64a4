"""Before a file is brought in: how it would be read, and what a person says of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from src.components.bank_files.entry import ColumnSummary, Entry, Preview, Question, Rejected
from src.components.bank_files.inference import headings
from src.components.bank_files.limits import DEFAULT, Limits
from src.components.bank_files.plan import Format, Plan, Sign
from src.components.dataset.demo_statement import year
from src.components.text.masking import mask
from src.domain.imports import Import, ImportStatus
from src.errors import InvalidInput
from src.pipeline.imports.read_preview import Asked, Looked, changes_nothing, look

__all__ = ["ColumnSummary", "Entry", "Intake", "Preview", "Question", "Rejected", "check_answered"]

DEMO = "Demo: a year of made-up transactions"
_LONGEST_NAME = 120


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
        preview: bytes,
        at: datetime,
    ) -> Import: ...
    def get(self, import_id: str) -> Import: ...
    def content(self, import_id: str) -> bytes: ...
    def preview(self, import_id: str) -> bytes | None: ...
    def plan(
        self, import_id: str, plan: Mapping[str, Any], *, form: str, rows: int, preview: bytes
    ) -> Import: ...
    def begin(self, import_id: str) -> Import: ...


class Profiles(Protocol):
    def all(self) -> Sequence[Any]: ...
    def find(self, layout: str) -> Any: ...
    def remember(self, layout: str, plan: Mapping[str, Any], *, name: str, at: datetime) -> None: ...


@dataclass(frozen=True)
class Intake:
    files: Files
    profiles: Profiles
    read: Callable[[bytes, Asked], Looked]
    """`looking.look`, in a process of its own."""
    clock: Callable[[], datetime]
    currency: str
    """The first choice where a file does not tell its own."""
    limits: Limits = DEFAULT

    def look(self, content: bytes, changes: Mapping[str, Any] | None = None) -> Looked:
        """How a file would be read; nothing is kept. Raises InvalidInput, Unavailable.

        changes: parts of a Plan, and answers to questions by their keys. Without any, the profile that is
        remembered for this layout is followed, if there is one.
        """
        profiles = {profile.layout: profile.plan for profile in self.profiles.all()}
        return self.read(content, self._asked(profiles=profiles, changes=changes or {}))

    def receive(self, content: bytes, *, name: str, changes: Mapping[str, Any] | None = None) -> Import:
        """Keep a file until it is said how it is read. Raises InvalidInput for one that cannot be."""
        return self.keep(content, self.look(content, changes), name=name)

    def keep(self, content: bytes, looked: Looked, *, name: str) -> Import:
        """looked: what `look` gave of this file."""
        return self.files.open(
            content,
            name=mask(" ".join(name.split()))[:_LONGEST_NAME] or "file",
            layout=looked.layout,
            at=self.clock(),
            **_kept(looked),
        )

    def preview(self, import_id: str) -> Preview:
        """What would be kept. Raises NotFound once the file was read."""
        kept = self.files.preview(import_id)
        if kept is not None:
            with suppress(ValueError):  # another release may have written it
                return Looked.from_json(kept).preview
        found = self.files.get(import_id)
        return self._again(found, {}).preview

    def change(self, import_id: str, changes: Mapping[str, Any]) -> Preview:
        """Say how it is read. Raises InvalidInput, NotFound, Conflict once it was begun."""
        found = self.files.get(import_id)
        if found.status is ImportStatus.PREVIEW and changes_nothing(found.plan, changes):
            return self.preview(import_id)
        return self._again(found, changes).preview

    def _again(self, found: Import, changes: Mapping[str, Any]) -> Looked:
        """Read the file once more, and keep what it shows now."""
        looked = self.read(self.files.content(found.id), self._asked(plan=found.plan, changes=changes))
        self.files.plan(found.id, **_kept(looked))
        return looked

    def demo(self) -> Import:
        """Begin to bring in a year of made-up transactions, to be taken back like any other import."""
        now = self.clock()
        content = year(now.date(), self.currency).encode()
        looked = look(content, self._asked(plan=Plan(sign=Sign.NEGATIVE_IS_EXPENSE).to_dict()))
        kept = self.files.open(content, name=DEMO, layout=DEMO, at=now, **_kept(looked))
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

    def _asked(self, **known: Any) -> Asked:
        return Asked(currency=self.currency, limits=self.limits, **known)


def _kept(looked: Looked) -> dict[str, Any]:
    """What is kept of it with the import."""
    seen = looked.preview
    return {
        "plan": seen.plan.to_dict(),
        "form": seen.detected,
        "rows": looked.rows,
        "preview": looked.to_json(),
    }


def check_answered(seen: Preview) -> None:
    """Raises InvalidInput with the first question that is open."""
    if seen.questions:
        raise InvalidInput(seen.questions[0].text, field=seen.questions[0].key)


def heading_of_rejects(found: Import) -> list[str]:
    """The heading above the rejected rows of an import."""
    return headings.heading_of_rejects(Plan.from_dict(found.plan).columns or (), found.layout)
