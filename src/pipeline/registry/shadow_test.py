"""The comparison of a shadow model with the champion, on the answers given since the test began."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from src.components.evaluation.significance import mcnemar_p
from src.domain.models import Shadow, ShadowComparison

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

    @classmethod
    def of(cls, shadow: Shadow, champion: str, counts: ShadowComparison) -> ShadowTest:
        return cls(shadow, champion, counts, mcnemar_p(counts.champion_only, counts.shadow_only))

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
