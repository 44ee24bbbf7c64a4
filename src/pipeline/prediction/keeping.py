"""Keep predicted transactions: store them, and pair them with others."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from src.domain.transactions import Addition, NewTransaction, StoredTransaction

if TYPE_CHECKING:
    from src.services.transactions.repository import Transactions

_MOST_TOGETHER = 50
"""A request of more transactions is written alone."""

Stored = list[StoredTransaction]


@dataclass(eq=False)
class Keeping:
    """Writes together what several requests want to keep at the same time.

    The journal costs as much for one transaction as for several. While a write is under way, others wait; the
    first of them then writes for all. A request without others waits for nobody.
    """

    transactions: Transactions
    match_saved: Callable[[Sequence[StoredTransaction]], None]
    """Called with transactions that were stored, to pair them with others; does not fail."""
    _waiting: deque[tuple[Addition, Future[Stored]]] = field(default_factory=deque)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, new: Sequence[NewTransaction], *, source: str, at: datetime) -> Stored:
        """In the same order. Raises Unavailable."""
        addition, stored = Addition(new, source, at), Future[Stored]()
        if len(new) > _MOST_TOGETHER:
            return self._keep([addition])[0]
        self._waiting.append((addition, stored))
        with self._writing:
            if not stored.done():
                self._keep_waiting()
        return stored.result()

    def _keep_waiting(self) -> None:
        waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            every = self._keep([addition for addition, _ in waiting])
        except BaseException as error:
            for _, stored in waiting:
                stored.set_exception(error)
        else:
            for (_, stored), rows in zip(waiting, every, strict=True):
                stored.set_result(rows)

    def _keep(self, additions: Sequence[Addition]) -> list[Stored]:
        every = self.transactions.add_all(additions)
        self.match_saved(list(chain.from_iterable(every)))
        return every
