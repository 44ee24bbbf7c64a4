"""The shadow: a model that predicts beside the champion, is not shown, and is judged by later answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import numpy as np

from src.components.evaluation.mcnemar import exact_p
from src.domain.models import ModelVersion, Pointer, Shadow, ShadowComparison
from src.domain.predictions import Prediction, ShadowPrediction
from src.domain.transactions import Transaction
from src.errors import Conflict, LedgerloopError, NotFound
from src.pipeline.prediction.predict import Serving

log = logging.getLogger(__name__)

SURE_P = 0.01
"""The page is looked at again and again, so the usual 0.05 would be passed by chance too often."""
ENOUGH_DISCORDANT = 8
"""Fewer could not come below SURE_P even if one model were right on all of them: 2 / 2 ** 7 is 0.016."""


class Peeked(Protocol):
    def peek(self) -> Serving | None: ...


def with_shadow(
    predictions: Sequence[Prediction],
    transactions: Sequence[Transaction],
    own: np.ndarray,
    serving: Serving,
    shadow: Serving | None,
) -> list[Prediction]:
    """The predictions, each with what the shadow's model and the champion's model say by themselves.

    own: shape (n_transactions, n_classes), the champion's probabilities. A shadow that fails changes nothing.
    """
    if shadow is None or shadow.version == serving.version or not predictions:
        return list(predictions)
    try:
        said = shadow.scorer.probabilities(transactions)
        return [
            replace(each, shadow=_said(shadow, row, serving.scorer.classes[int(champion.argmax())]))
            for each, row, champion in zip(predictions, said, own, strict=True)
        ]
    except Exception as error:
        log.warning(
            "shadow did not predict", extra={"version": shadow.version, "error": type(error).__name__}
        )
        return list(predictions)


def _said(shadow: Serving, row: np.ndarray, champion_category: str) -> ShadowPrediction:
    best = int(row.argmax())
    return ShadowPrediction(shadow.version, shadow.scorer.classes[best], float(row[best]), champion_category)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the shadow does beside the champion."""

    shadow: Shadow
    champion: str
    counts: ShadowComparison
    p: float
    """McNemar's exact test on the answers of which only one model had it right; two-sided."""

    @property
    def champion_right(self) -> int:
        return self.counts.both_right + self.counts.champion_only

    @property
    def shadow_right(self) -> int:
        return self.counts.both_right + self.counts.shadow_only

    @property
    def sentence(self) -> str:
        counts, differ = self.counts, self.counts.champion_only + self.counts.shadow_only
        if differ < ENOUGH_DISCORDANT:
            return f"Too few answers to tell (n = {counts.answers}; they differ on {differ})."
        told = f"Of the {differ} answers on which one was right and the other wrong, model "
        told += f"{self.shadow.version} was right on {counts.shadow_only} (p = {_shown(self.p)})."
        if self.p >= SURE_P:
            return f"No difference to be sure of (n = {counts.answers}). {told}"
        better = counts.shadow_only > counts.champion_only
        return f"Model {self.shadow.version} is {'better' if better else 'worse'}. {told}"


def _shown(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


class Shadows(Protocol):
    def current(self) -> Shadow | None: ...
    def start(self, version: str, *, sha256: str, by: str, at: datetime) -> Shadow: ...
    def end(self) -> None: ...
    def side_by_side(self, shadow: Shadow, champion: str) -> ShadowComparison: ...


class Versions(Protocol):
    @property
    def shadows(self) -> Shadows: ...
    def get(self, version: str) -> ModelVersion: ...
    def load(self, version: str) -> bytes: ...
    def champion(self) -> Pointer | None: ...
    def promote(self, version: str, *, by: str, reason: str, at: datetime, pin: bool = False) -> Pointer: ...


@dataclass(frozen=True)
class ByHand:
    """What a person may do with a version: let it serve, or let it run in the shadow."""

    versions: Versions
    make: Callable[[str, bytes, str], Serving]
    """Of a version, its file and the file's sha256, what serves."""

    def promote(self, version: str, *, reason: str, at: datetime, pin: bool = False) -> Pointer:
        """Raises Conflict for a model that does not load, NotFound, Unavailable."""
        self._try(version)
        return self.versions.promote(version, by="person", reason=reason, at=at, pin=pin)

    def shadow(self, version: str, *, at: datetime) -> Shadow:
        """Raises Conflict for a model that does not load or that serves, NotFound, Unavailable."""
        sha256 = self._try(version)
        return self.versions.shadows.start(version, sha256=sha256, by="person", at=at)

    def standing(self) -> Standing | None:
        """None where no model runs in the shadow, or none serves. Raises Unavailable."""
        shadow, champion = self.versions.shadows.current(), self.versions.champion()
        if shadow is None or champion is None:
            return None
        counts = self.versions.shadows.side_by_side(shadow, champion.version)
        return Standing(shadow, champion.version, counts, exact_p(counts.champion_only, counts.shadow_only))

    def _try(self, version: str) -> str:
        """The sha256 of a version that loads as a worker loads it."""
        found = self.versions.get(version)
        try:
            self.make(version, self.versions.load(version), found.sha256)
        except NotFound as gone:
            raise Conflict(str(gone)) from None
        except LedgerloopError as error:
            raise Conflict(f"Model {version} cannot serve: {error}") from None
        except Exception as error:
            log.warning("version not loaded", extra={"version": version, "error": type(error).__name__})
            raise Conflict(f"Model {version} cannot serve: its file could not be loaded.") from None
        return found.sha256
