"""Permanently deletes old runs and models from MLflow, with their files.

MLflow's own `delete_run` only hides a run. If the store is a database we can open, rows and files are
deleted. On a tracking server runs and models can only be hidden; `mlflow gc` there frees its disk.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from src.domain.models import MODEL_NAME
from src.services.mlflow.errors import guarded
from src.services.mlflow.tracking import Tracking

log = logging.getLogger(__name__)

_WORTH_BYTES = 2 * 2**20
_WORTH_SHARE = 0.2
_PAGE = 500


class TrackingRetention:
    """Deletes files before the rows that name them, so that an interrupted deletion can be repeated."""

    def __init__(self, tracking: Tracking, uri: str) -> None:
        """uri: of the store that `tracking` uses."""
        self._tracking = tracking
        self._uri = uri

    @property
    def _store(self) -> Any:
        """MLflow's database store, as `mlflow gc` uses it; None for a tracking server."""
        from mlflow.tracking._tracking_service.utils import _get_store

        store = _get_store(self._uri)  # type: ignore[no-untyped-call]
        return store if hasattr(store, "_hard_delete_run") else None

    @property
    def frees_disk(self) -> bool:
        return self._store is not None

    @guarded
    def runs(self) -> list[str]:
        """Finished runs, newest first, without nested runs."""
        top_level = [run for run in self._all_runs() if "mlflow.parentRunId" not in run.data.tags]
        return [run.info.run_id for run in top_level if run.info.status != "RUNNING"]

    @guarded
    def versions(self) -> dict[str, str]:
        """The run of every registered version, by version."""
        return {str(version.version): str(version.run_id) for version in self._versions()}

    @guarded
    def spared(self) -> set[str]:
        """Versions with any alias."""
        spared: set[str] = set()
        with _gone_already():  # before the first training there is no model
            aliases = self._tracking.client.get_registered_model(MODEL_NAME).aliases
            spared |= {str(version) for version in aliases.values()}
        return spared

    @guarded
    def drop_version(self, version: str, run_id: str | None) -> None:
        """Delete a version and the model file of its run; the run keeps its metrics and data."""
        if run_id:
            self._drop_models(run_id)
        with _gone_already():
            self._tracking.client.delete_model_version(MODEL_NAME, version)

    @guarded
    def drop_run(self, run_id: str) -> None:
        """Delete a run with its nested runs, models and files."""
        for nested in self._all_runs(f"tags.`mlflow.parentRunId` = '{run_id}'"):
            self._drop(nested.info)
        self._drop_models(run_id)
        with _gone_already():
            self._drop(self._tracking.client.get_run(run_id).info)

    @guarded
    def erase_before(self, at: datetime) -> None:
        """Delete all versions and runs that are older, with their models, data and files."""
        before = int(at.timestamp() * 1000)  # MLflow counts whole milliseconds
        for version in self._versions():
            if version.creation_timestamp < before:
                self.drop_version(str(version.version), str(version.run_id))
        for run in self._all_runs(experiments=self._tracking.all_experiments()):
            if run.info.start_time < before:
                self.drop_run(run.info.run_id)
        self.shrink(worth_bytes=0)

    def _versions(self) -> list[Any]:
        return list(self._tracking.client.search_model_versions(f"name='{MODEL_NAME}'", max_results=10_000))

    def _drop(self, info: Any) -> None:
        if (store := self._store) is None:
            self._tracking.client.delete_run(info.run_id)
        else:
            _delete_files(info.artifact_uri)
            store._hard_delete_run(info.run_id)

    def _drop_models(self, run_id: str) -> None:
        store, outputs = self._store, None
        with _gone_already():
            outputs = self._tracking.client.get_run(run_id).outputs
        for model_id in [output.model_id for output in outputs.model_outputs] if outputs else []:
            with _gone_already():
                if store is None:
                    self._tracking.client.delete_logged_model(model_id)
                else:
                    _delete_files(store.get_logged_model(model_id, allow_deleted=True).artifact_location)
                    store._hard_delete_logged_model(model_id)

    def _all_runs(self, matching: str = "", experiments: Sequence[str] = ()) -> list[Any]:
        """experiments: by default the one of the categorizer."""
        runs, token = [], None
        searched = list(experiments) or [self._tracking.experiment]
        while True:
            page = self._tracking.client.search_runs(searched, matching, max_results=_PAGE, page_token=token)
            runs += page
            token = page.token
            if not token:
                return runs

    def shrink(self, worth_bytes: int = _WORTH_BYTES) -> int:
        """Return the empty pages of a SQLite store to the disk if they are many; returns the bytes freed.

        It needs exclusive access for a moment; while another process writes, it is left for the next time.
        """
        if not self._uri.startswith("sqlite:///"):
            return 0
        try:
            with closing(sqlite3.connect(self._uri.removeprefix("sqlite:///"), timeout=2)) as database:
                size, empty = _pages(database)
                if empty < max(worth_bytes, _WORTH_SHARE * size):
                    return 0
                database.execute("VACUUM")
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                return size - _pages(database)[0]
        except sqlite3.OperationalError as error:
            log.info("MLflow store is in use and was not compacted", extra={"why": str(error)})
            return 0


@contextmanager
def _gone_already() -> Iterator[None]:
    """Ignores what MLflow no longer has, because an earlier deletion was interrupted."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise


def _pages(database: sqlite3.Connection) -> tuple[int, int]:
    """Bytes of the file, and of its empty pages."""

    def pragma(name: str) -> int:
        return int(database.execute(f"PRAGMA {name}").fetchone()[0])

    return pragma("page_count") * pragma("page_size"), pragma("freelist_count") * pragma("page_size")


def _delete_files(artifact_uri: str) -> None:
    """Delete the folder `artifacts` and its parent, which MLflow does not delete."""
    parts = urlparse(artifact_uri)
    if parts.scheme not in ("", "file"):
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        get_artifact_repository(artifact_uri).delete_artifacts()  # type: ignore[no-untyped-call]
        return
    folder = Path(unquote(parts.path))
    if folder.is_dir():
        shutil.rmtree(folder)
    if folder.name == "artifacts":
        with suppress(OSError):
            folder.parent.rmdir()
