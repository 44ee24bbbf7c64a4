"""Who is asking: a program that wants JSON, or a person with a browser."""

from __future__ import annotations

from flask import request

_JSON = ("application/json", "application/problem+json")


def wants_json() -> bool:
    """True for the API, for a JSON body, and where JSON is accepted rather than HTML.

    A caller who accepts anything (`*/*`, or no header) gets the page.
    """
    if request.path.startswith("/api/") or request.mimetype == "application/json":
        return True
    accepted = request.accept_mimetypes
    html = accepted["text/html"]
    return any(accepted[kind] > html for kind in _JSON)
