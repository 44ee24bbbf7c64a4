"""A whole category that is suddenly called otherwise: better asked about before a model learns it.

At one merchant a newer name is a change of mind. At most merchants of a category at once it may be meant, but
a wrong import or one wrong click on everything looks the same, and no hold-out can tell: its rows are called
otherwise as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from src.domain.labels import Doubt, LabelledTransaction

_Rows = Sequence[LabelledTransaction]


@dataclass(frozen=True)
class Moves:
    merchants: int = 3
    """So many merchants at least must be called otherwise."""
    share: float = 0.6
    """They are at least this share of all that used to be of the category."""
    answers: int = 10
    """So many answers at least must say the new name."""

    def find(self, labelled: Iterable[LabelledTransaction], vouched: Collection[str] = ()) -> list[Doubt]:
        """The answers that say the new name, where they are in doubt; `others` is what was said before.

        A merchant with an answer whose id is in `vouched` among them was confirmed, and asks no more.
        """
        by_merchant: dict[str, list[LabelledTransaction]] = defaultdict(list)
        for one in labelled:
            if one.transaction.merchant:
                by_merchant[one.transaction.merchant].append(one)
        moved: dict[tuple[str, str], list[list[LabelledTransaction]]] = defaultdict(list)
        homes: Counter[str] = Counter()
        for rows in by_merchant.values():
            newest, earlier = _newest_and_earlier(rows)
            was = _most(earlier)
            homes[was or newest[0].category] += 1
            if was and was != newest[0].category and not any(one.id in vouched for one in newest):
                moved[was, newest[0].category].append(newest)
        return [
            Doubt(one.id, now, was, sum(map(len, runs)), one.labelled_at, wholesale=True)
            for (was, now), runs in moved.items()
            if self._wholesale(runs, homes[was])
            for run in runs
            for one in run
        ]

    def _wholesale(self, runs: Sequence[_Rows], homes: int) -> bool:
        enough = len(runs) >= self.merchants and sum(map(len, runs)) >= self.answers
        return enough and len(runs) >= self.share * homes


def _newest_and_earlier(rows: _Rows) -> tuple[list[LabelledTransaction], list[str]]:
    """The newest answers that all say one name, and what was said before them, once per answer."""
    ordered = sorted(rows, key=lambda one: one.labelled_at)
    run = next(
        (number for number, one in enumerate(reversed(ordered)) if one.category != ordered[-1].category),
        len(ordered),
    )
    newest, older = ordered[len(ordered) - run :], ordered[: len(ordered) - run]
    replaced = [one.replaced.category for one in rows if one.replaced and one.replaced.category]
    return newest, [*replaced, *(one.category for one in older)]


def _most(names: Sequence[str]) -> str | None:
    return max(Counter(names).items(), key=lambda item: item[1])[0] if names else None
