"""Answers that may be mistakes: they contradict nearly all others of their merchant, or rename a category.

Standard library only: web workers check again whenever a page lists them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from src.components.dataset.holdout import fingerprint
from src.domain.transactions import LabelledTransaction, PossibleMistake

_Rows = Sequence[LabelledTransaction]


@dataclass(frozen=True)
class LabelConflicts:
    """Finds possible mistakes among answers with the same merchant, direction and currency.

    Equal transactions of one day count as one vote: copies of a row outvote nobody, and a monthly bill has a
    vote for each month.
    """

    against: int = 5
    """Minimum votes for the other category."""
    agreement: float = 0.8
    """Their minimum share of all votes; below it the merchant is ambiguous and no answer is a mistake."""
    meant: int = 3
    """A category with this many votes is a second meaning of the merchant, not a mistake."""
    run: int = 2
    """If at least this many of the newest votes agree, the person has changed their mind."""
    reach: float = 1.5
    """An amount outside the others' range by more than this factor is a different kind of purchase."""

    def find(
        self, labelled: Iterable[LabelledTransaction], vouched: Collection[str] = ()
    ) -> list[PossibleMistake]:
        """The possible mistakes, in the order of `labelled`. Ids in `vouched` are confirmed and only vote."""
        groups: dict[tuple[str, ...], list[LabelledTransaction]] = defaultdict(list)
        for label in labelled:
            transaction = label.transaction
            if transaction.merchant:
                groups[transaction.merchant, transaction.direction, transaction.currency].append(label)
        mistakes = (mistake for rows in groups.values() for mistake in self._among(rows))
        return [mistake for mistake in mistakes if mistake.transaction_id not in vouched]

    def _among(self, rows: _Rows) -> list[PossibleMistake]:
        by_category: dict[str, list[LabelledTransaction]] = defaultdict(list)
        for label in rows:
            by_category[label.category].append(label)
        votes = {category: _votes(members) for category, members in by_category.items()}
        top = max(votes, key=votes.__getitem__)
        if votes[top] < self.against or votes[top] / sum(votes.values()) < self.agreement:
            return []
        return [
            PossibleMistake(label.id, label.category, top, len(by_category[top]), label.labelled_at)
            for category, members in by_category.items()
            if category != top and votes[category] < self.meant and not self._is_change(rows, category)
            for label in members
            if self._is_near(label, by_category[top])
        ]

    def _is_change(self, rows: _Rows, category: str) -> bool:
        """Whether the newest answers all say `category`."""
        last_other = max(label.labelled_at for label in rows if label.category != category)
        newest = [label for label in rows if label.category == category and label.labelled_at > last_other]
        return _votes(newest) >= self.run

    def _is_near(self, label: LabelledTransaction, others: _Rows) -> bool:
        amounts = [float(other.transaction.amount) for other in others]
        amount = float(label.transaction.amount)
        return min(amounts) / self.reach <= amount <= max(amounts) * self.reach


def _votes(rows: _Rows) -> int:
    return len({(fingerprint(label.transaction), label.transaction.date) for label in rows})


@dataclass(frozen=True)
class CategoryRelabels:
    """Finds categories that the newest answers rename nearly completely, to ask before a model learns them.

    At one merchant a new category is a change of mind. At most merchants of a category at once it may be
    meant, but a wrong import or one wrong click looks the same, and the hold-out cannot tell, as it is
    relabelled too.
    """

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
            before = Counter(earlier).most_common(1)[0][0] if earlier else None
            now = newest[0].category
            merchants[before or now] += 1
            if before and before != now and not any(label.id in vouched for label in newest):
                relabelled[before, now].append(newest)
        return [
            PossibleMistake(
                label.id, now, before, sum(map(len, groups)), label.labelled_at, whole_category=True
            )
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
