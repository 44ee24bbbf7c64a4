"""A filtered history as a file, a few hundred rows at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from flask import Response

from src.domain.transactions import StoredTransaction
from src.web.history.exports_schemas import ExportedBody, exported
from src.web.history.schemas import HistoryFilterQuery
from src.web.shared.services import container

_ROWS_AT_ONCE = 200
R = TypeVar("R")
Written = Callable[[Iterator[R]], Iterator[str] | Iterator[bytes]]
"""The pieces of a file, of rows of which no more are at hand than a piece needs."""


def streamed(
    query: HistoryFilterQuery, written: Written[StoredTransaction], mimetype: str, name: str
) -> Response:
    rows = container().transactions.stream(query.to_domain(), sort=query.sort)
    first = list(itertools.islice(rows, 1))  # asked for here, so that an error still has its status
    response = Response(written(itertools.chain(first, rows)), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def streamed_whole(
    query: HistoryFilterQuery, written: Written[ExportedBody], mimetype: str, name: str
) -> Response:
    """With the whole life of each row, so that it can be brought back."""
    own = container().categories.own()
    return streamed(query, lambda rows: written(exported(rows, own)), mimetype, name)


def texts(each: Callable[[R], str], head: str = "") -> Written[R]:
    """A text for each row. head: what stands before the first."""

    def written(rows: Iterable[R]) -> Iterator[str]:
        remaining = iter(rows)
        yield head
        while some := list(itertools.islice(remaining, _ROWS_AT_ONCE)):
            yield "".join(map(each, some))

    return written
