"""Every error leaves here: problem+json (RFC 9457) for programs, a page for people.

What the caller sent never stands in an error, and a traceback is logged without the values in it.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, NotRequired

from flask import Flask, Response, render_template
from pydantic import Field, ValidationError
from typing_extensions import TypedDict
from werkzeug.exceptions import HTTPException

from src.errors import Conflict, InvalidInput, LedgerloopError, NotFound, Unavailable
from src.web.shared.json_io import json_response
from src.web.shared.negotiation import wants_json
from src.web.shared.services import container

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
_STATUS_OF = {InvalidInput: 422, NotFound: 404, Conflict: 409, Unavailable: 503}
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,49}")
_ERRORS_SHOWN = 100
_DISK_FULL = (
    "The disk that holds Ledgerloop's data is full, so nothing can be stored. "
    "Free some space; Ledgerloop goes on by itself then."
)


class FieldErrorBody(TypedDict):
    loc: Annotated[list[str | int], Field(description="The way to the value, e.g. `amount`.")]
    msg: str


class Problem(TypedDict):
    """RFC 9457. `errors` stands only with 422."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[FieldErrorBody]]


class ItemErrorBody(TypedDict):
    """Stands in a batch in the place of an item that could not be taken."""

    error: Problem


def problem_of(error: Exception) -> Problem:
    """What a caller may know of `error`."""
    if isinstance(error, ValidationError):
        return _problem(422, "The request has values that cannot be taken.", _field_errors(error))
    if isinstance(error, InvalidInput):
        loc: list[str | int] = [error.field] if error.field else []
        return _problem(422, str(error), [{"loc": loc, "msg": str(error)}])
    if isinstance(error, LedgerloopError):
        return _problem(_status_of(error), str(error))
    if isinstance(error, HTTPException):
        return _problem(error.code or 500, error.description or "")
    return _problem(500, "Something went wrong on our side; the log tells where.")


def _status_of(error: LedgerloopError) -> int:
    return next((status for kind, status in _STATUS_OF.items() if isinstance(error, kind)), 500)


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
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return [
        {"loc": [_shown(part) for part in each["loc"]], "msg": each["msg"].removeprefix("Value error, ")}
        for each in found[:_ERRORS_SHOWN]
    ]


def _shown(part: str | int) -> str | int:
    """A field's name; the name of an unknown field is the caller's text, so only a plain one is repeated."""
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
    response = _as_json(problem) if wants_json() else _as_page(problem)
    response.headers.update(_headers_of(error))
    return response


def _headers_of(error: Exception) -> Mapping[str, str]:
    if isinstance(error, Unavailable):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, HTTPException):
        return {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return {}


def _as_json(problem: Problem) -> Response:
    return json_response(problem, problem["status"], mimetype=PROBLEM_JSON)


def _as_page(problem: Problem) -> Response:
    try:
        text = render_template("error.html", **problem)
    except Exception as error:  # the page of an error must not be one more error
        _log_without_values(error)
        plain = f"{problem['title']}: {problem['detail']}\n"
        return Response(plain, problem["status"], mimetype="text/plain")
    return Response(text, problem["status"], mimetype="text/html")


def _log_without_values(error: Exception) -> None:
    """Frames and the kind of error only: a message may quote what a person typed."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    where = "".join(frames).rstrip()
    log.error("request failed", extra={"error": type(error).__name__, "traceback": where})


def init_app(app: Flask) -> None:
    app.register_error_handler(Exception, respond)
