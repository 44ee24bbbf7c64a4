"""An import's way back: its rows go, and a person's answers to them are kept aside.

Rows that another import has as well stay, and belong to that one from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from src.domain.imports import Import

AT_ONCE = 2000
"""Rows that are taken back while the person waits; more are left to a process of their own."""


class Files(Protocol):
    def get(self, import_id: str) -> Import: ...
    def undo(self, import_id: str, *, holder: str, rows: int, passed_on: int) -> Import: ...
    def took_back(self, import_id: str, holder: str, attempt: int, *, undone: int) -> None: ...
    def passed_on(self, import_id: str, holder: str, attempt: int, *, stay: int) -> None: ...
    def undone(
        self,
        import_id: str,
        holder: str,
        attempt: int,
        *,
        rows: int,
        stay: int,
        kept_aside: int,
        at: datetime,
    ) -> None: ...
    def release(self, import_id: str, *, holder: str, attempt: int) -> bool: ...


class Rows(Protocol):
    def count(self, import_id: str) -> int: ...
    def count_passed_on(self, import_id: str) -> int: ...
    def let_go(self, import_id: str) -> None: ...
    def pass_on(self, import_id: str) -> int: ...
    def take_back(self, import_id: str, *, at: datetime) -> int: ...
    def kept_aside(self, import_id: str) -> int: ...


@dataclass(frozen=True)
class Undoing:
    """Killed anywhere, it goes on with the rows that are left."""

    files: Files
    rows: Rows
    clock: Callable[[], datetime]

    def begin(self, import_id: str, *, holder: str) -> tuple[int, int] | None:
        """Take an import back: how many rows went, and answers of a person were kept aside with them.

        None where there are many: they go apart from this call. Raises Conflict while the import is under
        way, NotFound, Unavailable.
        """
        before = self.files.get(import_id).kept_aside
        begun = self.files.undo(
            import_id,
            holder=holder,
            rows=self.rows.count(import_id),
            passed_on=self.rows.count_passed_on(import_id),
        )
        if begun.rows_to_undo > AT_ONCE:
            self.files.release(import_id, holder=holder, attempt=begun.attempt)
            return None
        self.run(begun, holder=holder)
        done = self.files.get(import_id)
        return done.rows_undone, done.kept_aside - before

    def run(self, claimed: Import, *, holder: str) -> None:
        """Take back what is left of what `holder` has claimed. Raises LeaseLost, Unavailable."""
        self.rows.let_go(claimed.id)
        while True:
            self.rows.pass_on(claimed.id)
            stay = self.rows.count_passed_on(claimed.id) - claimed.passed_on_before
            undone = claimed.rows_to_undo - self.rows.count(claimed.id) - stay
            if stay:
                self.files.passed_on(claimed.id, holder, claimed.attempt, stay=stay)
            while gone := self.rows.take_back(claimed.id, at=self.clock()):
                undone += gone
                self.files.took_back(claimed.id, holder, claimed.attempt, undone=undone)
            if not self.rows.count(claimed.id):  # else another import has found some of them meanwhile
                break
        kept_aside, at = self.rows.kept_aside(claimed.id), self.clock()
        self.files.undone(
            claimed.id, holder, claimed.attempt, rows=undone, stay=stay, kept_aside=kept_aside, at=at
        )
