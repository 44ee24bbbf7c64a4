"""Whether a kept version may serve: its file loads, and a fresh process predicts as its pipeline does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from src.components.evaluation.answers import probabilities_of
from src.components.model.smoke_transactions import EXAMPLES, model_fields
from src.domain.transactions import Transaction
from src.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from src.pipeline.training.ports import Bundles, Check, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tryout:
    """The check that training makes of a new model, made of an old one."""

    store: Store
    bundles: Bundles
    check: Check
    transactions: Callable[[], Sequence[Transaction]]
    """Some of the person's own, as they are kept."""

    def fault_of(self, version: str) -> str:
        """What is wrong, as a sentence; "" where nothing is. Raises Unavailable."""
        try:
            file = self.store.load(version)
            pipeline = self.bundles.loads(file, self.store.get(version).sha256).pipeline
            tried = [*EXAMPLES, *self.transactions()]
            expected = probabilities_of(pipeline, model_fields(tried))
            return self.check.run(file, tried, list(pipeline.classes_), expected).fault
        except NotFound as gone:
            return str(gone)
        except Unavailable:
            raise
        except Exception as error:
            log.warning("version not loaded", extra={"version": version, "error": type(error).__name__})
            return "it could not be loaded."
