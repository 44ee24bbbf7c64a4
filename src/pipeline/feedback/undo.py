"""Undo an act: each kind has its own function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from src.domain import LOCAL_OWNER
from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.errors import Conflict, NotFound

if TYPE_CHECKING:
    from src.services.transactions.acts import ActLog
    from src.services.transactions.deleted import DeletedTransactions

Undo = Callable[[Act, datetime], UndoResult]
"""Takes the act and the time; restores its transactions, except those answered since.

It may be called again after an interruption: a restored transaction is not changed again.
"""


@dataclass(frozen=True)
class ActUndo:
    log: ActLog
    deleted: DeletedTransactions
    undo_of: Mapping[ActKind, Undo]
    undo_one: Callable[[str, str, datetime], UndoResult]
    """Takes the act, one transaction and the time, and undoes the answer to it."""
    afterwards: Callable[[], None] = lambda: None
    """Called when transactions may have an earlier state again."""

    def undo(self, act_id: str, *, at: datetime, only: str | None = None) -> UndoResult:
        """Raises NotFound, Conflict if it is undone already, Unavailable; safe to retry.

        The act is marked after its transactions are restored, so an interruption loses nothing. One that is
        not finished may change more until then: it is undone once more, and undoes itself what follows.
        only: the id of a transaction, whose answer alone is undone; then the act is not marked.
        """
        act = None if only else self.log.find(act_id)
        if act is None:
            return self._undo_unlisted(act_id, only, at)
        if act.undone_at is None:
            undone = self._with_deleted(act, self.undo_of[act.kind](act, at))
            self.afterwards()
            if self.log.mark_undone(act_id, at=at):
                if act.rows is None:
                    rest = self.undo_of[act.kind](act, at)
                    return replace(undone, rows=undone.rows + rest.rows)
                return undone
        raise Conflict("This is already undone.")

    def _with_deleted(self, act: Act, undone: UndoResult) -> UndoResult:
        """Counts also transactions that were deleted since. Raises Conflict if there are no others."""
        if act.kind not in (ActKind.FEEDBACK, ActKind.BULK) or undone.rows + undone.kept >= (act.rows or 1):
            return undone
        deleted = self.deleted.count_changed_by(act.id)
        if deleted and not undone.rows and not undone.kept:
            raise Conflict("The transaction was deleted since. Undo that first, under Recent changes.")
        return replace(undone, kept=undone.kept + deleted)

    def _undo_unlisted(self, act_id: str, only: str | None, at: datetime) -> UndoResult:
        """An import's answers, or an act from before acts were listed or of a restored backup: the
        transactions name it too."""
        for kind in (ActKind.FEEDBACK, ActKind.BULK):
            act = Act(act_id, LOCAL_OWNER, kind, ActSummary("answered"), at, None, None)
            undone = self.undo_one(act_id, only, at) if only else self.undo_of[kind](act, at)
            if undone.rows or undone.kept:
                self.afterwards()
                return undone
        raise NotFound("There is nothing to undo: this act is unknown or already undone.")
