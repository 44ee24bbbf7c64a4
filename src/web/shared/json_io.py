"""Bytes to data and data to bytes: JSON whose numbers stay exact."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from decimal import Decimal
from typing import IO, Any, NoReturn

import pydantic_core
from flask import Flask, Response, request
from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    HTTPException,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)
from werkzeug.wsgi import get_input_stream

_PIECE = 64 * 1024
_REFUSED_BYTES = 256 * 1024 * 1024
_REFUSED_S = 10


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


# Pydantic's own JSON parser reads a number as a binary float before it makes a Decimal of it; the standard
# library's hands over the digits. The 2.7 microseconds more are lost in the 100 of a request.
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def init_app(app: Flask) -> None:
    app.after_request(_read_to_the_end)


def _read_to_the_end(response: Response) -> Response:
    """Take what is left of the request's body before the answer goes out.

    gunicorn would read it afterwards, and could swallow the beginning of the connection's next request with
    it, which then waits for ever. A body over the limit is read and thrown away too, within bounds: a client
    that is still sending when the connection is closed would see a broken pipe instead of the answer.
    """
    with suppress(OSError, ClientDisconnected):
        try:
            while request.stream.read(_PIECE):
                pass
        except HTTPException:  # over the limit
            _throw_away(get_input_stream(request.environ))
    return response


def _throw_away(body: IO[bytes]) -> None:
    patience, left = time.monotonic() + _REFUSED_S, _REFUSED_BYTES
    while left > 0 and time.monotonic() < patience and (piece := body.read(_PIECE)):
        left -= len(piece)


def read_json(*, optional: bool = False) -> Any:
    """The request's body. Raises 400, 413 or 415; `optional` lets an empty body stand for `{}`."""
    raw = request.get_data(cache=False)
    if request.content_length is None and len(raw) == request.max_content_length:
        raise RequestEntityTooLarge  # of a body without a length, Werkzeug returns what fits the limit
    if optional and not raw:
        return {}
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send the body as application/json.")
    return parse_json(raw)


def parse_json(raw: bytes) -> Any:
    """Numbers come as int or Decimal. Raises BadRequest for anything that is not JSON in UTF-8."""
    try:
        text = raw.decode("utf-8")
        if "\\ud" in text or "\\uD" in text:
            # Refuses half a surrogate pair, which the standard library lets pass.
            pydantic_core.from_json(raw)
        return _DECODER.decode(text)
    except (ValueError, ArithmeticError, RecursionError):
        raise BadRequest("The body is not readable as JSON in UTF-8.") from None


def json_response(body: Any, status: int = 200, *, mimetype: str = "application/json") -> Response:
    return Response(_encode(body), status, mimetype=mimetype)
