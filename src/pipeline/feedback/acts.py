"""Undo an act: each kind has its own function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from src.domain.acts import ActKind, ActPage, UndoResult
from src.errors import Conflict, NotFound

if TYPE_CHECKING:
    from src.services.transactions.acts import ActLog

Undo = Callable[[str, datetime], UndoResult]
"""Takes the act's id and the time; restores its transactions, except those answered since.

It may be called again after an interruption: a restored transaction is not changed again.
"""


class Acts:
    def __init__(self, log: ActLog, undo: Mapping[ActKind, Undo]) -> None:
        self._log = log
        self._undo = undo

    def page(self, *, limit: int = 50, cursor: str | None = None) -> ActPage:
        """Newest first. Raises InvalidInput for a cursor that no page gave, Unavailable."""
        return self._log.page(limit=limit, cursor=cursor)

    def undo(self, act_id: str, *, at: datetime) -> UndoResult:
        """Raises NotFound, Conflict if it is undone already, Unavailable; safe to retry.

        The act is marked after its transactions are restored, so an interruption loses nothing.
        """
        act = self._log.find(act_id)
        if act is None:
            return self._undo_unlisted(act_id, at)
        if act.undone_at:
            raise _undone_already()
        undone = self._undo[act.kind](act_id, at)
        if not self._log.mark_undone(act_id, at=at):
            raise _undone_already()
        return undone

    def _undo_unlisted(self, act_id: str, at: datetime) -> UndoResult:
        """For an answer from before acts were listed: its transactions name it too."""
        undone = self._undo[ActKind.FEEDBACK](act_id, at)
        if not undone.rows and not undone.kept:
            raise NotFound("There is nothing to undo: this act is unknown or already undone.")
        return undone


def _undone_already() -> Conflict:
    return Conflict("This is already undone.")
