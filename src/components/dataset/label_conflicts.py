"""Answers that contradict nearly all others of their merchant: perhaps slips, better asked again.

Standard library only: web workers look again, whenever a page lists them, whether they still contradict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from src.components.dataset.holdout import fingerprint
from src.domain.labels import Doubt, LabelledTransaction

_Rows = Sequence[LabelledTransaction]


@dataclass(frozen=True)
class LabelConflicts:
    """Finds slips, and leaves alone what a person may well have meant.

    Rows are alike that share merchant, direction and currency. They are counted as voices: what says the same
    on the same day is one voice, so a row copied many times outvotes nobody, and a monthly bill is as many
    voices as it has months.
    """

    against: int = 5
    """So many voices at least must say otherwise."""
    agreement: float = 0.8
    """They are at least this share of all; below it the merchant is ambiguous, and nobody's slip shows."""
    meant: int = 3
    """A name given by so many voices is no slip, but a second meaning of the merchant."""
    run: int = 2
    """The newest voices, if so many or more all say the new name, are a change of mind."""
    reach: float = 1.5
    """An amount this many times above or below all of the others' is another matter."""

    def find(self, labelled: Iterable[LabelledTransaction], vouched: Collection[str] = ()) -> list[Doubt]:
        """The doubtful among `labelled`, in their order; those whose id is in `vouched` only count."""
        alike: dict[tuple[str, ...], list[LabelledTransaction]] = defaultdict(list)
        for one in labelled:
            given = one.transaction
            if given.merchant:
                alike[given.merchant, given.direction, given.currency].append(one)
        found = (doubt for rows in alike.values() for doubt in self._among(rows))
        return [doubt for doubt in found if doubt.transaction_id not in vouched]

    def _among(self, rows: _Rows) -> list[Doubt]:
        named = _by_category(rows)
        if len(named) < 2:
            return []
        voices = {category: _voices(members) for category, members in named.items()}
        most = max(voices, key=voices.__getitem__)
        share = voices[most] / sum(voices.values())
        if voices[most] < self.against or share < self.agreement:
            return []
        return [
            Doubt(one.id, one.category, most, len(named[most]), one.labelled_at)
            for category, members in named.items()
            if category != most and voices[category] < self.meant and not self._changed(rows, category)
            for one in members
            if self._near(one, named[most])
        ]

    def _changed(self, rows: _Rows, category: str) -> bool:
        """Whether `category` is what the newest answers say, and nothing else."""
        others = max(one.labelled_at for one in rows if one.category != category)
        newest = [one for one in rows if one.category == category and one.labelled_at > others]
        return _voices(newest) >= self.run

    def _near(self, one: LabelledTransaction, others: _Rows) -> bool:
        amounts = [float(other.transaction.amount) for other in others]
        amount = float(one.transaction.amount)
        return min(amounts) / self.reach <= amount <= max(amounts) * self.reach


def _by_category(rows: _Rows) -> dict[str, list[LabelledTransaction]]:
    named: dict[str, list[LabelledTransaction]] = defaultdict(list)
    for one in rows:
        named[one.category].append(one)
    return named


def _voices(rows: _Rows) -> int:
    return len({(fingerprint(one.transaction), one.transaction.date) for one in rows})
