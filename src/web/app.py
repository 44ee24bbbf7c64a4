"""The Flask application: HTTP only; the services come from the container."""

from __future__ import annotations

from flask import Flask

from src.config import SHIPPED, Settings, load_settings
from src.container import Container
from src.web import api, pages
from src.web.health import metrics
from src.web.shared import json_io, problems, security


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application. Connects to nothing."""
    settings = settings or load_settings()
    app = Flask(
        "ledgerloop", template_folder=str(SHIPPED / "templates"), static_folder=str(SHIPPED / "static")
    )
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_mb * 1024 * 1024
    app.extensions["ledgerloop"] = Container(settings)
    metrics.init_app(app)  # first, so that a refused request is counted too
    security.init_app(app, settings)
    app.register_error_handler(Exception, problems.respond)
    app.after_request(json_io.read_to_the_end)
    api.init_app(app)
    app.register_blueprint(pages.bp)
    return app
