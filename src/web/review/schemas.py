"""Review by group: the requests and responses."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from src.domain.review import MOST_OTHERS, GroupKey, GroupOutcome, ReviewGroup, ReviewOrder, Scope
from src.domain.transactions import HistoryFilter
from src.web.history.schemas import HistoryItemBody, history_item, with_search
from src.web.prediction.schemas import AlternativeBody
from src.web.shared.fields import (
    AmountBound,
    Identifier,
    IsoDate,
    Label,
    QueryModel,
    RequestModel,
    Slug,
    money,
)

_LONGEST_KEY = 4000


def _is_key(text: str) -> str:
    try:
        GroupKey.read(text)
    except ValueError:
        raise ValueError("is not the key of a group") from None
    return text


Key = Annotated[
    Annotated[str, Field(max_length=_LONGEST_KEY, description="`key` of a group.")], AfterValidator(_is_key)
]


class _Filter(RequestModel):
    """Which waiting transactions."""

    account: Label | None = None
    import_id: Annotated[Identifier | None, Field(alias="import")] = None
    q: Annotated[Label | None, Field(description="As in the history.")] = None
    min_amount: AmountBound | None = None

    def to_domain(self) -> HistoryFilter:
        where = HistoryFilter(
            status="needs_review",
            account=self.account,
            import_id=self.import_id,
            q=self.q,
            min_amount=self.min_amount,
        )
        return with_search(where)


class ReviewFilter(_Filter, QueryModel):
    order: ReviewOrder = ReviewOrder.EFFECT


class ReviewQuery(ReviewFilter):
    skipped: Annotated[bool, Field(description="The groups that are put off, instead of the others.")] = False
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str | None, Field(max_length=500, description="`next_cursor` of the last page.")] = None


class GroupRowsQuery(_Filter, QueryModel):
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: Annotated[str | None, Field(max_length=500, description="`next_cursor` of the last page.")] = None


class AnswerRequest(_Filter):
    """With the filter of the list that the group is in; without one, for all its waiting transactions."""

    key: Key
    category: Slug
    but: Annotated[
        tuple[Identifier, ...],
        Field(alias="except", max_length=10_000, description="Ids of transactions that keep waiting."),
    ] = ()
    scope: Annotated[
        Scope,
        Field(
            description="`these` teaches nothing about the merchant; `future` decides its predictions from "
            "now on; `past_and_future` also answers its transactions that were categorized automatically."
        ),
    ] = Scope.FUTURE


class SkipRequest(RequestModel):
    key: Key
    until: Annotated[IsoDate | None, Field(description="Null shows the group again.")]


class AmountBody(TypedDict):
    currency: str
    total: str


class GroupCategoryBody(TypedDict):
    category: str | None
    count: int


class GroupBody(TypedDict):
    key: str
    merchant: Annotated[str, Field(description="Empty for a transaction without a merchant.")]
    direction: str
    count: int
    amounts: list[AmountBody]
    category: Annotated[str | None, Field(description="The one predicted most often.")]
    confidence: Annotated[float, Field(description="Mean of the transactions with this category.")]
    alternatives: list[AlternativeBody]
    categories: Annotated[list[GroupCategoryBody], Field(description="All that are predicted in the group.")]
    others: Annotated[
        int,
        Field(
            description="Of this merchant and direction, categorized automatically and unanswered; at most "
            f"{MOST_OTHERS}: more are not counted."
        ),
    ]
    first_date: str
    last_date: str
    examples: Annotated[list[HistoryItemBody], Field(description="Up to three, the newest.")]


class ReviewBody(TypedDict):
    groups: list[GroupBody]
    next_cursor: str | None
    rows_waiting: int
    groups_waiting: int
    groups_skipped: int


class AnsweredBody(TypedDict):
    updated: Annotated[int, Field(description="Transactions that the answer set.")]
    also_updated: Annotated[
        int, Field(description="Other unanswered transactions whose prediction follows the answer.")
    ]
    act: str


class SkippedBody(TypedDict):
    key: str
    until: str | None


def group_body(group: ReviewGroup) -> GroupBody:
    sums, first = group.sums, group.categories[0]
    return {
        "key": str(group.key),
        "merchant": group.key.merchant,
        "direction": group.key.direction.value,
        "count": sums.count,
        "amounts": [
            {"currency": currency, "total": money(total, currency)} for currency, total in sums.amounts
        ],
        "category": first.category,
        "confidence": round(first.confidence, 6),
        "alternatives": [
            {"category": other.category, "probability": round(other.probability, 6)}
            for other in group.alternatives
        ],
        "categories": [{"category": row.category, "count": row.count} for row in group.categories],
        "others": group.others,
        "first_date": sums.oldest.isoformat(),
        "last_date": sums.newest.isoformat(),
        "examples": [history_item(row) for row in group.examples],
    }


def answered_body(outcome: GroupOutcome) -> AnsweredBody:
    return {"updated": outcome.updated, "also_updated": outcome.also_updated, "act": outcome.act}
