"""A filtered history as a file, a few hundred rows at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

from flask import Response

from src.domain.transactions import StoredTransaction
from src.web.schemas.history import HistoryFilterQuery
from src.web.wired import wiring

_ROWS_AT_ONCE = 200


def streamed(
    query: HistoryFilterQuery,
    written: Callable[[Iterable[StoredTransaction]], str],
    mimetype: str,
    name: str,
    *,
    head: str = "",
) -> Response:
    """written: the text of some rows. head: what stands before the first."""
    rows = wiring().transactions.stream(query.to_domain(), sort=query.sort)
    first = list(itertools.islice(rows, 1))  # asked for here, so that an error still has its status
    response = Response(_texts(itertools.chain(first, rows), written, head), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _texts(
    rows: Iterator[StoredTransaction], written: Callable[[Iterable[StoredTransaction]], str], head: str
) -> Iterator[str]:
    yield head
    while some := list(itertools.islice(rows, _ROWS_AT_ONCE)):
        yield written(some)
