"""What a person may do with a model version: promote it, roll back to it, or test it as a shadow."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from src.components.evaluation.significance import mcnemar_p
from src.domain.models import Pointer, Shadow, ShadowComparison
from src.errors import Conflict, LedgerloopError, NotFound
from src.pipeline.prediction.predict import Serving

if TYPE_CHECKING:
    from src.services.models.repository import Models

log = logging.getLogger(__name__)

SURE_P = 0.01
"""People look at the page repeatedly, so the usual 0.05 would be passed by chance too often."""
ENOUGH_DISCORDANT = 8
"""Fewer could not come below SURE_P even if one model were right on all of them: 2 / 2 ** 7 is 0.016."""


class ShadowOutcome(StrEnum):
    TOO_FEW = "too-few"
    NO_DIFFERENCE = "no-difference"
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class ShadowTest:
    """The results of a shadow test so far."""

    shadow: Shadow
    champion: str
    counts: ShadowComparison
    p: float
    """McNemar's exact test, two-sided, on the answers that only one model predicted."""

    @property
    def champion_right(self) -> int:
        return self.counts.both_right + self.counts.champion_only

    @property
    def shadow_right(self) -> int:
        return self.counts.both_right + self.counts.shadow_only

    @property
    def differing(self) -> int:
        """Answers that only one model predicted."""
        return self.counts.champion_only + self.counts.shadow_only

    @property
    def outcome(self) -> ShadowOutcome:
        if self.differing < ENOUGH_DISCORDANT:
            return ShadowOutcome.TOO_FEW
        if self.p >= SURE_P:
            return ShadowOutcome.NO_DIFFERENCE
        better = self.counts.shadow_only > self.counts.champion_only
        return ShadowOutcome.BETTER if better else ShadowOutcome.WORSE


@dataclass(frozen=True)
class ModelActions:
    models: Models
    make: Callable[[str, bytes, str], Serving]
    """Loads a version from its file and the file's sha256."""

    def promote(self, version: str, *, reason: str, at: datetime, pin: bool = False) -> Pointer:
        """Raises Conflict for a model that does not load, NotFound, Unavailable."""
        self._try(version)
        return self.models.promote(version, by="person", reason=reason, at=at, pin=pin)

    def shadow(self, version: str, *, at: datetime) -> Shadow:
        """Start a shadow test. Raises Conflict for a model that does not load or that is active, NotFound."""
        sha256 = self._try(version)
        return self.models.shadows.start(version, sha256=sha256, by="person", at=at)

    def shadow_test(self) -> ShadowTest | None:
        """None if no shadow test runs, or no model is active. Raises Unavailable."""
        shadow, champion = self.models.shadows.current(), self.models.champion()
        if shadow is None or champion is None:
            return None
        counts = self.models.shadows.compare(shadow, champion.version)
        return ShadowTest(
            shadow, champion.version, counts, mcnemar_p(counts.champion_only, counts.shadow_only)
        )

    def _try(self, version: str) -> str:
        """Load a version as a web worker does; returns its sha256."""
        model = self.models.get(version)
        try:
            self.make(version, self.models.load(version), model.sha256)
        except NotFound as error:
            raise Conflict(str(error)) from None
        except LedgerloopError as error:
            raise Conflict(f"Model {version} cannot serve: {error}") from None
        except Exception as error:
            log.warning("version not loaded", extra={"version": version, "error": type(error).__name__})
            raise Conflict(f"Model {version} cannot serve: its file could not be loaded.") from None
        return model.sha256
