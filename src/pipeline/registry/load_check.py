"""Whether a stored version may be promoted: a fresh process loads it and predicts as its pipeline does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from src.components.evaluation.metrics import probabilities_of
from src.components.model.smoke_transactions import EXAMPLES, model_fields
from src.domain.transactions import Transaction
from src.domain.verdicts import Code, Why, because
from src.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from src.pipeline.training.stages import BundleFormat
    from src.services.models.bundle_check import BundleCheck
    from src.services.models.repository import Models

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredVersionCheck:
    """The load-and-predict check of training, for a version trained earlier."""

    store: Models
    bundles: BundleFormat
    check: BundleCheck
    transactions: Callable[[], Sequence[Transaction]]
    """Some stored transactions of the person."""

    def fault_of(self, version: str) -> Why:
        """Empty if nothing is wrong. Raises Unavailable."""
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
