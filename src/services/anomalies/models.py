"""The forest that finds unusual amounts: stored with its hash, and loaded without running its code."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from src.domain import LOCAL_OWNER
from src.errors import InvalidInput
from src.services.mongo.client import Database, guarded

_POINTER = "anomaly_model"
_KEPT = 5
TRUSTED = ("sklearn.tree._tree.Tree",)
"""Types that skops may make in addition to those that it knows. A tree is followed by its indices without a
check, so `loads` checks them."""


@dataclass(frozen=True)
class StoredForest:
    fitted: Any
    columns: tuple[str, ...]
    """Of the residuals that it was fitted on."""


class AnomalyModels:
    """A document for each accepted forest; one of `states` points to the one in use, and changes last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def put_in_use(self, fitted: Any, columns: Sequence[str], *, mlflow_run_id: str, at: datetime) -> str:
        """Store a forest, then point to it; returns its version. Raises Unavailable."""
        data = dumps(fitted)
        version = f"{at:%Y%m%dT%H%M%S}-{sha256(data).hexdigest()[:8]}"
        document = {
            "owner": LOCAL_OWNER,
            "bundle": data,
            "sha256": sha256(data).hexdigest(),
            "columns": list(columns),
            "mlflow_run_id": mlflow_run_id,
            "at": at,
        }
        models, states = self._database.anomaly_models, self._database.states
        models.replace_one({"_id": version}, document, upsert=True)
        states.replace_one({"_id": _POINTER}, {"version": version, "at": at}, upsert=True)
        old = models.find({"_id": {"$ne": version}}, {"_id": 1}).sort("at", -1).skip(_KEPT)
        models.delete_many({"_id": {"$in": [document["_id"] for document in old]}})
        return version

    @guarded
    def put_out_of_use(self, *, at: datetime) -> None:
        """From now on the thresholds work alone. Raises Unavailable."""
        self._database.states.replace_one({"_id": _POINTER}, {"version": None, "at": at}, upsert=True)

    @guarded
    def is_decided(self) -> bool:
        """Whether a training has ever decided about a forest."""
        return self._database.states.find_one({"_id": _POINTER}, {}) is not None

    @guarded
    def in_use(self) -> StoredForest | None:
        """None if there is none. Raises InvalidInput for one that is damaged or not trusted; Unavailable."""
        pointer = self._database.states.find_one({"_id": _POINTER})
        if pointer is None or pointer["version"] is None:
            return None
        document = self._database.anomaly_models.find_one({"_id": pointer["version"]})
        if document is None:
            return None
        return StoredForest(loads(document["bundle"], document["sha256"]), tuple(document["columns"]))


def dumps(fitted: Any) -> bytes:
    from skops import io as skops_io  # scikit-learn comes with it

    data: bytes = skops_io.dumps(fitted, compression=zipfile.ZIP_DEFLATED)
    return data


def loads(data: bytes, expected_sha256: str) -> Any:
    """Raises InvalidInput for other bytes, and for a foreign type."""
    from skops import io as skops_io
    from skops.io.exceptions import UntrustedTypesFoundException

    if sha256(data).hexdigest() != expected_sha256:
        raise InvalidInput("The forest is damaged: its content is not what was stored.")
    try:
        fitted = skops_io.loads(data, trusted=list(TRUSTED))
    except UntrustedTypesFoundException as error:
        raise InvalidInput(f"The forest holds types that are not trusted: {error}") from None
    if not all(_is_sound(estimator.tree_) for estimator in fitted.estimators_):
        raise InvalidInput("The forest is damaged: its trees point outside themselves.")
    return fitted


def _is_sound(tree: Any) -> bool:
    """Whether every child comes after its parent and is in the tree, and every feature exists."""
    count, left, right = tree.node_count, tree.children_left, tree.children_right
    inner = left != -1
    return all(
        not inner[node]
        or (
            node < left[node] < count
            and node < right[node] < count
            and 0 <= tree.feature[node] < tree.n_features
        )
        for node in range(count)
    )
