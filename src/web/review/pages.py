"""The review by group: the groups, the transactions of one, and answers for a whole group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.review import GroupKey, GroupOutcome, ReviewGroup, ReviewPage, Scope
from src.domain.transactions import Direction, HistoryFilter
from src.errors import InvalidInput, NotFound
from src.pipeline.feedback.review import WAITING
from src.web.feedback.pages import chosen_category, review_tabs
from src.web.review import text
from src.web.review.api import group_key
from src.web.review.schemas import ReviewFilter
from src.web.shared import time_zone
from src.web.shared.blueprint import bp, fragment, page
from src.web.shared.forms import checked, count_in, errors_of, flag, here, local_address, with_query

if TYPE_CHECKING:
    from src.pipeline.feedback.review import GroupReview
    from src.pipeline.feedback.undo import ActUndo
    from src.services.accounts.repository import Accounts
    from src.services.categories.repository import Categories
    from src.services.imports.repository import Imports
    from src.services.transactions.acts import ActLog
    from src.services.transactions.repository import Transactions

GROUPS_SHOWN = 15
ROWS_SHOWN = 500
OPTIONS = 9
"""One for each digit key."""
SKIP_DAYS = 7
EARNED_DAYS = 30
_FILTERS = ("order", "account", "import", "q", "min_amount")


@bp.get("/review")
@bp.get("/feedback", endpoint="feedback")
def review(
    *,
    group_review: GroupReview,
    transactions: Transactions,
    accounts: Accounts,
    imports: Imports,
    act_log: ActLog,
) -> ResponseReturnValue:
    """The groups that wait for an answer."""
    values = _filters(request.args)
    errors, skipped = {}, flag(request.args, "skipped")
    try:
        asked = checked(ReviewFilter, values)
        groups = group_review.page(
            asked.to_domain(),
            order=asked.order,
            limit=GROUPS_SHOWN,
            cursor=request.args.get("cursor") or None,
            today=time_zone.today(),
            skipped=skipped,
        )
    except (ValidationError, InvalidInput) as error:
        errors, groups = errors_of(error), ReviewPage((), None, 0, 0, 0)
    cursor = groups.next_cursor
    return page(
        "review/index.html",
        422 if errors else 200,
        groups=groups,
        errors=errors,
        values=values,
        filtered=bool(values.keys() - {"order"}),
        skipped=skipped,
        orders=text.ORDERS,
        account_names=accounts.names(),
        imports=[item for item in imports.newest() if item.counts.added],
        more=with_query(here(), {"cursor": cursor}) if cursor else None,
        here=here(),
        earned=text.earned(*act_log.earned(since=datetime.now(UTC) - timedelta(days=EARNED_DAYS))),
        usual=group_review.usual_categories(OPTIONS),
        answered=_answered_in_address(act_log),
        undone=count_in(request.args, "undone"),
        recent_total=groups.rows_waiting or transactions.count(),
        **review_tabs(),
    )


def _answered_in_address(act_log: ActLog) -> dict[str, str] | None:
    """What a form that was sent without a script did."""
    act = act_log.find(request.args.get("act", ""))
    updated = count_in(request.args, "updated")
    if act is None or not updated:
        return None
    also, left = count_in(request.args, "also") or 0, count_in(request.args, "left") or 0
    outcome = GroupOutcome(updated, also, act.id, flag(request.args, "more"))
    return {"act": act.id, "saved": text.saved(outcome, str(act.what.values.get("category")), left)}


@bp.get("/review/<key>/transactions")
def group_transactions(key: str, *, group_review: GroupReview) -> ResponseReturnValue:
    """The transactions of a group, with a box for each, and the answers for the group."""
    of, back = group_key(key), local_address(request.args.get("next"), url_for("pages.review"))
    where = _listed_at(back).where
    return page(
        "review/group.html",
        group=group_review.group(of, where),
        rows=group_review.transactions_of(of, where, limit=ROWS_SHOWN).items,
        usual=group_review.usual_categories(OPTIONS),
        here=back,
    )


@dataclass(frozen=True)
class _Answer:
    key: GroupKey
    scope: Scope
    but: tuple[str, ...]
    """The transactions whose boxes are not ticked."""


def _answer_of_form() -> _Answer:
    """Raises NotFound, InvalidInput."""
    ticked = set(request.form.getlist("include"))
    but = tuple(shown for shown in request.form.getlist("shown") if shown not in ticked)
    try:
        scope = Scope(request.form.get("scope") or Scope.FUTURE)
    except ValueError:
        raise InvalidInput("Choose what the answer applies to.", field="scope") from None
    return _Answer(group_key(request.form.get("key", "")), scope, but)


@bp.post("/review/answers")
def answer_group(*, group_review: GroupReview, categories: Categories) -> ResponseReturnValue:
    """Store an answer for a group."""
    answer, where = _answer_of_form(), _listed_at(_back()).where
    category = chosen_category(categories, check=lambda: group_review.group(answer.key, where))
    outcome = group_review.answer(
        answer.key, category, answer.scope, where, but=answer.but, at=datetime.now(UTC)
    )
    left = _waiting(group_review, answer.key)
    saved = text.saved(outcome, category, left.sums.count if left else 0)
    if _is_live():
        return _changed(group_review, answer.key, left, saved=saved, act=outcome.act, category=category)
    about: dict[str, str | int | None] = {
        "act": outcome.act,
        "updated": outcome.updated,
        "also": outcome.also_updated or None,
        "left": left.sums.count if left else None,
        "more": "true" if outcome.more_follow else None,
    }
    return redirect(with_query(_back(), about), 303)


@bp.post("/review/undo")
def undo_group(*, act_undo: ActUndo, group_review: GroupReview) -> ResponseReturnValue:
    """Undo the answer for a group."""
    restored = act_undo.undo(request.form.get("act", ""), at=datetime.now(UTC)).rows
    if not _is_live():
        return redirect(with_query(_back(), {"undone": restored}), 303)
    key = group_key(request.form.get("key", ""))
    return _changed(group_review, key, _waiting(group_review, key), announce=text.UNDONE)


@bp.post("/review/skip")
def skip_group(*, group_review: GroupReview) -> ResponseReturnValue:
    """Put a group off for a week, or show it again."""
    key, show = group_key(request.form.get("key", "")), flag(request.form, "show")
    group_review.skip(key, None if show else time_zone.today() + timedelta(days=SKIP_DAYS))
    if not _is_live():
        return redirect(_back(), 303)
    announce = text.SHOWN_AGAIN if show else text.SKIPPED
    return _changed(group_review, key, _waiting(group_review, key), announce=announce, skipped=not show)


def _changed(
    group_review: GroupReview, key: GroupKey, group: ReviewGroup | None, **values: Any
) -> ResponseReturnValue:
    """The changed card for a script, with the merchant's other groups, which may have changed with it."""
    others = [key_of for direction in Direction if (key_of := GroupKey(key.merchant, direction)) != key]
    listed = _listed_at(_back())
    return fragment(
        "review/_changed_group.html",
        key=str(key),
        merchant=key.merchant,
        group=group,
        others={str(other): _waiting(group_review, other) for other in others} if key.merchant else {},
        here=_back(),
        usual=group_review.usual_categories(OPTIONS),
        groups=group_review.counts(listed.where, today=time_zone.today(), skipped=listed.skipped),
        groups_waiting=group_review.count(100, today=time_zone.today()),
        skipped_page=listed.skipped,
        **values,
    )


@dataclass(frozen=True)
class _Listed:
    where: HistoryFilter
    skipped: bool


def _listed_at(address: str) -> _Listed:
    """What the list at this address shows; all that waits if its filter is not valid."""
    values = dict(parse_qsl(urlsplit(address).query))
    try:
        where = checked(ReviewFilter, _filters(values)).to_domain()
    except (ValidationError, InvalidInput):
        where = WAITING
    return _Listed(where, flag(values, "skipped"))


def _waiting(group_review: GroupReview, key: GroupKey) -> ReviewGroup | None:
    try:
        return group_review.group(key, _listed_at(_back()).where)
    except NotFound:
        return None


def _is_live() -> bool:
    return "X-Live" in request.headers


def _filters(values: Mapping[str, str]) -> dict[str, str]:
    return {name: values[name] for name in _FILTERS if values.get(name)}


def _back() -> str:
    return local_address(request.form.get("next"), url_for("pages.review"))
