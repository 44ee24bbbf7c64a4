"""Security headers, and the check that no other website writes through a visitor's browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from src.config import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'; object-src 'none'"
)
_UNLESS_SET = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-store"}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


def trusted_hosts(settings: Settings) -> frozenset[str]:
    """The host names that are served; any other in `Host` may be DNS rebinding.

    Flask's TRUSTED_HOSTS cannot hold an IPv6 address (it cuts at the first colon).
    """
    bare = settings.host.strip("[]").lower()
    own = f"[{bare}]" if ":" in bare else bare
    added = (name.strip().lower() for name in settings.allowed_hosts.split(","))
    return frozenset({*_LOCAL_NAMES, own, *filter(None, added)})


def _host_name() -> str:
    """The `Host` header without its port, in lower case."""
    host = request.host.lower()
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host


def _from_another_site() -> bool:
    """Whether a browser sent this request for another site's page. Programs send neither header."""
    fetched_by = request.headers.get("Sec-Fetch-Site")
    if fetched_by is not None:
        return fetched_by not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()


def _add_headers(response: Response) -> Response:
    """Add the headers; a view may have set its own policy or caching."""
    headers = response.headers
    headers.extend(_HEADERS)
    for name, value in _UNLESS_SET.items():
        if name not in headers:
            headers.add(name, value)
    return response


def init_app(app: Flask, settings: Settings) -> None:
    hosts = trusted_hosts(settings)

    @app.before_request
    def check_caller() -> None:
        if _host_name() not in hosts:
            abort(400, "This host name is not served. Add it to ALLOWED_HOSTS.")
        if request.method not in _READING and _from_another_site():
            abort(403, "Requests from another website may not change data.")

    app.after_request(_add_headers)
