"""The OpenAPI document and the Swagger UI, both without the network."""

from __future__ import annotations

import functools
from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, send_from_directory

from src.errors import Unavailable
from src.web.shared.json_io import json_response
from src.web.shared.security import CONTENT_SECURITY_POLICY
from src.web.shared.services import container

bp = Blueprint("docs", __name__, url_prefix="/api")

_ASSETS = {"swagger-ui.css": "css", "swagger-ui-bundle.js": "js"}
_A_DAY_S = 86400
# Swagger UI writes styles into the page, so this page alone allows that.
_POLICY = f"{CONTENT_SECURITY_POLICY}; style-src 'self' 'unsafe-inline'"


@bp.get("/openapi.json")
def openapi() -> Response:
    """With the categories of the moment. Without MongoDB it tells all but these."""
    try:
        known = sorted(container().categories.slugs())
    except Unavailable:
        known = []
    return json_response(current_app.extensions["ledgerloop.openapi"](known))


@bp.get("/docs")
def swagger_ui() -> Response:
    response = Response(render_template("api_docs.html"), mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@bp.get("/docs/<name>")
def asset(name: str) -> Response:
    """A file of Swagger UI, from the installed wheel."""
    if name not in _ASSETS:
        abort(404)
    return send_from_directory(_wheel() / _ASSETS[name], name, max_age=_A_DAY_S)


@functools.cache
def _wheel() -> Path:
    """Found without importing the wheel, whose code is not wanted."""
    spec = find_spec("flask_openapi_swagger")
    if spec is None or not spec.submodule_search_locations:
        abort(404)
    return Path(spec.submodule_search_locations[0]) / "templates" / "swagger"
