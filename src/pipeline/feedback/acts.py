"""Undoing an act: each kind has a function of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from src.domain.acts import Act, ActKind, ActPage, UndoResult
from src.errors import Conflict, NotFound

Undo = Callable[[str, datetime], UndoResult]
"""Takes the id of the act and the time; restores its rows, and leaves those answered since as they are.

It may be called again for an act that was undone in part: a row that is restored is not changed again.
"""


class Log(Protocol):
    """Where acts are listed."""

    def find(self, act_id: str) -> Act | None: ...
    def page(self, *, limit: int, cursor: str | None) -> ActPage: ...
    def mark_undone(self, act_id: str, *, at: datetime) -> bool: ...


class Acts:
    def __init__(self, log: Log, undo: Mapping[ActKind, Undo]) -> None:
        self._log = log
        self._undo = undo

    def page(self, *, limit: int = 50, cursor: str | None = None) -> ActPage:
        """Newest first. Raises InvalidInput for a cursor that no page gave, Unavailable."""
        return self._log.page(limit=limit, cursor=cursor)

    def undo(self, act_id: str, *, at: datetime) -> UndoResult:
        """Raises NotFound, Conflict where it was undone before, Unavailable; safe to try again then.

        The act is marked when its rows are restored, so a process that is killed in between loses nothing.
        """
        act = self._log.find(act_id)
        if act is None:
            return self._undo_unlisted(act_id, at)
        if act.undone_at:
            raise _undone_before()
        undone = self._undo[act.kind](act_id, at)
        if not self._log.mark_undone(act_id, at=at):
            raise _undone_before()
        return undone

    def _undo_unlisted(self, act_id: str, at: datetime) -> UndoResult:
        """Of an answer that was given before acts were listed: its rows name it all the same."""
        undone = self._undo[ActKind.FEEDBACK](act_id, at)
        if not undone.rows and not undone.kept:
            raise NotFound("There is nothing to undo: this act is unknown or was undone before.")
        return undone


def _undone_before() -> Conflict:
    return Conflict("This was undone before.")
