"""MLflow: the store, its runs from start to end, the registered model and its aliases.

Only the training process uses it: mlflow takes seconds and over 100 MB, so it is imported at first use.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from src.domain.models import MODEL_NAME
from src.domain.training_runs import TrainingRun
from src.errors import LeaseLost, TrackingUnavailable
from src.services.host.file_lock import FileLock
from src.services.mlflow.errors import guarded, prepare, unavailable
from src.services.mlflow.moved_store import rebase_artifact_paths
from src.services.mlflow.provenance import provenance
from src.services.mlflow.run_writer import RunWriter

EXPERIMENT = MODEL_NAME
OTHER_EXPERIMENTS = "ledgerloop-"
"""The names of the others begin with this."""
DESCRIPTION = (
    "Predicts the category of a bank transaction. Trained by Ledgerloop from a person's own labels and a "
    "shipped lexicon. The alias `champion` is the version that serves: move it, and that version serves once "
    "it was tried. `challenger` is the newest version, for as long as it does not serve."
)
_EXPERIMENT_TAGS = {
    "mlflow.experimentKind": "custom_model_development",
    "mlflow.note.content": (
        "One run for each training of Ledgerloop. Its name says which version it made and what became of it, "
        "its description why; nested in it are the candidates that were tried."
    ),
}
"""The kind lets MLflow's pages show training runs rather than prompts and traces."""
_MODEL_TAGS = {"application": "ledgerloop", "task": "text and amount to category"}
_RUN_TAG = "ledgerloop.run"
_SQLITE = "sqlite:///"
_MAKING_TAKES_AT_MOST_S = 60.0


class Tracking:
    """The MLflow store: one experiment, one registered model. Making it connects to nothing."""

    def __init__(self, uri: str, artifacts: Path | None) -> None:
        """artifacts: where a local store keeps its files; None leaves it to the tracking server."""
        self._uri = uri
        self._artifacts = artifacts

    @functools.cached_property
    def _mlflow(self) -> Any:
        prepare()
        import mlflow
        import mlflow.sklearn

        if self._artifacts is not None:
            self._artifacts.mkdir(parents=True, exist_ok=True)
        mlflow.set_tracking_uri(self._uri)
        mlflow.set_registry_uri(self._uri)
        if self._uri.startswith(_SQLITE):
            with self._creation_lock():
                if self._location:
                    rebase_artifact_paths(Path(self._uri.removeprefix(_SQLITE)), EXPERIMENT, self._location)
                mlflow.MlflowClient().search_experiments(max_results=1)  # creates the database if needed
        return mlflow

    @property
    def _location(self) -> str | None:
        """The location of a local store's files: inside its folder, also after a move."""
        return (self._artifacts / "artifacts").as_uri() if self._artifacts else None

    @contextmanager
    def _creation_lock(self) -> Iterator[None]:
        """Of several processes that make one new local store at once, all but one would fail."""
        if not self._uri.startswith(_SQLITE):
            yield
            return
        database = Path(self._uri.removeprefix(_SQLITE))
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(database.with_suffix(".lock"))
        patience = time.monotonic() + _MAKING_TAKES_AT_MOST_S
        while not lock.acquire():
            if time.monotonic() > patience:
                raise TrackingUnavailable("MLflow did not answer: another process is creating its store.")
            time.sleep(0.1)
        try:
            yield
        finally:
            lock.release()

    @property
    def client(self) -> Any:
        """MLflow's own client, also for the services that read or delete what this one writes."""
        return self._mlflow.MlflowClient()

    @functools.cached_property
    def experiment(self) -> str:
        """The id of the one experiment."""
        self.initialise()
        return str(self.client.get_experiment_by_name(EXPERIMENT).experiment_id)

    @guarded
    def experiment_named(self, name: str, about: str) -> str:
        """The id of another experiment, which is created if it is missing. about: its description."""
        client = self.client
        with self._creation_lock():
            if (experiment := client.get_experiment_by_name(name)) is None:
                tags = {**_EXPERIMENT_TAGS, "mlflow.note.content": about}
                return str(client.create_experiment(name, artifact_location=self._location, tags=tags))
        return str(experiment.experiment_id)

    @guarded
    def all_experiments(self) -> list[str]:
        """The ids of all experiments of Ledgerloop."""
        others = self.client.search_experiments(filter_string=f"name LIKE '{OTHER_EXPERIMENTS}%'")
        return [self.experiment, *(str(other.experiment_id) for other in others)]

    @guarded
    def initialise(self) -> None:
        """Create the store, the experiment and the registered model if they are missing."""
        client = self.client
        with self._creation_lock():
            if client.get_experiment_by_name(EXPERIMENT) is None:
                client.create_experiment(EXPERIMENT, artifact_location=self._location, tags=_EXPERIMENT_TAGS)
            if not client.search_registered_models(f"name='{MODEL_NAME}'"):
                client.create_registered_model(MODEL_NAME, _MODEL_TAGS, DESCRIPTION)

    @contextmanager
    def start(self, run: TrainingRun, reason: str = "") -> Iterator[RunWriter]:
        """One MLflow run around the block: FINISHED, FAILED, or KILLED if the lease was lost.

        What an earlier attempt, or a process that was killed, left RUNNING is closed first.
        Raises TrackingUnavailable if MLflow does not answer.
        """
        prepare()
        from mlflow.exceptions import MlflowException

        ended = "FAILED"
        try:
            self.close_stale()
            when = f"{run.requested_at:%Y-%m-%d %H:%M}"
            active = self._mlflow.start_run(
                experiment_id=self.experiment,
                run_name=f"{when} {run.trigger.value}",
                tags=_tags(run, reason),
                log_system_metrics=False,
            )
            yield RunWriter(self._mlflow, active.info, when=when)
            ended = "FINISHED"
        except MlflowException as error:
            raise unavailable(error) from error
        except (LeaseLost, KeyboardInterrupt, SystemExit):
            ended = "KILLED"
            raise
        finally:
            with suppress(MlflowException, OSError, TrackingUnavailable):  # it never answered
                while self._mlflow.active_run():
                    with suppress(MlflowException):  # it is down now: the next run closes this one
                        self._mlflow.end_run(ended)

    @guarded
    def close_stale(self, ended: str = "KILLED") -> int:
        """End all runs still marked RUNNING, as only one run trains at a time; returns their number."""
        running = self.client.search_runs([self.experiment], "attributes.status = 'RUNNING'")
        for run in running:
            self.client.set_terminated(run.info.run_id, ended)
        return len(running)

    @guarded
    def register(
        self, model_uri: str, *, after: int, mlflow_run_id: str, description: str, tags: Mapping[str, str]
    ) -> str:
        """Return the number of the new version, as text; it is higher than `after`.

        A new store after a deleted one counts from 1, so versions up to `after` are created and deleted.
        Raises TrackingUnavailable.
        """
        passed: list[str] = []
        while True:
            version = self.client.create_model_version(
                MODEL_NAME, model_uri, run_id=mlflow_run_id, description=description, tags=dict(tags)
            )
            if int(version.version) > after:
                break
            passed.append(version.version)
        for number in passed:
            self.client.delete_model_version(MODEL_NAME, number)
        return str(version.version)

    @guarded
    def has_versions(self) -> bool:
        """Whether any version is registered."""
        self.initialise()
        return bool(self.client.search_model_versions(f"name='{MODEL_NAME}'", max_results=1))

    @guarded
    def drop_version(self, version: str) -> None:
        self.client.delete_model_version(MODEL_NAME, version)

    @guarded
    def tag_version(self, version: str, tags: Mapping[str, str]) -> None:
        for name, value in tags.items():
            self.client.set_model_version_tag(MODEL_NAME, version, name, value)

    @guarded
    def describe_version(self, version: str, text: str) -> None:
        self.client.update_model_version(MODEL_NAME, version, text)

    @guarded
    def set_alias(self, alias: str, version: str) -> None:
        """Raises TrackingUnavailable."""
        self.client.set_registered_model_alias(MODEL_NAME, alias, version)

    @guarded
    def remove_alias(self, alias: str) -> None:
        """Raises TrackingUnavailable."""
        self.client.delete_registered_model_alias(MODEL_NAME, alias)

    @guarded
    def run_of(self, version: str) -> str | None:
        """The training run that made a version, by its tag; None if the registry has no such version."""
        from mlflow.exceptions import MlflowException

        try:
            return str(self.client.get_model_version(MODEL_NAME, version).tags.get(_RUN_TAG, ""))
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return None

    @guarded
    def alias(self, alias: str) -> str | None:
        """The version the alias names; None if it is not set."""
        aliases = self.client.get_registered_model(MODEL_NAME).aliases
        return str(aliases[alias]) if alias in aliases else None


def _tags(run: TrainingRun, reason: str) -> dict[str, str]:
    return {
        _RUN_TAG: run.id,
        "mlflow.source.name": "python -m src train",
        "trigger": run.trigger.value,
        "reason": reason,
        "attempt": str(run.attempt),
    } | provenance()
