"""`POST /api/v1/predict` with `save: false`, answered without a request object, its routing and its hooks.

They take as long as the prediction. Whatever is not the plain case (another website, an invalid body, no
model, a failure) goes the usual way, to `web/prediction/api.py`, which answers the same.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.web.health.metrics import Metrics
from src.web.prediction.schemas import PredictRequest, prediction_body
from src.web.shared.json_io import encoded, parse_json
from src.web.shared.security import host_name

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from src.container import Container

_PATH = "/api/v1/predict"
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
            if answer := self._answer(raw):
                headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
                start_response("200 OK", headers)
                self._metrics.request_answered("POST", _PATH, 200, time.perf_counter() - began)
                return [answer]
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

    def _answer(self, raw: bytes) -> bytes | None:
        """None for what is to be stored, and for everything that the usual way refuses or reports."""
        try:
            values = parse_json(raw)
            if not isinstance(values, dict) or values.get("save") is not False:
                return None
            body, at = PredictRequest.model_validate(values), datetime.now(UTC)
            container = self._container()
            currency = container.preferences.current().currency
            transaction = body.to_domain(currency=currency, today=at.date())
            [(transaction, prediction)] = container.predictor.predict([transaction], at=at)
            answer = encoded(prediction_body(transaction, prediction, None))
            self._metrics.predicted([prediction])
        except Exception:  # the usual way meets it again, and says what it was
            return None
        return answer
