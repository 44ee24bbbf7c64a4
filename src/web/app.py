"""The Flask application: HTTP only; the services come from the container."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from src.config import SHIPPED, Settings, load_settings
from src.container import Container
from src.web import api, pages
from src.web.health import metrics
from src.web.prediction.direct import DirectPredictions, raise_failure
from src.web.shared import json_io, problems, security


class _Application(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view and no hook is a coroutine; Flask would look at each, for every request."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application. Connects to nothing."""
    settings = settings or load_settings()
    app = _Application(
        "ledgerloop", template_folder=str(SHIPPED / "templates"), static_folder=str(SHIPPED / "static")
    )
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_mb * 1024 * 1024
    app.extensions["ledgerloop"] = Container(settings)
    counted = metrics.init_app(app)  # first, so that a refused request is counted too
    security.init_app(app, settings)
    app.before_request(raise_failure)
    app.register_error_handler(Exception, problems.respond)
    app.after_request(json_io.read_to_the_end)
    api.init_app(app)
    app.register_blueprint(pages.bp)
    hosts = security.trusted_hosts(settings)
    direct = DirectPredictions(app.wsgi_app, lambda: app.extensions["ledgerloop"], counted, hosts)
    app.wsgi_app = security.with_headers(direct)  # type: ignore[method-assign, assignment]
    return app
