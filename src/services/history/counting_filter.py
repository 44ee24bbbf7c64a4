"""The filter of what counts in a flow, in a category with its children, or for a merchant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from src.domain.categories import Category, Flow, flow_of, group_that_counts
from src.domain.sums import Counted
from src.domain.transactions import Direction, HistoryFilter
from src.services.mongo.client import Database, guarded
from src.services.transactions.linked import linked_refunds
from src.services.transactions.query import plan_of, query_of


@dataclass(frozen=True)
class CountingFilter:
    database: Database
    categories: Callable[[], Sequence[Category]]

    @guarded
    def of(
        self, where: HistoryFilter, flow: Flow | None, categories: Collection[str | None] | None
    ) -> HistoryFilter:
        """`where`, of what counts so; its merchant is then the one that it counts for.

        categories: with their children; None in it is uncategorized. Linked refunds are searched now: what
        they count in is read from their purchases. Raises Unavailable.
        """
        known = self.categories()
        groups = {category.slug: category.group for category in known}
        slugs = None if categories is None else _with_children(categories, known)
        merchant = "" if "merchant" in where.without else where.merchant
        others = replace(
            where, merchant=None, without=tuple(name for name in where.without if name != "merchant")
        )
        counted = Counted(flow, slugs, merchant, groups)
        return replace(others, counted=replace(counted, refunds=self._refunds(others, counted)))

    def _refunds(self, where: HistoryFilter, counted: Counted) -> frozenset[str]:
        key = {name: f"${name}" for name in ("category", "direction", "needs_review", "merchant")}
        group = {"$group": {"_id": key, "ids": {"$addToSet": "$_id"}}}
        stages = [*linked_refunds(query_of(where)), group]
        rows = self.database.transactions.aggregate(stages, **plan_of(where))
        return frozenset(
            str(refund) for row in rows if _includes(counted, **row["_id"]) for refund in row["ids"]
        )


def _includes(
    counted: Counted, category: str | None, direction: str, needs_review: bool | None, merchant: str | None
) -> bool:
    """A refund with this direction, of a purchase with the other fields."""
    group = group_that_counts(
        counted.groups.get(category or ""), Direction.EXPENSE, needs_review=bool(needs_review)
    )
    flow, _ = flow_of(group, Direction(direction), refund=True)
    return counted.includes(flow, category, merchant)


def _with_children(slugs: Collection[str | None], categories: Sequence[Category]) -> frozenset[str | None]:
    wanted: set[str | None] = set(slugs)
    while children := {one.slug for one in categories if one.parent in wanted and one.parent} - wanted:
        wanted |= children
    return frozenset(wanted)
