"""The error handler: problem+json (RFC 9457) for programs, a page for people.

An error never repeats what the caller sent, and tracebacks are logged without values.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, NotRequired

from flask import Response, current_app, render_template, request
from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from src.errors import Conflict, InvalidInput, LedgerloopError, NotFound, Unavailable
from src.web.shared.json_io import PROBLEM_JSON, json_response, wants_json
from src.web.shared.services import container

log = logging.getLogger(__name__)

_STATUS_OF = {InvalidInput: 422, NotFound: 404, Conflict: 409, Unavailable: 503}
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,49}")
_ERRORS_SHOWN = 100
_DISK_FULL = (
    "The disk that holds Ledgerloop's data is full, so nothing can be stored. "
    "Free some space; Ledgerloop then continues automatically."
)


class FieldErrorBody(TypedDict):
    loc: Annotated[list[str | int], Field(description="The path to the value, e.g. `amount`.")]
    msg: str


class Problem(TypedDict):
    """RFC 9457. `errors` comes with status 422 only."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[FieldErrorBody]]


class ItemErrorBody(TypedDict):
    """In the results of a batch: the error of one item, in that item's position."""

    error: Problem


def problem_of(error: Exception) -> Problem:
    """The part of `error` that a caller may see."""
    if isinstance(error, ValidationError):
        return _problem(422, "The request has invalid values.", _field_errors(error))
    if isinstance(error, InvalidInput):
        loc: list[str | int] = [error.field] if error.field else []
        return _problem(422, str(error), [{"loc": loc, "msg": str(error)}])
    if isinstance(error, LedgerloopError):
        statuses = (status for kind, status in _STATUS_OF.items() if isinstance(error, kind))
        return _problem(next(statuses, 500), str(error))
    if isinstance(error, HTTPException):
        return _problem(error.code or 500, error.description or "")
    return _problem(500, "Something went wrong in Ledgerloop; the log says where.")


def _problem(status: int, detail: str, errors: list[FieldErrorBody] | None = None) -> Problem:
    problem: Problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors is not None:
        problem["errors"] = errors
    return problem


def _field_errors(error: ValidationError) -> list[FieldErrorBody]:
    details = error.errors(include_input=False, include_url=False)
    return [
        {"loc": [_shown(part) for part in detail["loc"]], "msg": _message(detail)}
        for detail in details[:_ERRORS_SHOWN]
    ]


def _message(detail: ErrorDetails) -> str:
    """Pydantic's, except where it names types of Python."""
    match detail["type"]:
        case "too_short":
            return f"must have at least {detail['ctx']['min_length']:,}"
        case "too_long":
            return f"must have at most {detail['ctx']['max_length']:,}"
    return detail["msg"].removeprefix("Value error, ")


def _shown(part: str | int) -> str | int:
    """The name of a field. An unknown field's name is the caller's text: only a plain identifier is shown."""
    return part if isinstance(part, int) or _PLAIN_NAME.fullmatch(part) else "(unknown field)"


def respond(error: Exception) -> Response | HTTPException:
    """The one error handler."""
    if isinstance(error, HTTPException) and (error.code or 500) < 400:
        return error
    problem = problem_of(error)
    if isinstance(error, Unavailable) and container().disk_is_full():
        problem["detail"] = _DISK_FULL
    if problem["status"] == 500:
        _log_without_values(error)
    if isinstance(error, MethodNotAllowed) and request.method == "GET" and not wants_json():
        return Response(status=302, headers={"Location": _page_above()})
    if wants_json():
        response = json_response(problem, problem["status"], mimetype=PROBLEM_JSON)
    else:
        response = _as_page(problem)
    response.headers.update(_headers_of(error))
    return response


def _page_above() -> str:
    """Where a form is that was reloaded as an address: `/import/7` for `/import/7/plan`."""
    routes, path = current_app.create_url_adapter(request), request.path
    while path := path.rpartition("/")[0]:
        if routes and routes.test(path, method="GET"):
            return path
    return "/"


def _headers_of(error: Exception) -> Mapping[str, str]:
    if isinstance(error, Unavailable):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, HTTPException):
        return {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return {}


def _as_page(problem: Problem) -> Response:
    try:
        text = render_template("error.html", **problem)
    except Exception as error:  # rendering the error page must not raise another error
        _log_without_values(error)
        plain = f"{problem['title']}: {problem['detail']}\n"
        return Response(plain, problem["status"], mimetype="text/plain")
    return Response(text, problem["status"], mimetype="text/html")


def _log_without_values(error: Exception) -> None:
    """Log frames and the error's type only: its message may quote what a person typed."""
    where = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    log.error("request failed", extra={"error": type(error).__name__, "traceback": where})
