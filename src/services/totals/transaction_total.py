"""How many transactions there are, without counting them each time."""

from __future__ import annotations

from typing import Any

from src.domain import LOCAL_OWNER
from src.services.mongo.client import Database

_COUNTED_EACH_TIME = 10_000
_TRIES = 3


class TransactionTotal:
    """MongoDB's own number of documents costs nothing and follows every write, but is wrong by a few after
    the server was killed. So a large collection is counted once for each process of the server, to know by
    how much. All transactions have one owner, so far.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wrong_by: tuple[Any, int] | None = None
        """Of this process of the server."""

    def count(self) -> int:
        """Exact. Raises PyMongoError."""
        roughly = self._roughly()
        if roughly <= _COUNTED_EACH_TIME:
            return self._counted()
        server = self._database.server_process()
        if server is None:
            return self._counted()
        if self._wrong_by is None or self._wrong_by[0] != server:
            return self._count_anew(server)
        return roughly + self._wrong_by[1]

    def _count_anew(self, server: Any) -> int:
        for _ in range(_TRIES):
            before, counted, after = self._roughly(), self._counted(), self._roughly()
            if before == after:  # nobody wrote meanwhile
                self._wrong_by = (server, counted - before)
                break
        return counted

    def _roughly(self) -> int:
        return int(self._database.transactions.estimated_document_count())

    def _counted(self) -> int:
        return int(self._database.transactions.count_documents({"owner": LOCAL_OWNER}))
