"""`POST /api/v1/predict`, answered without a request object, its routing and its hooks.

They take as long as the prediction. Whatever is not the plain case (another website, an invalid body, no
model, a failure) goes the usual way, to `web/prediction/api.py`, which answers the same.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import request

from src.web.health.metrics import Metrics
from src.web.prediction.schemas import PredictRequest, prediction_body, stored_prediction_body
from src.web.shared.json_io import encoded, parse_json
from src.web.shared.security import host_name

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from src.container import Container

_PATH = "/api/v1/predict"
_FAILURE = "ledgerloop.failure"
"""In the environment of a request whose prediction could not be stored."""
_MOST_BYTES = 20_000
"""More than any transaction has."""


class DirectPredictions:
    """Around the application."""

    def __init__(
        self,
        application: WSGIApplication,
        container: Callable[[], Container],
        metrics: Metrics,
        hosts: frozenset[str],
    ) -> None:
        """container: as the views get it; hosts: the names that are served."""
        self._application = application
        self._container = container
        self._metrics = metrics
        self._hosts = hosts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == _PATH and self._is_plain(environ):
            began = time.perf_counter()
            raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            try:
                answer = self._answer(raw)
            except Exception as error:  # it may be stored, so nothing may store it again
                answer, environ[_FAILURE] = None, error
            if answer:
                status, content = answer
                headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
                start_response(f"{status.value} {status.phrase.upper()}", headers)
                self._metrics.request_answered("POST", _PATH, status, time.perf_counter() - began)
                return [content]
            environ["wsgi.input"] = io.BytesIO(raw)
        return self._application(environ, start_response)

    def _is_plain(self, environ: WSGIEnvironment) -> bool:
        """No browser sends it for a page, and its length is known."""
        length = environ.get("CONTENT_LENGTH", "")
        return (
            environ["REQUEST_METHOD"] == "POST"
            and environ.get("CONTENT_TYPE") == "application/json"
            and not environ.get("QUERY_STRING")
            and "HTTP_ORIGIN" not in environ
            and "HTTP_SEC_FETCH_SITE" not in environ
            and length.isdecimal()
            and length.isascii()
            and int(length) <= _MOST_BYTES
            and host_name(environ.get("HTTP_HOST", "")) in self._hosts
        )

    def _answer(self, raw: bytes) -> tuple[HTTPStatus, bytes] | None:
        """None for everything that the usual way refuses or reports; then nothing is stored.

        Raises Unavailable if it may be stored or not.
        """
        try:
            body, at = PredictRequest.model_validate(parse_json(raw)), datetime.now(UTC)
            predictor, preferences = self._container().predictor, self._container().preferences
            transaction = body.to_domain(currency=preferences.current().currency, today=at.date())
            if body.save is False:
                [(transaction, prediction)] = predictor.predict([transaction], at=at)
                self._metrics.predicted([prediction])
                return HTTPStatus.OK, encoded(prediction_body(transaction, prediction, None))
            new = predictor.new([transaction], at=at)
        except Exception:  # the usual way meets it again, and says what it was
            return None
        [row] = predictor.keep(new, source="api", at=at)
        self._metrics.predicted([row.prediction])
        return HTTPStatus.CREATED, encoded(stored_prediction_body(row))


def raise_failure() -> None:
    """Before a request of the usual way: what failed is put into words there."""
    if error := request.environ.get(_FAILURE):
        raise error
