"""Undo an act: each kind has its own function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from src.domain import LOCAL_OWNER
from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.errors import Conflict, NotFound

if TYPE_CHECKING:
    from src.services.transactions.acts import ActLog

Undo = Callable[[Act, datetime], UndoResult]
"""Takes the act and the time; restores its transactions, except those answered since.

It may be called again after an interruption: a restored transaction is not changed again.
"""


@dataclass(frozen=True)
class ActUndo:
    log: ActLog
    undo_of: Mapping[ActKind, Undo]
    afterwards: Callable[[], None] = lambda: None
    """Called when transactions may have an earlier state again."""

    def undo(self, act_id: str, *, at: datetime) -> UndoResult:
        """Raises NotFound, Conflict if it is undone already, Unavailable; safe to retry.

        The act is marked after its transactions are restored, so an interruption loses nothing.
        """
        act = self.log.find(act_id)
        if act is None:  # an answer from before acts were listed: its transactions name it too
            act = Act(act_id, LOCAL_OWNER, ActKind.FEEDBACK, ActSummary("answered"), at, None, None)
            undone = self.undo_of[act.kind](act, at)
            if not undone.rows and not undone.kept:
                raise NotFound("There is nothing to undo: this act is unknown or already undone.")
            self.afterwards()
            return undone
        if act.undone_at is None:
            undone = self.undo_of[act.kind](act, at)
            self.afterwards()
            if self.log.mark_undone(act_id, at=at):
                return undone
        raise Conflict("This is already undone.")
