"""A blueprint whose routes declare what they accept and return: validation and OpenAPI come from one place.

    api = Operations("predictions", __name__, url_prefix="/api/v1")

    @api.operation("POST", "/predict", body=PredictRequest, returns={200: PredictionBody})
    def predict(body: PredictRequest) -> ResponseValue: ...

The decorated function becomes a view: it checks the request, calls the function with `body`, `query`, the
path's parameters and the services that its keyword-only parameters name, and encodes the answer. A page may
call it too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel

from src.errors import InvalidInput
from src.web.shared.json_io import json_response, read_json
from src.web.shared.services import with_services

ResponseValue = Any
"""A body (sent with the operation's first status), `(body, status)`, or a finished Response."""
View = Callable[..., Response]


@dataclass(frozen=True)
class Operation:
    """One operation of the OpenAPI document. `path` has its parameters in braces."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    body: type[BaseModel] | None
    body_optional: bool
    query: type[BaseModel] | None
    form: Mapping[str, Any] | None
    """The JSON schema of a multipart form, if it takes one, perhaps as the alternative to `body`."""
    returns: Mapping[int, Any]
    """Status to response type; None for no body, a string for another media type."""
    errors: Sequence[int]


class Operations(Blueprint):
    """Collects the operations of one area."""

    def __init__(self, name: str, import_name: str, *, url_prefix: str = "") -> None:
        super().__init__(name, import_name, url_prefix=url_prefix or None)
        self.base = url_prefix
        self.declared: list[Operation] = []

    def operation(
        self,
        method: str,
        path: str,
        *,
        summary: str,
        returns: Mapping[int, Any],
        body: type[BaseModel] | None = None,
        body_optional: bool = False,
        query: type[BaseModel] | None = None,
        form: Mapping[str, Any] | None = None,
        errors: Sequence[int] = (503,),
        before: Callable[[], None] | None = None,
        slashes: bool = False,
    ) -> Callable[[Callable[..., ResponseValue]], View]:
        """errors: statuses the function itself may raise; those of reading the request are implied.

        before: called first; raises if the request must not be read at all. slashes: the path's parameter may
        contain some.
        """

        def declare(function: Callable[..., ResponseValue]) -> View:
            view = _view(function, body, body_optional, form, query, next(iter(returns)), before)
            prose = (line.strip() for line in (function.__doc__ or "").strip().splitlines())
            self.declared.append(
                Operation(
                    id=function.__name__,
                    method=method,
                    path=self.base + path,
                    tag=self.name,
                    summary=summary,
                    description="\n".join(prose),
                    body=body,
                    body_optional=body_optional,
                    query=query,
                    form=form,
                    returns=returns,
                    errors=errors,
                )
            )
            rule = path.replace("{", "<path:" if slashes else "<").replace("}", ">")
            self.add_url_rule(rule, view_func=view, methods=[method])
            return view

        return declare


def _view(
    function: Callable[..., ResponseValue],
    body: type[BaseModel] | None,
    body_optional: bool,
    form: Mapping[str, Any] | None,
    query: type[BaseModel] | None,
    status: int,
    before: Callable[[], None] | None,
) -> View:
    function = with_services(function)

    @functools.wraps(function)
    def view(**arguments: Any) -> Response:
        if before is not None:
            before()
        if query is not None:
            arguments["query"] = query.model_validate(_query())
        elif request.query_string and request.args:
            name = _plain(next(iter(request.args)))
            raise InvalidInput("This operation has no query parameters.", field=name)
        if body is not None and not (form and request.mimetype == "multipart/form-data"):
            arguments["body"] = body.model_validate(read_json(optional=body_optional))
        answer = function(**arguments)
        if isinstance(answer, Response):
            return answer
        return json_response(*answer) if isinstance(answer, tuple) else json_response(answer, status)

    return view


def _query() -> dict[str, str]:
    """The query string's values. Raises InvalidInput for a repeated parameter."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise InvalidInput("A query parameter may occur only once.", field=_plain(name))
    return request.args.to_dict()


def _plain(name: str) -> str | None:
    """`name` if it is a plain identifier, not pasted text."""
    return name if name.isascii() and name.isidentifier() and len(name) <= 50 else None
