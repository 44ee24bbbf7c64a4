"""JSON requests and responses, with exact numbers; and who gets JSON."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from decimal import Decimal
from typing import Any, NoReturn

import pydantic_core
from flask import Response, request
from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    HTTPException,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)
from werkzeug.wsgi import get_input_stream

_JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
_PIECE = 64 * 1024
_REFUSED_BYTES = 256 * 1024 * 1024
_REFUSED_S = 10


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


# Pydantic's JSON parser converts numbers to binary floats before Decimal; the standard library's passes the
# digits on. It costs 2.7 microseconds more of a request's 100.
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


def read_to_the_end(response: Response) -> Response:
    """Read the rest of the request's body before the response is sent.

    gunicorn would read it afterwards and could take the start of the connection's next request with it,
    which would then never be answered. A body over the limit is discarded too, within bounds: a client that
    is still sending when the connection closes would see a broken pipe instead of the response.
    """
    with suppress(OSError, ClientDisconnected):
        try:
            while request.stream.read(_PIECE):
                pass
        except HTTPException:  # over the limit
            body = get_input_stream(request.environ)
            patience, left = time.monotonic() + _REFUSED_S, _REFUSED_BYTES
            while left > 0 and time.monotonic() < patience and (piece := body.read(_PIECE)):
                left -= len(piece)
    return response


def read_json(*, optional: bool = False) -> Any:
    """The request's body; an empty one is `{}` if `optional`. Raises 400, 413 or 415."""
    raw = request.get_data(cache=False)
    if request.content_length is None and len(raw) == request.max_content_length:
        raise RequestEntityTooLarge  # Werkzeug cuts a body of unknown length at the limit
    if optional and not raw:
        return {}
    # The first comparison is enough for most, and costs less.
    if request.environ.get("CONTENT_TYPE") != _JSON and request.mimetype != _JSON:
        raise UnsupportedMediaType("Send the body as application/json.")
    return parse_json(raw)


def parse_json(raw: bytes) -> Any:
    """Parse JSON; numbers become int or Decimal. Raises BadRequest for anything but JSON in UTF-8."""
    try:
        text = raw.decode("utf-8")
        if "\\ud" in text or "\\uD" in text:
            # Rejects half a surrogate pair, which the standard library accepts.
            pydantic_core.from_json(raw)
        return _DECODER.decode(text)
    except (ValueError, ArithmeticError, RecursionError):
        raise BadRequest("The body is not readable as JSON in UTF-8.") from None


def wants_json() -> bool:
    """True for the API and `/categorize`, for a JSON body, and if JSON is preferred to HTML.

    A caller that accepts anything (`*/*`, or no header) gets HTML.
    """
    if request.path.startswith(("/api/", "/categorize")) or request.mimetype == "application/json":
        return True
    accepted = request.accept_mimetypes
    return any(accepted[kind] > accepted["text/html"] for kind in ("application/json", PROBLEM_JSON))


def encoded(body: Any) -> bytes:
    """Several times as fast as the standard library. A number that is not finite becomes null."""
    return pydantic_core.to_json(body)


def json_response(body: Any, status: int = 200, *, mimetype: str = "application/json") -> Response:
    return Response(encoded(body), status, content_type=mimetype)
