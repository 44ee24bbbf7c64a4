"""Who decided what holds now, and which categories were taken for which. Plain Python, for web workers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from src.domain.predictions import Band, DecidedBy
from src.domain.quality import ConfusionCount, PredictionCount

PERSON, WAITING = "person", "waiting"
DECIDERS = (*(each.value for each in DecidedBy), PERSON, WAITING)
"""Beside those that predict: a person whose answer changed the prediction, and nobody yet."""


@dataclass(frozen=True)
class Decided:
    """The transactions of one month, or of all."""

    month: str | None
    total: int
    automatic: int
    """Sorted without asking, and never changed."""
    by: dict[str, int] = field(default_factory=dict)
    """Each of DECIDERS: how many."""

    @property
    def automation(self) -> float | None:
        return self.automatic / self.total if self.total else None

    def share(self, decider: str) -> float:
        return self.by[decider] / self.total if self.total else 0.0


def decided(counts: Iterable[PredictionCount], month: str | None = None) -> Decided:
    by = dict.fromkeys(DECIDERS, 0)
    automatic = 0
    for each in counts:
        by[_decider(each)] += each.predictions
        if each.band is Band.AUTO and each.agrees is not False:
            automatic += each.predictions
    return Decided(month, sum(by.values()), automatic, by)


def decided_by_month(counts: Iterable[PredictionCount]) -> list[Decided]:
    months: dict[str, list[PredictionCount]] = defaultdict(list)
    for each in counts:
        months[each.month].append(each)
    return [decided(months[month], month) for month in sorted(months)]


def _decider(count: PredictionCount) -> str:
    """A confirmed prediction was decided by who made it; one that asks has decided nothing yet."""
    if count.agrees is False:
        return PERSON
    if count.agrees is None and count.band is not Band.AUTO:
        return WAITING
    return count.decided_by.value


@dataclass(frozen=True)
class Confusion:
    """How often what was given as one category was another."""

    categories: tuple[str, ...]
    """What people said, the most frequent first."""
    counts: dict[tuple[str | None, str], int]
    """By (given, said): answers. Given is None where the prediction was not sure."""

    def count(self, given: str | None, said: str) -> int:
        return self.counts.get((given, said), 0)

    def by_size(self) -> list[tuple[tuple[str | None, str], int]]:
        return sorted(self.counts.items(), key=lambda cell: (-cell[1], str(cell[0])))

    def mistakes(self) -> list[tuple[str, str, int]]:
        """(given, said, answers) where they differ, the most frequent first."""
        return [(given, said, n) for (given, said), n in self.by_size() if given and given != said]


def confusion(counts: Sequence[ConfusionCount]) -> Confusion:
    cells: Counter[tuple[str | None, str]] = Counter()
    names: Counter[str] = Counter()
    for each in counts:
        cells[each.predicted, each.category] += each.answers
        names[each.category] += each.answers
    return Confusion(tuple(sorted(names, key=lambda name: (-names[name], name))), dict(cells))
