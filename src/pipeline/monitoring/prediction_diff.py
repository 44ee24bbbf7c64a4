"""What would change with another model: both are asked of the transactions no person has answered.

Web workers run this: rows come a thousand at a time, and nothing here needs pandas or scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol

import numpy as np

from src.components.evaluation.automation import AutomaticRows
from src.components.model.merchant_memory import MemoryDecision, MemoryHint
from src.components.monitoring.prediction_diff import ChangeCount, Judged, Said
from src.domain.predictions import Band
from src.domain.promotions import PredictionDiff, Promotion
from src.domain.transactions import Transaction
from src.errors import Conflict, NotFound, Unavailable
from src.pipeline.prediction.predict import Serving, remembered_band, weighed

LIMIT = 20_000
"""So many transactions take about three seconds."""
JUDGED_ROWS = 2_000
"""So many tell a share to a few points; they take under a second."""
_AT_ONCE = 1000

Row = tuple[str, Transaction]
"""An id, and what was given."""
Heard = MemoryDecision | MemoryHint | None
"""What the memory says of a transaction."""


class Rows(Protocol):
    """The transactions that no answer of a person holds."""

    def newest(self, limit: int) -> Iterator[Row]: ...
    def count(self) -> int: ...


class Memory(Protocol):
    def remembered(self, prepared: Sequence[Transaction]) -> list[Heard]: ...


class Promotions(Protocol):
    def promotions(self, limit: int = 50) -> list[Promotion]: ...


@dataclass(frozen=True)
class WhatChanges:
    """load: makes a version ready to serve; it may raise anything for a file that is no good."""

    rows: Rows
    memory: Memory
    promotions: Promotions
    load: Callable[[str], Serving]
    limit: int = LIMIT
    precision: float = 0.0
    """AUTO_PRECISION: the share of automatic answers that is to be right."""

    def promoting(self, champion: Serving, version: str, *, at: datetime) -> PredictionDiff:
        """What would change if `version` served. Raises NotFound, Conflict, Unavailable."""
        after = champion if version == champion.version else self._loaded(version)
        return self.between(champion, after, at=at)

    def promoted(self, version: str, *, at: datetime) -> PredictionDiff | None:
        """What the newest promotion of `version` changed; None for the first model of all.

        Raises NotFound, Conflict, Unavailable.
        """
        lines = self.promotions.promotions()
        previous = next((line.previous for line in lines if line.version == version), None)
        if previous is None:
            return None
        return self.between(self._loaded(previous), self._loaded(version), at=at)

    def between(self, before: Serving, after: Serving, *, at: datetime) -> PredictionDiff:
        """What the two say, each told what the memory has to say, as in any prediction of today."""
        count = ChangeCount.of(self._judged(before, after, self.limit))
        return PredictionDiff(
            before=before.version,
            after=after.version,
            unanswered=count.rows if count.rows < self.limit else self.rows.count(),
            rows=count.rows,
            remembered=count.remembered,
            pairs=count.pairs,
            bands=count.bands,
            at=at,
        )

    def automatic(self, champion: str, challenger: str, *, newest: int = JUDGED_ROWS) -> AutomaticRows:
        """Which of the newest unanswered transactions each version would categorize automatically.

        Raises NotFound, Conflict, Unavailable.
        """
        before, after = self._loaded(champion), self._loaded(challenger)
        rows = list(self._judged(before, after, newest))
        return AutomaticRows(
            precision=self.precision,
            champion=np.array([row.before.band is Band.AUTO for row in rows], bool),
            challenger=np.array([row.after.band is Band.AUTO for row in rows], bool),
            merchants=np.array([row.transaction.merchant or row.id for row in rows], object),
        )

    def _loaded(self, version: str) -> Serving:
        try:
            return self.load(version)
        except (NotFound, Unavailable):
            raise
        except Exception as error:  # of an older form, or damaged
            sentence = f"Model {version} could not be loaded by this code, so nobody can tell what changes."
            raise Conflict(sentence) from error

    def _judged(self, before: Serving, after: Serving, limit: int) -> Iterator[Judged]:
        rows = self.rows.newest(limit)
        while some := list(islice(rows, _AT_ONCE)):
            given = [transaction for _, transaction in some]
            heard = self.memory.remembered(given)
            one, other = (_said(model, given, heard, self.precision) for model in (before, after))
            for (row_id, transaction), first, second, told in zip(some, one, other, heard, strict=True):
                yield Judged(row_id, transaction, first, second, remembered=isinstance(told, MemoryDecision))


def _said(
    serving: Serving, given: Sequence[Transaction], heard: Sequence[Heard], precision: float
) -> list[Said]:
    probabilities = serving.scorer.probabilities(given)
    return [_one(row, told, serving, precision) for row, told in zip(probabilities, heard, strict=True)]


def _one(row: np.ndarray, told: Heard, serving: Serving, precision: float) -> Said:
    if isinstance(told, MemoryDecision):  # the same whatever the model
        return Said(told.category, remembered_band(told, precision))
    alternatives, band = weighed(row, told, serving)
    return Said(None if band is Band.UNKNOWN else alternatives[0].category, band)
