"""Undo an import: delete its rows and set a person's answers to them aside.

Rows that another import also has stay, and belong to that import from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from src.domain.imports import Import

if TYPE_CHECKING:
    from src.services.imports.repository import Imports
    from src.services.transactions.imported import ImportedTransactions
    from src.services.transfers.links import Links

AT_ONCE = 2000
"""Rows undone while the person waits; more are undone in the background."""


@dataclass(frozen=True)
class ImportUndo:
    """If its process is killed, another continues with the remaining rows."""

    imports: Imports
    rows: ImportedTransactions
    links: Links
    clock: Callable[[], datetime]
    afterwards: Callable[[], None] = lambda: None
    """Called when the rows are deleted."""

    def start(self, import_id: str, *, holder: str) -> tuple[int, int] | None:
        """Undo an import; returns the deleted rows and how many of them had answers.

        None if there are many: they are undone in the background. Raises Conflict while the import is
        running, NotFound, Unavailable.
        """
        set_aside_before = self.imports.get(import_id).kept_aside
        claimed = self.imports.start_undo(
            import_id,
            holder=holder,
            rows=self.rows.count(import_id),
            passed_on=self.rows.count_reassigned(import_id),
        )
        if claimed.rows_to_undo > AT_ONCE:
            self.imports.release(import_id, holder=holder, attempt=claimed.attempt)
            return None
        self.run(claimed, holder=holder)
        undone = self.imports.get(import_id)
        return undone.rows_undone, undone.kept_aside - set_aside_before

    def run(self, claimed: Import, *, holder: str) -> None:
        """Undo the remaining rows of an import that `holder` has claimed. Raises LeaseLost, Unavailable."""
        lease = (claimed.id, holder, claimed.attempt)
        self.rows.unshare(claimed.id)
        while True:
            self.rows.reassign(claimed.id)
            shared = self.rows.count_reassigned(claimed.id) - claimed.passed_on_before
            undone = claimed.rows_to_undo - self.rows.count(claimed.id) - shared
            if shared:
                self.imports.record_shared(*lease, stay=shared)
            while deleted := self.rows.undo(claimed.id, at=self.clock()):
                undone += deleted
                self.imports.record_undone(*lease, undone=undone)
            if not self.rows.count(claimed.id):  # else another import has added some of them meanwhile
                break
        self.links.settle_unsettled()
        self.afterwards()
        set_aside, at = self.rows.count_answers_aside(claimed.id), self.clock()
        self.imports.finish_undo(*lease, rows=undone, stay=shared, kept_aside=set_aside, at=at)
