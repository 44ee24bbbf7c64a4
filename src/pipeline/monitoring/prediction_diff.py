"""How predictions would change with another model, on the transactions no person has answered.

Web workers run this: rows are read a thousand at a time, without pandas or scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from src.components.model.merchant_memory import MemoryDecision
from src.components.model.serving import Serving
from src.components.monitoring.prediction_diff import ChangeCount, ModelPrediction, PredictionPair
from src.components.promotion.automatic_share import AutomaticRows
from src.domain.predictions import Band
from src.domain.promotions import PredictionDiff
from src.domain.rules import Rule
from src.errors import Conflict, NotFound, Unavailable
from src.pipeline.prediction.decision import OwnEvidence, remembered_band, weighed

if TYPE_CHECKING:
    from src.domain.transactions import Transaction
    from src.pipeline.prediction.predict import Predictor
    from src.services.models.repository import Models
    from src.services.transactions.unanswered import Unanswered

LIMIT = 20_000
"""This many transactions take about three seconds."""
JUDGED_ROWS = 2_000
"""Enough for a share within a few points; they take under a second."""
_CHUNK = 1000


@dataclass(frozen=True)
class PredictionDiffs:
    """load: makes a version ready to serve; it may raise any error for a damaged file."""

    rows: Unanswered
    predictor: Predictor
    promotions: Models
    load: Callable[[str], Serving]
    limit: int = LIMIT
    precision: float = 0.0
    """AUTO_PRECISION: the share of automatic predictions that must be right."""
    present: Callable[[Serving], Serving] = lambda model: model
    """Returns a model with the categories of today."""

    def promoting(self, champion: Serving, version: str, *, at: datetime) -> PredictionDiff:
        """What would change with `version` as champion. Raises NotFound, Conflict, Unavailable."""
        after = champion if version == champion.version else self._loaded(version)
        return self.between(champion, after, at=at)

    def promoted(self, version: str, *, at: datetime) -> PredictionDiff | None:
        """What the latest promotion of `version` changed; None for the very first model.

        Raises NotFound, Conflict, Unavailable.
        """
        promotions = self.promotions.promotions()
        previous = next((line.previous for line in promotions if line.version == version), None)
        if previous is None:
            return None
        return self.between(self._loaded(previous), self._loaded(version), at=at)

    def between(self, before: Serving, after: Serving, *, at: datetime) -> PredictionDiff:
        """Both models use the rules and the memory as they are now, as any prediction does."""
        count = ChangeCount.of(self._pairs(before, after, self.limit))
        return PredictionDiff(
            before=before.version,
            after=after.version,
            unanswered=count.rows if count.rows < self.limit else self.rows.count(),
            at=at,
            **vars(count),
        )

    def automatic(self, champion: str, challenger: str, *, newest: int = JUDGED_ROWS) -> AutomaticRows:
        """Which of the newest unanswered transactions each version would categorize automatically.

        Raises NotFound, Conflict, Unavailable.
        """
        pairs = list(self._pairs(self._loaded(champion), self._loaded(challenger), newest))
        return AutomaticRows(
            precision=self.precision,
            champion=np.array([pair.before.band is Band.AUTO for pair in pairs], bool),
            challenger=np.array([pair.after.band is Band.AUTO for pair in pairs], bool),
            merchants=np.array([pair.transaction.merchant or pair.id for pair in pairs], object),
        )

    def _loaded(self, version: str) -> Serving:
        try:
            return self.load(version)
        except (NotFound, Unavailable):
            raise
        except Exception as error:  # of an older format, or damaged
            raise Conflict(f"Model {version} could not be loaded, so it cannot be compared.") from error

    def _pairs(self, before: Serving, after: Serving, limit: int) -> Iterator[PredictionPair]:
        rows, models = self.rows.newest(limit), (self.present(before), self.present(after))
        while chunk := list(islice(rows, _CHUNK)):
            transactions = [transaction for _, transaction in chunk]
            evidence = self.predictor.own_evidence(transactions)
            old, new = (self._predictions(model, transactions, evidence) for model in models)
            for (row_id, transaction), first, second, own in zip(chunk, old, new, evidence, strict=True):
                by_person = isinstance(own, (Rule, MemoryDecision))
                yield PredictionPair(row_id, transaction, first, second, by_person)

    def _predictions(
        self, serving: Serving, transactions: Sequence[Transaction], evidence: Sequence[OwnEvidence]
    ) -> list[ModelPrediction]:
        predictions = []
        category: str | None
        for row, own in zip(serving.scorer.probabilities(transactions), evidence, strict=True):
            if isinstance(own, Rule):  # the same with any model
                category, band = own.category, Band.AUTO
            elif isinstance(own, MemoryDecision):
                category, band = own.category, remembered_band(own, self.precision)
            else:
                alternatives, band = weighed(row, own, serving)
                category = None if band is Band.UNKNOWN else alternatives[0].category
            predictions.append(ModelPrediction(category, band))
        return predictions
