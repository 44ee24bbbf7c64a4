"""Deleting a transaction is an act: it is listed, and can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from src.domain.acts import ActKind, ActSummary
from src.errors import NotFound


class Rows(Protocol):
    def delete(self, transaction_id: str, *, act: str, at: datetime) -> None: ...


class Log(Protocol):
    def begin(self, kind: ActKind, what: ActSummary, *, at: datetime) -> str: ...
    def finish(self, act_id: str, *, rows: int) -> None: ...


@dataclass(frozen=True)
class Deleting:
    rows: Rows
    acts: Log

    def delete(self, transaction_id: str, *, at: datetime) -> str:
        """Delete one transaction; the id of the act. Raises NotFound, Conflict, Unavailable."""
        act = self.acts.begin(
            ActKind.DELETE, ActSummary("deleted", {"transaction_id": transaction_id}), at=at
        )
        try:
            self.rows.delete(transaction_id, act=act, at=at)
        except NotFound:
            self.acts.finish(act, rows=0)
            raise
        self.acts.finish(act, rows=1)
        return act
