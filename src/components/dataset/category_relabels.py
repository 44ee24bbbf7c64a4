"""Find categories that the newest answers rename nearly completely, to ask about before a model learns them.

At one merchant a new category is a change of mind. At most merchants of a category at once it may be meant,
but a wrong import or one wrong click looks the same, and the hold-out cannot tell, as it is relabelled too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from src.domain.transactions import LabelledTransaction, PossibleMistake

_Rows = Sequence[LabelledTransaction]


@dataclass(frozen=True)
class CategoryRelabels:
    merchants: int = 3
    """Minimum number of relabelled merchants."""
    share: float = 0.6
    """Their minimum share of the merchants that had the category."""
    answers: int = 10
    """Minimum number of answers with the new category."""

    def find(
        self, labelled: Iterable[LabelledTransaction], vouched: Collection[str] = ()
    ) -> list[PossibleMistake]:
        """The answers with the new category that need confirmation; `others` is the former category.

        A merchant with a confirmed answer, one whose id is in `vouched`, is not included.
        """
        by_merchant: dict[str, list[LabelledTransaction]] = defaultdict(list)
        for label in labelled:
            if label.transaction.merchant:
                by_merchant[label.transaction.merchant].append(label)
        relabelled: dict[tuple[str, str], list[list[LabelledTransaction]]] = defaultdict(list)
        merchants: Counter[str] = Counter()  # by category before the newest answers
        for rows in by_merchant.values():
            newest, earlier = _newest_and_earlier(rows)
            before, now = _most_frequent(earlier), newest[0].category
            merchants[before or now] += 1
            if before and before != now and not any(label.id in vouched for label in newest):
                relabelled[before, now].append(newest)
        return [
            PossibleMistake(label.id, now, before, sum(map(len, groups)), label.labelled_at, wholesale=True)
            for (before, now), groups in relabelled.items()
            if self._is_relabel(groups, merchants[before])
            for group in groups
            for label in group
        ]

    def _is_relabel(self, groups: Sequence[_Rows], merchants: int) -> bool:
        enough = len(groups) >= self.merchants and sum(map(len, groups)) >= self.answers
        return enough and len(groups) >= self.share * merchants


def _newest_and_earlier(rows: _Rows) -> tuple[list[LabelledTransaction], list[str]]:
    """The newest answers that agree, and the categories of the earlier answers, including replaced ones."""
    ordered = sorted(rows, key=lambda label: label.labelled_at)
    start = len(ordered)
    while start and ordered[start - 1].category == ordered[-1].category:
        start -= 1
    replaced = [label.replaced.category for label in rows if label.replaced and label.replaced.category]
    return ordered[start:], [*replaced, *(label.category for label in ordered[:start])]


def _most_frequent(categories: Sequence[str]) -> str | None:
    return Counter(categories).most_common(1)[0][0] if categories else None
