"""Security headers, and the check that no other website writes through a visitor's browser."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, abort, request

from src.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'; object-src 'none'"
)
_UNLESS_SET = {"content-security-policy": ("Content-Security-Policy", CONTENT_SECURITY_POLICY)}
_UNLESS_SET["cache-control"] = ("Cache-Control", "no-store")
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


@lru_cache(64)
def host_name(host: str) -> str:
    """A `Host` header without its port, in lower case."""
    host = host.lower()
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host


def _from_another_site() -> bool:
    """Whether a browser sent this request for another site's page. Programs send neither header."""
    fetched_by = request.environ.get("HTTP_SEC_FETCH_SITE")
    if fetched_by is not None:
        return fetched_by not in ("same-origin", "none")
    origin = request.environ.get("HTTP_ORIGIN")
    return origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()


def with_headers(application: WSGIApplication) -> WSGIApplication:
    """Add the headers to every response; a view may have set its own policy or caching."""
    always = list(_HEADERS.items())

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            names = {name.lower() for name, _ in headers}
            added = [header for name, header in _UNLESS_SET.items() if name not in names]
            return start_response(status, [*headers, *always, *added], *error)

        return application(environ, start)

    return answer


def init_app(app: Flask, settings: Settings) -> None:
    hosts = trusted_hosts(settings)

    @app.before_request
    def check_caller() -> None:
        if host_name(request.host) not in hosts:
            abort(400, "This host name is not served. Add it to ALLOWED_HOSTS.")
        if request.method not in _READING and _from_another_site():
            abort(403, "Requests from another website may not change data.")
