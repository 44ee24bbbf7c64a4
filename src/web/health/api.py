"""Health checks and metrics for supervisors."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NotRequired

from flask import Response
from typing_extensions import TypedDict

from src.errors import LedgerloopError, Unavailable
from src.web.health.metrics import CONTENT_TYPE, metrics
from src.web.openapi.operations import Operations, ResponseValue
from src.web.shared.json_io import PROBLEM_JSON, json_response
from src.web.shared.problems import problem_of

if TYPE_CHECKING:
    from src.components.model.serving import Serving
    from src.services.mlflow.availability import TrackingState
    from src.services.models.hot_swap import HotSwap
    from src.services.mongo.client import Database

api = Operations("health", __name__)


class AliveBody(TypedDict):
    status: str


class CheckBody(TypedDict):
    ok: bool
    detail: NotRequired[str]


class ChecksBody(TypedDict):
    mongodb: CheckBody
    model: CheckBody
    mlflow: NotRequired[CheckBody]


class ReadyBody(TypedDict):
    status: str
    checks: ChecksBody


@api.operation(
    "GET", "/healthz", summary="Check that the process is alive", returns={200: AliveBody}, errors=()
)
def healthz() -> ResponseValue:
    """Does not check MongoDB or the model."""
    return {"status": "ok"}


@api.operation(
    "GET", "/readyz", summary="Check that MongoDB answers and a model is loaded", returns={200: ReadyBody}
)
def readyz(*, database: Database, champion: HotSwap[Serving], tracking_state: TrackingState) -> ResponseValue:
    """Otherwise 503; `checks` in the problem lists the failed checks.

    `mlflow` is listed only while the tracking server does not answer; only the logging of runs needs it.
    """
    checks = readiness(database, champion, tracking_state)
    needed = {"mongodb": checks["mongodb"], "model": checks["model"]}
    failed = " and ".join(name for name, check in needed.items() if not check["ok"])
    if not failed:
        return {"status": "ready", "checks": checks}
    error = Unavailable(f"Not ready: {failed}.")
    response = json_response({**problem_of(error), "checks": checks}, 503, mimetype=PROBLEM_JSON)
    response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def readiness(database: Database, champion: HotSwap[Serving], tracking_state: TrackingState) -> ChecksBody:
    checks: ChecksBody = {
        "mongodb": _check(database.ping),
        "model": _check(lambda: f"version {champion.current().version}"),
    }
    with suppress(LedgerloopError):
        if since := tracking_state.away_since():
            checks["mlflow"] = {"ok": False, "detail": f"no answer since {since:%Y-%m-%d %H:%M} UTC"}
    return checks


def _check(ask: Callable[[], str | None]) -> CheckBody:
    try:
        detail = ask()
    except LedgerloopError as error:
        return {"ok": False, "detail": str(error)}
    return {"ok": True, "detail": detail} if detail else {"ok": True}


@api.operation(
    "GET", "/metrics", summary="Get metrics for Prometheus", returns={200: "text/plain"}, errors=()
)
def prometheus_metrics() -> ResponseValue:
    """Text format 0.0.4. Labels never contain descriptions of transactions."""
    return Response(metrics().text(), content_type=CONTENT_TYPE)
