"""Evaluates the candidates of a model search on the workers of a Dask cluster.

The result is the same as in this process, only sooner. Whatever is wrong with the cluster, the search goes on
here, and `notes` says so. What is sent are numbers and the names of categories, no texts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from src.domain.verdicts import Code, Why, because
from src.services.mlflow.provenance import provenance

if TYPE_CHECKING:
    from distributed import Client

    from src.components.model.candidates import Candidate, Fold

log = logging.getLogger(__name__)

DECISIVE = ("code.sha256", "version.python", "version.scikit-learn", "version.numpy", "version.scipy")
"""What determines the scores, as `provenance` names it; workers need the same."""


class DaskCluster:
    """An `Evaluate` of `components/model/candidates.py`. It connects at its first use."""

    def __init__(self, address: str, *, timeout_s: float = 10.0) -> None:
        """address: of the scheduler, such as tcp://dask.example:8786."""
        self._address, self._timeout_s = address, timeout_s
        self._why_alone: str | None = None
        self._threads = 1

    @property
    def notes(self) -> tuple[Why, ...]:
        """Why the search was done here, wholly or in part."""
        return (because(Code.TRAINED_ALONE, why=self._why_alone),) if self._why_alone else ()

    @property
    def at_once(self) -> int:
        """The threads of all workers, when it connected."""
        return self._threads if self._client and not self._why_alone else 1

    def __call__(
        self, fold: Fold, candidates: Sequence[Candidate], classes: np.ndarray, seed: int
    ) -> Iterator[np.ndarray]:
        scores = self._scores(fold, candidates, classes, seed) if candidates else []
        if scores is None:
            return (fold.scores(candidate, classes, seed) for candidate in candidates)
        return iter(scores)

    def close(self) -> None:
        if "_client" in self.__dict__ and self._client:
            self._client.close()

    def _scores(
        self, fold: Fold, candidates: Sequence[Candidate], classes: np.ndarray, seed: int
    ) -> list[np.ndarray] | None:
        """None if the cluster cannot evaluate them."""
        if self._client is None or self._why_alone:
            return None
        from joblib import Parallel, delayed, parallel_config

        try:
            with parallel_config(backend="dask", client=self._client, scatter=[fold, classes]):
                return list(Parallel()(delayed(_score)(fold, one, classes, seed) for one in candidates))
        except Exception as error:
            self._go_on_alone("lost", error)
            return None

    @cached_property
    def _client(self) -> Client | None:
        """None if the cluster cannot be used."""
        try:
            from distributed import Client
        except ImportError as error:
            self._go_on_alone("not-installed", error)
            return None
        client = None
        try:
            client = Client(self._address, timeout=self._timeout_s, set_as_default=False)
            client.wait_for_workers(1, timeout=self._timeout_s)
            of_workers = client.run(_versions)
            self._threads = sum(client.nthreads().values())
        except Exception as error:  # of asyncio, tornado, Dask or an import on a worker
            self._go_on_alone("away" if client is None else "unusable", error)
            return None
        if any(versions != _versions() for versions in of_workers.values()):
            self._go_on_alone("other-versions")
            return None
        return client

    def _go_on_alone(self, why: str, error: Exception | None = None) -> None:
        self._why_alone = why
        about = {"address": self._address, "reason": why, "error": type(error).__name__ if error else ""}
        log.warning("the Dask cluster is not used", extra=about)


def _versions() -> dict[str, str]:
    """On the worker that runs this."""
    made_with = provenance()
    return {name: made_with[name] for name in DECISIVE}


def _score(fold: Fold, candidate: Candidate, classes: np.ndarray, seed: int) -> Any:
    """On a worker."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return fold.scores(candidate, classes, seed)
