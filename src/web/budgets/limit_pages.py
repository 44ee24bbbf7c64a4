"""The page of finance rules: what they found in a month, and forms to change them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.acts import ActKind
from src.domain.categories import Group
from src.domain.limits import DEFAULTS, OF_CATEGORIES, Limit, LimitPeriod, LimitStatus, Measure
from src.domain.months import month_of
from src.errors import Conflict, InvalidInput
from src.pipeline.budgets.editor import checked_limits, with_limit, without
from src.web.budgets import text
from src.web.budgets.limit_schemas import LimitRequest, LimitsQuery, rows_of, transfers_of
from src.web.budgets.pages import neighbours
from src.web.prediction.forms import CURRENCIES
from src.web.shared import time_zone
from src.web.shared.amounts import plain_amount
from src.web.shared.blueprint import bp, categories, page
from src.web.shared.forms import Errors, act_to_undo, count_in, errors_of, flag, with_query
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.pipeline.budgets.editor import ListEditor
    from src.pipeline.budgets.limits import LimitOverview
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.acts import ActLog
    from src.services.transactions.analytics import Analytics

bp.add_app_template_filter(text.limit_name)
bp.add_app_template_filter(text.bound, "limit_bound")
bp.add_app_template_filter(text.measured, "share_of_income")

_FIELDS = ("rule", "category", "kind", "share", "amount", "currency", "period", "enabled")


@bp.get("/insight/limits")
def limits() -> ResponseReturnValue:
    return _limits_page()


@bp.post("/insight/limits")
def save_limit(*, limit_editor: ListEditor[Limit], preferences: PreferenceStore) -> ResponseReturnValue:
    """Change a finance rule, or add the limit of a category."""
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    currency = typed["currency"].upper() or preferences.current().currency
    try:
        body = LimitRequest.model_validate(_read(typed, currency))
        wanted = body.to_domain(currency)
        checked_limits([wanted], {category.slug: category for category in categories()})
        act = limit_editor.change(with_limit(wanted), at=datetime.now(UTC))
    except (ValidationError, InvalidInput) as error:
        return _limits_page(422, typed, errors_of(error))
    except Conflict as error:
        return _limits_page(409, typed, {"": str(error)})
    return _back(act)


@bp.post("/insight/limits/remove")
def remove_limit(*, limit_editor: ListEditor[Limit]) -> ResponseReturnValue:
    """Remove the limit of a category, or set a rule back to how it was to begin with."""
    return _back(limit_editor.change(without(request.form.get("key", "")), at=datetime.now(UTC)))


def _back(act: str | None) -> ResponseReturnValue:
    return redirect(with_query(url_for("pages.limits"), {"saved": 1, "act": act}), 303)


def _read(typed: Mapping[str, str], currency: str) -> dict[str, Any]:
    """The request that the form means."""
    values: dict[str, Any] = {
        "rule": typed["rule"],
        "period": typed["period"] or LimitPeriod.MONTH.value,
        "enabled": flag(typed, "enabled"),
    }
    if typed["category"]:
        values["category"] = typed["category"]
    if typed["kind"] == "amount":
        values |= {"amount": plain_amount(typed["amount"], currency), "currency": currency}
    else:
        values["share"] = _share(typed["share"])
    if typed["rule"] in OF_CATEGORIES:
        values["categories"] = request.form.getlist("categories")
    return values


def _share(typed: str) -> str | Decimal:
    """Percent as a share; text that is no number is returned unchanged and fails validation."""
    plain = plain_amount(typed.rstrip("%\N{NO-BREAK SPACE} "))
    try:
        return Decimal(plain) / 100
    except ArithmeticError:
        return typed


@with_services
def _limits_page(
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    *,
    limit_overview: LimitOverview,
    analytics: Analytics,
    act_log: ActLog,
    preferences: PreferenceStore,
) -> ResponseReturnValue:
    """typed: the values of a form that was refused."""
    today, current = time_zone.today(), preferences.current()
    named = {name: request.args.get(name, "") for name in ("month", "currency")}
    query = LimitsQuery.model_validate(named)
    currencies = analytics.used_currencies()
    currency = query.currency if query.currency in currencies else currencies[0]
    states = limit_overview.states(today=today, month=query.month, currency=currency)
    month = query.month or states[0].months[-1]
    return page(
        "budgets/limits.html",
        status,
        month=month,
        months=neighbours("pages.limits", month, month_of(today, current.month_starts)),
        states=states,
        alarms=sum(state.status is LimitStatus.ALARM for state in states),
        uncategorized=states[0].uncategorized,
        uncategorized_rows=rows_of(states[0], None),
        changed={state.limit.key for state in states if state.limit not in DEFAULTS},
        used_currencies=currencies,
        currencies=CURRENCIES,
        currency=currency,
        spending=[category for category in categories() if category.group is not Group.INCOME],
        of_categories=OF_CATEGORIES,
        of_category=Measure.CATEGORY,
        typed=typed or {},
        errors=errors or {},
        act=act_to_undo(act_log, ActKind.LIMITS),
        saved="saved" in request.args,
        undone=count_in(request.args, "undone"),
        rows_of=rows_of,
        transfers_of=transfers_of,
        words=text,
    )
