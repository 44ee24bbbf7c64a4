"""Earlier versions that may serve instead of a new one, judged by the same hold-out rows."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from src.domain.promotions import PromotionEvent
from src.domain.verdicts import Outcome
from src.errors import Unavailable
from src.pipeline.training.promotion_evidence import judged
from src.pipeline.training.stages import EarlierVersion

if TYPE_CHECKING:
    from src.domain.models import ModelVersion
    from src.domain.promotions import Promotion
    from src.domain.verdicts import Scores, Verdict
    from src.pipeline.training.evaluate import Answered, Judging
    from src.pipeline.training.ports import Bundles
    from src.pipeline.training.stages import Champion, Prepared

log = logging.getLogger(__name__)

UNFIT = frozenset({Outcome.BROKEN, Outcome.TOO_HEAVY, Outcome.CATEGORY_FELL, Outcome.LESS_AUTOMATIC})
"""A version refused for one of these stays refused, however many rows it has right."""
_CHOICES = frozenset({PromotionEvent.PROMOTED, PromotionEvent.ROLLED_BACK, PromotionEvent.PINNED})


class Versions(Protocol):
    def load(self, version: str) -> bytes: ...
    def versions(self) -> Sequence[ModelVersion]: ...
    def promotions(self, limit: int = 50) -> Sequence[Promotion]: ...


class Decisions(Protocol):
    def decisions(self, run_ids: Collection[str]) -> Mapping[str, Verdict]: ...


@dataclass(frozen=True)
class Ranked:
    model: EarlierVersion
    answered: Answered

    @property
    def scores(self) -> Scores:
        return self.answered.report.scores


@dataclass(frozen=True)
class EarlierVersions:
    """newest: so many are loaded and asked at most; each takes about a second."""

    versions: Versions
    bundles: Bundles
    runs: Decisions
    newest: int = 8

    def ranked(
        self, data: Prepared, champion: Champion, challenger: str, classes: Sequence[str], judging: Judging
    ) -> list[Ranked]:
        """The eligible versions, by accuracy and then macro-F1 on the hold-out, the best first.

        The hold-out is permanent, so its rows have trained none of them. challenger: the new version;
        classes: what it may answer. Raises Unavailable.
        """
        found = []
        for version in self._eligible({champion.version, challenger})[: self.newest]:
            model = self._load(version)
            if model is not None and set(model.bundle.pipeline.classes_) == set(classes):
                found.append(Ranked(model, judged(model, data.judging, data, judging)))
        return sorted(found, key=lambda each: (each.scores.accuracy, each.scores.macro_f1), reverse=True)

    def _eligible(self, others: Collection[str]) -> list[ModelVersion]:
        """Newest first: what was not refused as unfit, and was made after a person last chose what serves.

        Whoever chose had the versions before that to choose from, and took another one.
        """
        lines = self.versions.promotions(1000)
        chosen_at = next(
            (line.at for line in lines if line.by != "training" and line.change in _CHOICES), None
        )
        versions = [each for each in self.versions.versions() if each.version not in others]
        decisions = self.runs.decisions([each.run_id for each in versions])
        return [
            each
            for each in versions
            if (chosen_at is None or each.created_at > chosen_at)
            and each.run_id in decisions
            and decisions[each.run_id].outcome not in UNFIT
        ]

    def _load(self, version: ModelVersion) -> EarlierVersion | None:
        """None for one of an older form, or damaged."""
        try:
            file = self.versions.load(version.version)
            return EarlierVersion(version, self.bundles.loads(file, version.sha256))
        except Unavailable:
            raise
        except Exception as error:
            log.warning(
                "version not loaded", extra={"version": version.version, "error": type(error).__name__}
            )
            return None
