"""The OpenAPI document and the Swagger UI; both work offline."""

from __future__ import annotations

import functools
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response, abort, current_app, render_template, send_from_directory

from src.errors import Unavailable
from src.web.shared.json_io import json_response
from src.web.shared.security import CONTENT_SECURITY_POLICY
from src.web.shared.services import Pages

if TYPE_CHECKING:
    from src.services.categories.repository import Categories

bp = Pages("docs", __name__, url_prefix="/api")

_ASSETS = {"swagger-ui.css": "css", "swagger-ui-bundle.js": "js"}
_A_DAY_S = 86400
# Swagger UI adds inline styles, so only this page allows them.
_POLICY = f"{CONTENT_SECURITY_POLICY}; style-src 'self' 'unsafe-inline'"


@bp.get("/openapi.json")
def openapi(*, categories: Categories) -> Response:
    """Lists the current categories, if MongoDB answers."""
    try:
        slugs = sorted(categories.slugs())
    except Unavailable:
        slugs = []
    return json_response(current_app.extensions["ledgerloop.openapi"](slugs))


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
    """The wheel's folder, found without importing its code."""
    spec = find_spec("flask_openapi_swagger")
    if spec is None or not spec.submodule_search_locations:
        abort(404)
    return Path(spec.submodule_search_locations[0]) / "templates" / "swagger"
