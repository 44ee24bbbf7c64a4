"""Prometheus metrics: requests, predictions, feedback, runs and the champion.

Labels are route templates, statuses and codes, never a user's text.
"""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from functools import lru_cache

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from src.domain.predictions import Prediction
from src.errors import LedgerloopError
from src.web.shared.services import container

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_MONGODB_UP = ("ledgerloop_mongodb_up", "1 while MongoDB answers.")
_LABELS = 4096
"""More than there are; a method that no route has is not counted by its name."""
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """Counters of one process, shared between processes through PROMETHEUS_MULTIPROC_DIR."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self._requests = Counter(
            "ledgerloop_requests", "Requests answered.", ["method", "route", "status"], registry=self._own
        )
        self._seconds = Histogram(
            "ledgerloop_request_seconds", "Time to answer.", ["route"], buckets=_SECONDS, registry=self._own
        )
        self._predictions = Counter(
            "ledgerloop_predictions", "Predictions made.", ["decided_by", "band"], registry=self._own
        )
        self._feedback = Counter(
            "ledgerloop_feedback", "Answers of a person.", ["was_correct"], registry=self._own
        )

        # Labels are looked up once; the client checks them at each call.
        self._requests_of = lru_cache(_LABELS)(self._requests.labels)
        self._seconds_of = lru_cache(_LABELS)(self._seconds.labels)
        self._predictions_of = lru_cache(_LABELS)(self._predictions.labels)

    def request_answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests_of(method, route, str(status)).inc()
        self._seconds_of(route).observe(seconds)

    def predicted(self, predictions: Iterable[Prediction]) -> None:
        tally = Tally((prediction.decided_by.value, prediction.band.value) for prediction in predictions)
        for (decided_by, band), count in tally.items():
            self._predictions_of(decided_by, band).inc(count)

    def answered(self, was_correct: bool) -> None:
        self._feedback.labels(str(was_correct).lower()).inc()

    def text(self) -> bytes:
        """The exposition format: of all workers if they share a directory, else of this process."""
        registry = CollectorRegistry()
        registry.register(_LoopState())
        try:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        except ValueError:  # no shared directory
            return generate_latest(registry) + generate_latest(self._own)
        return generate_latest(registry)


class _LoopState(Collector):
    """Read from MongoDB at each scrape, so that all workers report the same."""

    def collect(self) -> Iterator[Metric]:
        try:
            pointer, runs = container().models.champion(), container().runs.newest()
        except LedgerloopError:
            yield GaugeMetricFamily(*_MONGODB_UP, value=0)
            return
        yield GaugeMetricFamily(*_MONGODB_UP, value=1)
        champion = GaugeMetricFamily(
            "ledgerloop_champion_info", "The champion's version.", labels=["version"]
        )
        revision = GaugeMetricFamily("ledgerloop_champion_revision", "Promotions until now.")
        if pointer:
            champion.add_metric([pointer.version], 1)
            revision.add_metric([], pointer.revision)
        newest = "The 50 newest runs, and the slots skipped between them."
        statuses = GaugeMetricFamily("ledgerloop_training_runs", newest, labels=["status"])
        for status, count in Tally(run.status.value for run in runs).items():
            statuses.add_metric([status], count)
        yield from (champion, revision, statuses)


def metrics() -> Metrics:
    registered: Metrics = current_app.extensions["ledgerloop.metrics"]
    return registered


def init_app(app: Flask) -> Metrics:
    counted = app.extensions["ledgerloop.metrics"] = Metrics()

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unmatched"
        # A caller may invent any number of methods; each would stay as a label.
        method = request.method if request.url_rule else "any"
        counted.request_answered(
            method, route, response.status_code, time.perf_counter() - g.get("began", time.perf_counter())
        )
        return response

    return counted
