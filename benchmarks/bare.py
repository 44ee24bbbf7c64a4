"""The upper limit: a Flask route with fixed JSON of the same size, under the same gunicorn settings."""

from __future__ import annotations

import json

from flask import Flask, Response

BODY = json.dumps({"category": "dining", "confidence": 0.93, "padding": "x" * 900})


def create_app() -> Flask:
    app = Flask(__name__)

    @app.post("/predict")
    def predict() -> Response:
        return Response(BODY, mimetype="application/json")

    return app


app = create_app()
