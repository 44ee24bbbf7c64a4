"""The merchants: the list, one merchant, possible variants, and everything that was learned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.acts import ActKind
from src.errors import Conflict, InvalidInput, NotFound
from src.pipeline.merchants.editor import MerchantChange
from src.pipeline.merchants.listing import MerchantState
from src.web.merchants import text
from src.web.merchants.schemas import MerchantRequest, MerchantsQuery, is_ignored
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import Errors, act_to_undo, checked, count_in, errors_of, here, with_query
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.pipeline.merchants.editor import MerchantEditor
    from src.pipeline.merchants.listing import MerchantListing
    from src.services.rules.repository import Rules
    from src.services.rules.transactions import RuleTransactions
    from src.services.transactions.acts import ActLog

_AT_ONCE = 30
_OFFERED = 200
"""Names that the merge form suggests."""
_ACTS = 100


@bp.get("/merchants")
def merchants(*, merchant_listing: MerchantListing) -> ResponseReturnValue:
    values = {name: request.args.get(name, "") for name in ("q", "sort")}
    states, following, errors = list[MerchantState](), None, Errors()
    try:
        query = checked(MerchantsQuery, {**values, "cursor": request.args.get("cursor", "")})
        states, following = merchant_listing.page(
            query.q or "", sort=query.sort, limit=_AT_ONCE, cursor=query.cursor
        )
    except (ValidationError, InvalidInput) as error:
        errors = errors_of(error)
    return page(
        "merchants/index.html",
        422 if errors else 200,
        states=states,
        values=values,
        errors=errors,
        sorts=text.SORTS,
        first=with_query(request.path, values) if request.args.get("cursor") else None,
        more=with_query(request.path, {**values, "cursor": following}) if following else None,
    )


@bp.get("/merchants/<path:key>")
def merchant(key: str) -> ResponseReturnValue:
    return _merchant_page(key)


@with_services
def _merchant_page(
    key: str,
    status: int = 200,
    errors: Errors | None = None,
    typed: str | None = None,
    *,
    merchant_listing: MerchantListing,
    act_log: ActLog,
    rules: Rules,
) -> ResponseReturnValue:
    """typed: the text of a form that was refused."""
    state = merchant_listing.one(key)
    if state.merchant.key != key:
        return redirect(_address(state.merchant.key))
    answers = merchant_listing.answers(key)
    pairs = merchant_listing.variants(10, key)
    return page(
        "merchants/show.html",
        status,
        state=state,
        answers=[(row, is_ignored(row, state.merchant)) for row in answers],
        alike=[(pair.into if pair.key == key else pair.key, pair.evidence) for pair in pairs],
        evidence=text.EVIDENCE,
        rules=rules.of_merchant(key),
        offered=merchant_listing.most_frequent(_OFFERED),
        errors=errors or {},
        typed=typed,
        act=act_to_undo(act_log, ActKind.MERCHANT),
        also=count_in(request.args, "also"),
        saved="saved" in request.args,
        undone=count_in(request.args, "undone"),
        here=_address(key),
    )


@bp.post("/merchants/<path:key>")
def change_merchant(
    key: str, *, merchant_editor: MerchantEditor, merchant_listing: MerchantListing
) -> ResponseReturnValue:
    """One of the page's forms: the name, a merge, learning, or forgetting."""
    form, at = request.form, datetime.now(UTC)
    forms: dict[str, Callable[[], MerchantChange]] = {
        "name": lambda: merchant_editor.change(key, _named(form["name"]), at=at),
        "learn": lambda: merchant_editor.change(key, {"learn": form["learn"] == "on"}, at=at),
        "from": lambda: merchant_editor.merge([merchant_listing.find(form["from"])], key, at=at),
        "forget": lambda: merchant_editor.forget(key, at=at),
    }
    if not (field := next(filter(form.__contains__, forms), "")):
        raise InvalidInput("This form has no known field.")
    try:
        change = forms[field]()
    except ValidationError as error:
        return _merchant_page(key, 422, errors_of(error), form[field])
    except (NotFound, InvalidInput, Conflict) as error:
        merchant_listing.one(key)  # 404 if it is this merchant that does not exist
        status = 409 if isinstance(error, Conflict) else 422
        return _merchant_page(key, status, {field: str(error)}, form[field])
    outcome = {"saved": 1, "act": change.act, "also": change.also_updated or None}
    return redirect(with_query(_address(change.key), outcome), 303)


def _named(name: str) -> dict[str, str | None]:
    """A blank name shows the key again."""
    return MerchantRequest.model_validate({"name": name.strip() or None}).fields()


def _address(key: str) -> str:
    return url_for("pages.merchant", key=key)


@bp.get("/merchant-variants")
def merchant_variants(*, merchant_listing: MerchantListing, act_log: ActLog) -> ResponseReturnValue:
    """Pairs of merchants that may be one; a person decides each."""
    pairs = merchant_listing.variants(_AT_ONCE)
    summaries = merchant_listing.summaries({key for pair in pairs for key in (pair.into, pair.key)})
    return page(
        "merchants/variants.html",
        # Without those whose last transaction was deleted at this moment.
        pairs=[pair for pair in pairs if {pair.into, pair.key} <= summaries.keys()],
        act=act_to_undo(act_log, ActKind.MERCHANT, "apart"),
        undone=count_in(request.args, "undone"),
        summaries=summaries,
        evidence=text.EVIDENCE,
    )


@bp.post("/merchant-variants")
def dismiss_variants(*, merchant_editor: MerchantEditor) -> ResponseReturnValue:
    """The two merchants are not offered for merging any more."""
    act = merchant_editor.keep_apart(request.form["key"], request.form["other"], at=datetime.now(UTC))
    return redirect(url_for("pages.merchant_variants", apart=act), 303)


@bp.get("/learned")
def learned(
    *,
    merchant_listing: MerchantListing,
    act_log: ActLog,
    rules: Rules,
    rule_transactions: RuleTransactions,
) -> ResponseReturnValue:
    """The memory of the merchants, the rules, and decisions about merchants, each with its undo."""
    try:
        answered, following = merchant_listing.answered(limit=_AT_ONCE, cursor=request.args.get("cursor"))
    except InvalidInput as error:
        raise NotFound(str(error)) from None
    return page(
        "merchants/learned.html",
        answered=answered,
        more=url_for("pages.learned", cursor=following) if following else None,
        rules=rules.all(),
        uses=rule_transactions.uses(),
        acts=act_log.in_effect(ActKind.MERCHANT, _ACTS),
        undone=count_in(request.args, "undone"),
        here=here(),
    )
