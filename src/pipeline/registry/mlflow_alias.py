"""Keeps the MLflow alias `champion` at the champion; a person who moves the alias promotes a model."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from src.components.evaluation.metrics import probabilities_of
from src.components.model.smoke_transactions import EXAMPLES, model_fields
from src.domain.models import Pointer
from src.domain.transactions import Transaction
from src.domain.verdicts import Code, Why, because, reasons_of
from src.errors import Conflict, NotFound, Pinned, Unavailable

if TYPE_CHECKING:
    from src.pipeline.training.stages import BundleFormat
    from src.services.mlflow.tracking import Tracking
    from src.services.models.load_and_predict_check import LoadAndPredictCheck
    from src.services.models.repository import Models

log = logging.getLogger(__name__)

_CHAMPION, _CHALLENGER = "champion", "challenger"


def move_aliases(store: Models, registry: Tracking) -> None:
    """Move the aliases to the champion and the newest version, unless a person moved one.

    Raises Unavailable, also while another process moves them.
    """
    if store.champion() is None:
        return
    with store.alias.lease():
        pointer, alias = store.champion(), registry.alias(_CHAMPION)
        if pointer and not moved_by_a_person(pointer, alias):
            _move(store, registry, pointer, alias)


@dataclass(frozen=True)
class AliasSync:
    """Runs in a child process when the alias may have been moved in MLflow, or is out of date."""

    store: Models
    registry: Tracking
    bundles: BundleFormat
    check: LoadAndPredictCheck
    transactions: Callable[[], Sequence[Transaction]]
    """Some stored transactions of the person."""
    clock: Callable[[], datetime]

    def sync(self) -> None:
        """Promote the version a person moved the alias to, or set the alias back and record why.

        Raises Unavailable, also while another process moves the alias; the next call continues.
        """
        if self.store.champion() is None:
            return
        with self.store.alias.lease():
            pointer, alias = self.store.champion(), self.registry.alias(_CHAMPION)
            if pointer and alias is not None and moved_by_a_person(pointer, alias):
                pointer = self._promote_moved(pointer, alias)
            if pointer:
                _move(self.store, self.registry, pointer, alias)

    def _promote_moved(self, pointer: Pointer, version: str) -> Pointer:
        """Promote `version`, or record why not; returns the pointer after that."""
        fault = _objection(pointer) or self._fault_of(version)
        if not fault:
            try:
                return self.store.promote(
                    version,
                    by="mlflow",
                    reason=because(Code.ALIAS_MOVED),
                    at=self.clock(),
                    expected_revision=pointer.revision,
                    unless_pinned=True,
                )
            except Pinned as pinned:
                fault = because(Code.ALIAS_PINNED, version=pinned.version)
            except Conflict:
                fault = because(Code.ALIAS_OVERTAKEN)
        log.warning("alias set back", extra={"version": version, "serving": pointer.version})
        reason = (*because(Code.ALIAS_RESET), *reasons_of(fault))
        self.store.refuse(version, by="mlflow", reason=reason, at=self.clock())
        return self.store.champion() or pointer

    def _fault_of(self, version: str) -> Why:
        """Empty if a fresh process loads it and predicts as its pipeline does. Raises Unavailable."""
        try:
            file = self.store.load(version)
            pipeline = self.bundles.loads(file, self.store.get(version).sha256).pipeline
            transactions = [*EXAMPLES, *self.transactions()]
            expected = probabilities_of(pipeline, model_fields(transactions))
            return self.check.run(file, transactions, list(pipeline.classes_), expected).fault
        except NotFound as error:
            return str(error)
        except Unavailable:
            raise
        except Exception as error:
            log.warning("version not loaded", extra={"version": version, "error": type(error).__name__})
            return because(Code.NOT_LOADED)


def moved_by_a_person(pointer: Pointer, alias: str | None) -> bool:
    """Whether the alias is at a version we never moved it to; False for a store that never had our alias."""
    ours = (pointer.alias, pointer.alias_next, pointer.version)
    return pointer.alias is not None and alias is not None and alias not in ours


def _objection(pointer: Pointer) -> Why:
    """Why a moved alias may not replace the champion at all; empty if it may."""
    if pointer.pinned_at:
        return because(Code.ALIAS_PINNED, version=pointer.version)
    # Another person, or the same one, promoted a model here. A promotion by training gives way, and so does
    # the model that Ledgerloop ships with.
    if pointer.alias != pointer.version and pointer.by not in ("training", "shipped"):
        return because(Code.ALIAS_LATE, version=pointer.version)
    return ""


def _move(store: Models, registry: Tracking, pointer: Pointer, alias: str | None) -> None:
    if alias != pointer.version and not _has(registry, pointer.version, pointer.run_id):
        store.alias.record_missing(pointer.version)  # it was trained while MLflow was away
        return
    if alias != pointer.version:
        store.alias.record_target(pointer.version, current=alias)
        registry.set_alias(_CHAMPION, pointer.version)
    if alias != pointer.version or pointer.alias != pointer.version or pointer.alias_next:
        store.alias.record_moved(pointer.version)
    _move_challenger(store, registry, pointer)


def _has(registry: Tracking, version: str, run_id: str) -> bool:
    """Whether the registry has this version, made by this run. An old version has no tag of its run."""
    return registry.run_of(version) in (run_id, "")


def _move_challenger(store: Models, registry: Tracking, pointer: Pointer) -> None:
    """Set the alias `challenger` to the newest version while it is newer than the champion."""
    challenger = registry.alias(_CHALLENGER)
    newest = max(store.versions(), key=lambda stored: int(stored.version), default=None)
    number = int(newest.version) if newest else 0
    if newest and number > int(pointer.version) and (challenger is None or int(challenger) < number):
        if _has(registry, newest.version, newest.run_id):
            registry.set_alias(_CHALLENGER, newest.version)
    elif challenger is not None and int(challenger) <= int(pointer.version):
        registry.remove_alias(_CHALLENGER)
