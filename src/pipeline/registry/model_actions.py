"""What a person may do with a model version: promote it, roll back to it, or test it as a shadow."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from src.components.model.serving import Serving
from src.domain.models import Pointer, Shadow
from src.errors import Conflict, LedgerloopError, NotFound
from src.pipeline.registry.shadow_test import ShadowTest

if TYPE_CHECKING:
    from src.services.models.repository import Models

log = logging.getLogger(__name__)


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
        return ShadowTest.of(shadow, champion.version, self.models.shadows.compare(shadow, champion.version))

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
