"""Review by group: list what waits, answer a whole group as one act, put a group off until a date."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from src.domain.acts import ActKind, ActSummary
from src.domain.feedback import Feedback, LabelSource
from src.domain.predictions import Alternative
from src.domain.review import (
    GroupCategory,
    GroupKey,
    GroupOutcome,
    GroupSums,
    ReviewGroup,
    ReviewOrder,
    ReviewPage,
    Scope,
)
from src.domain.transactions import HistoryFilter, HistoryPage, StoredTransaction
from src.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from src.pipeline.feedback.feedback import FeedbackLoop
    from src.services.review.groups import ReviewGroups
    from src.services.review.skips import ReviewSkips
    from src.services.transactions.repository import Transactions

EXAMPLES = 3
WAITING = HistoryFilter(status="needs_review")
_MOST_ALTERNATIVES = 5


@dataclass(frozen=True)
class GroupReview:
    groups: ReviewGroups
    skips: ReviewSkips
    transactions: Transactions
    feedback: FeedbackLoop

    def page(
        self,
        where: HistoryFilter,
        *,
        order: ReviewOrder = ReviewOrder.EFFECT,
        limit: int = 20,
        cursor: str | None = None,
        today: date,
        skipped: bool = False,
    ) -> ReviewPage:
        """where: a filter of waiting transactions. skipped: those that are put off, instead of the others.

        Raises InvalidInput for a cursor that no page of this order gave, Unavailable.
        """
        shown, others = self._split(where, today, skipped=skipped)
        ordered, next_cursor = self.groups.ordered(shown, order, limit=limit, cursor=cursor)
        counts = _counts(shown, others)
        return replace(counts, groups=self._with_details(ordered, where), next_cursor=next_cursor)

    def counts(self, where: HistoryFilter, *, today: date, skipped: bool = False) -> ReviewPage:
        """How much waits, without the groups. Raises Unavailable."""
        return _counts(*self._split(where, today, skipped=skipped))

    def count(self, most: int, *, today: date) -> int:
        """How many groups wait and are not put off, up to `most`. Raises Unavailable."""
        return self.groups.count(most, hidden=self.skips.until_after(today))

    def usual_categories(self, limit: int) -> list[str]:
        """The categories that the person used most of late. Raises Unavailable."""
        return self.groups.usual_categories(limit)

    def _split(
        self, where: HistoryFilter, today: date, *, skipped: bool
    ) -> tuple[list[GroupSums], list[GroupSums]]:
        """The groups that are put off if `skipped`, else the others; and the rest."""
        hidden, groups = self.skips.until_after(today), self.groups.all(where)
        shown = [group for group in groups if (str(group.key) in hidden) is skipped]
        return shown, [group for group in groups if (str(group.key) in hidden) is not skipped]

    def group(self, key: GroupKey, where: HistoryFilter = WAITING) -> ReviewGroup:
        """Raises NotFound if nothing of it waits, Unavailable."""
        sums = self.groups.find(key, where)
        if sums is None:
            raise _nothing_waits()
        [group] = self._with_details([sums], where)
        return group

    def _with_details(self, groups: Sequence[GroupSums], where: HistoryFilter) -> tuple[ReviewGroup, ...]:
        merchants = [sums.key.merchant for sums in groups]
        by_key = self.groups.categories(merchants, where)
        detailed = []
        for sums in groups:
            examples = self.groups.newest(sums.key, where, EXAMPLES)
            own = examples[0].category if examples else None
            categories = by_key.get(sums.key) or (GroupCategory(own, sums.count, 1 - sums.doubt),)
            alternatives = _alternatives(categories, examples)
            others = self.groups.count_others(sums.key)
            detailed.append(ReviewGroup(sums, categories, alternatives, examples, others))
        return tuple(detailed)

    def transactions_of(
        self, key: GroupKey, where: HistoryFilter = WAITING, *, limit: int = 50, cursor: str | None = None
    ) -> HistoryPage:
        """The waiting transactions of a group, newest first. Raises InvalidInput, Unavailable."""
        if key.transaction_id is None:
            return self.transactions.history(self.groups.filter_of(key, where), limit=limit, cursor=cursor)
        own = self.transactions.get_many([key.transaction_id])
        rows = tuple(row for row in own if row.needs_review)
        return HistoryPage(rows, None, len(rows))

    def answer(
        self,
        key: GroupKey,
        category: str,
        scope: Scope,
        where: HistoryFilter = WAITING,
        *,
        but: Collection[str] = (),
        at: datetime,
    ) -> GroupOutcome:
        """Answer the waiting transactions of a group except `but`, whose predictions stay.

        where: the filter of the list that the group is in.
        Raises InvalidInput for an unknown category, NotFound if nothing of the group waits, Unavailable.
        """
        loop = self.feedback
        if category not in loop.slugs():
            raise InvalidInput("There is no category with this name.", field="category")
        group = {"merchant": key.merchant or None, "transaction_id": key.transaction_id}
        what = ActSummary("answered-group", {"category": category, **group})
        act = loop.acts.begin(ActKind.FEEDBACK, what, at=at)
        once = scope is Scope.THESE
        waiting = self.groups.waiting_query(key, where)
        if but and not once:  # first: an interrupted act predicts the others again
            loop.unanswered.leave(but, act, at=at)
        # The newest has the answer itself, the others are similar ones.
        direct, similar = (LabelSource.ONCE,) * 2 if once else (LabelSource.FEEDBACK, LabelSource.SIMILAR)
        ids = loop.events.unanswered_of(waiting, but=but)
        if ids and scope is Scope.PAST_AND_FUTURE and key.merchant:
            ids += loop.events.unanswered_of(self.groups.others_query(key), but=but)
        answer = Feedback(category, at, act, similar)
        is_queued = loop.queues(ids, answer)
        updated = loop.events.answer_unanswered(ids[:1], replace(answer, source=direct))
        updated += len(ids) - 1 if is_queued else loop.events.answer_unanswered(ids[1:], answer)
        if not updated:
            loop.acts.finish(act, rows=0)
            raise _nothing_waits()
        if once:
            if not is_queued:
                loop.acts.finish(act, rows=updated)
            return GroupOutcome(updated, 0, act, more_follow=is_queued)
        changed, complete = loop.predict_others([key.merchant], act, updated, at=at)
        return GroupOutcome(updated, changed[key.merchant, category], act, more_follow=not complete)

    def skip(self, key: GroupKey, until: date | None) -> None:
        """Hide a group before that date; None shows it again. Raises Unavailable."""
        self.skips.set(str(key), until)


def _counts(shown: Collection[GroupSums], others: Collection[GroupSums]) -> ReviewPage:
    return ReviewPage((), None, sum(group.count for group in shown), len(shown), len(others))


def _alternatives(
    categories: Collection[GroupCategory], examples: Collection[StoredTransaction]
) -> tuple[Alternative, ...]:
    own = {row.category: row.confidence for row in categories if row.category is not None}
    newest = next(iter(examples), None)
    others = newest.prediction.alternatives if newest else ()
    shares = own | {other.category: other.probability for other in others if other.category not in own}
    return tuple(Alternative(*item) for item in list(shares.items())[:_MOST_ALTERNATIVES])


def _nothing_waits() -> NotFound:
    return NotFound("No transaction of this group needs review any more.")
