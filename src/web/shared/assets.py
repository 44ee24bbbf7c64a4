"""Static files that are generated, or copied from installed packages."""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from importlib.resources import files

from flask import Response, request
from flask.typing import ResponseReturnValue

from src.web.shared.blueprint import bp, categories

_UNCHANGED_FOR_A_WEEK = "public, max-age=604800"


@bp.get("/categories.css")
def categories_css() -> ResponseReturnValue:
    """One class per category colour: the content security policy forbids style attributes."""
    rules = (f".cat-{category.slug}{{--cat:{category.color}}}" for category in categories())
    response = Response("\n".join(rules) + "\n", mimetype="text/css")
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/static/vendor/plotly.min.js")
def plotly_js() -> ResponseReturnValue:
    """plotly.js from the installed plotly wheel, compressed once per process."""
    packed, etag, _ = _plotly()
    zipped = request.accept_encodings.best_match(["gzip"]) is not None
    response = Response(packed if zipped else gzip.decompress(packed), mimetype="text/javascript")
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _UNCHANGED_FOR_A_WEEK
    response.set_etag(f"{etag}-gzip" if zipped else etag)
    return response.make_conditional(request)


@bp.app_template_global()
def plotly_style_ids() -> list[str]:
    """The ids of style elements that plotly.js would add for its maps.

    The content security policy blocks them with an error in the console. If the page already has an element
    of that id, plotly.js adds none.
    """
    return _plotly()[2]


@cache
def _plotly() -> tuple[bytes, str, list[str]]:
    """The file compressed, its hash, and the ids of its style elements."""
    content = files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
    ids = {match.decode() for match in re.findall(rb'getElementById\("([0-9a-f]{64})"\)', content)}
    return gzip.compress(content, 5, mtime=0), hashlib.sha256(content).hexdigest()[:20], sorted(ids)
