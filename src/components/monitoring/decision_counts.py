"""Who decided each transaction, and which categories are confused. Plain Python, for web workers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from src.domain.predictions import Band, DecidedBy
from src.domain.quality import ConfusionCount, PredictionCount

PERSON, WAITING = "person", "waiting"
DECIDERS = (*(decider.value for decider in DecidedBy), PERSON, WAITING)
"""`person`: an answer changed the prediction; `waiting`: nobody has decided yet."""


@dataclass(frozen=True)
class DecisionCounts:
    """Of the transactions of one month, or of all."""

    month: str | None
    total: int
    automatic: int
    """Categorized automatically and never changed."""
    by: dict[str, int]
    """Transactions of each of DECIDERS."""

    @property
    def automation(self) -> float | None:
        return self.automatic / self.total if self.total else None


def decisions(counts: Iterable[PredictionCount], month: str | None = None) -> DecisionCounts:
    by = dict.fromkeys(DECIDERS, 0)
    automatic = 0
    for count in counts:
        by[_decider(count)] += count.predictions
        if count.band is Band.AUTO and count.agrees is not False:
            automatic += count.predictions
    return DecisionCounts(month, sum(by.values()), automatic, by)


def decisions_by_month(counts: Iterable[PredictionCount]) -> list[DecisionCounts]:
    months: dict[str, list[PredictionCount]] = defaultdict(list)
    for count in counts:
        months[count.month].append(count)
    return [decisions(months[month], month) for month in sorted(months)]


def _decider(count: PredictionCount) -> str:
    """A confirmed prediction counts for what made it; an unanswered suggestion has decided nothing."""
    if count.agrees is False:
        return PERSON
    if count.agrees is None and count.band is not Band.AUTO:
        return WAITING
    return count.decided_by.value


@dataclass(frozen=True)
class Confusion:
    """How often each predicted category was answered with each category."""

    categories: tuple[str, ...]
    """The answered ones, the most frequent first."""
    counts: dict[tuple[str | None, str], int]
    """By (predicted, answered): answers, the most frequent first. Predicted is None for unknown."""

    @property
    def mistakes(self) -> list[tuple[str, str, int]]:
        """(predicted, answered, answers) where the two differ, the most frequent first."""
        return [
            (predicted, answered, answers)
            for (predicted, answered), answers in self.counts.items()
            if predicted and predicted != answered
        ]


def confusion(counts: Sequence[ConfusionCount]) -> Confusion:
    cells: Counter[tuple[str | None, str]] = Counter()
    answers: Counter[str] = Counter()
    for count in counts:
        cells[count.predicted, count.category] += count.answers
        answers[count.category] += count.answers
    by_size = sorted(cells.items(), key=lambda cell: (-cell[1], str(cell[0])))
    return Confusion(tuple(sorted(answers, key=lambda slug: (-answers[slug], slug))), dict(by_size))
