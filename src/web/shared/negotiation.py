"""Content negotiation: JSON for programs, HTML for browsers."""

from __future__ import annotations

from flask import request

_JSON = ("application/json", "application/problem+json")


def wants_json() -> bool:
    """True for the API, for a JSON body, and if JSON is preferred to HTML.

    A caller that accepts anything (`*/*`, or no header) gets HTML.
    """
    if request.path.startswith("/api/") or request.mimetype == "application/json":
        return True
    accepted = request.accept_mimetypes
    html = accepted["text/html"]
    return any(accepted[kind] > html for kind in _JSON)
