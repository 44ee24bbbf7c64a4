"""What waits for an answer, by group."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.domain.review import GroupKey
from src.errors import InvalidInput, NotFound
from src.web.history.schemas import HistoryBody, history_body
from src.web.openapi.operations import Operations, ResponseValue
from src.web.review.schemas import (
    AnsweredBody,
    AnswerRequest,
    GroupRowsQuery,
    ReviewBody,
    ReviewQuery,
    SkippedBody,
    SkipRequest,
    answered_body,
    group_body,
)
from src.web.shared import time_zone

if TYPE_CHECKING:
    from src.pipeline.feedback.review import GroupReview

api = Operations("review", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/review",
    summary="List what waits for an answer, by merchant and direction",
    query=ReviewQuery,
    returns={200: ReviewBody},
    errors=(404, 503),
)
def review(query: ReviewQuery, *, group_review: GroupReview) -> ResponseValue:
    """By default the groups whose answer has the most effect come first.

    That is the square root of the money, times doubt, times number.
    """
    try:
        page = group_review.page(
            query.to_domain(),
            order=query.order,
            limit=query.limit,
            cursor=query.cursor,
            today=time_zone.today(),
            skipped=query.skipped,
        )
    except InvalidInput as error:  # the filters are valid: the cursor is from no earlier page
        raise NotFound(str(error)) from None
    return {
        "groups": [group_body(group) for group in page.groups],
        "next_cursor": page.next_cursor,
        "rows_waiting": page.rows_waiting,
        "groups_waiting": page.groups_waiting,
        "groups_skipped": page.skipped,
    }


@api.operation(
    "GET",
    "/review/{key}/transactions",
    summary="List the waiting transactions of a group, newest first",
    query=GroupRowsQuery,
    returns={200: HistoryBody},
    errors=(404, 503),
)
def group_transactions(key: str, query: GroupRowsQuery, *, group_review: GroupReview) -> ResponseValue:
    try:
        page = group_review.transactions_of(
            group_key(key), query.to_domain(), limit=query.limit, cursor=query.cursor
        )
    except InvalidInput as error:
        raise NotFound(str(error)) from None
    return history_body(page)


@api.operation(
    "POST",
    "/review/answers",
    summary="Answer the waiting transactions of a group",
    body=AnswerRequest,
    returns={200: AnsweredBody},
    errors=(404, 503),
)
def answer_group(body: AnswerRequest, *, group_review: GroupReview) -> ResponseValue:
    """404 if nothing of the group waits any more. `POST /acts/{act}/undo` takes the answer back."""
    outcome = group_review.answer(
        GroupKey.read(body.key),
        body.category,
        body.scope,
        body.to_domain(),
        but=body.but,
        at=datetime.now(UTC),
    )
    return answered_body(outcome)


@api.operation(
    "POST",
    "/review/skip",
    summary="Hide a group until a date",
    body=SkipRequest,
    returns={200: SkippedBody},
)
def skip_group(body: SkipRequest, *, group_review: GroupReview) -> ResponseValue:
    """It is listed again from that day on; its transactions stay as they are."""
    group_review.skip(GroupKey.read(body.key), body.until)
    return {"key": body.key, "until": body.until.isoformat() if body.until else None}


def group_key(text: str) -> GroupKey:
    """Raises NotFound for a text that is no key."""
    try:
        return GroupKey.read(text)
    except ValueError:
        raise NotFound("There is no group with this key.") from None
