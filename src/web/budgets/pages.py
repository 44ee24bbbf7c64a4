"""The page of budgets: how they do in a month, forms to change them, and suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.acts import ActKind
from src.domain.budgets import SPENDING_GROUPS, Budget
from src.domain.months import month_of, months_later
from src.errors import Conflict, InvalidInput
from src.pipeline.budgets.editor import checked_budgets, with_budgets, without
from src.web.budgets import text
from src.web.budgets.schemas import BudgetRequest, BudgetsQuery
from src.web.history.links import history_link
from src.web.prediction.forms import CURRENCIES
from src.web.shared import format, labels, time_zone
from src.web.shared.amounts import plain_amount
from src.web.shared.blueprint import bp, categories, page
from src.web.shared.forms import Errors, act_to_undo, count_in, errors_of, flag, with_query
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.pipeline.budgets.editor import ListEditor
    from src.pipeline.budgets.overview import BudgetOverview, KnownDays
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.acts import ActLog
    from src.services.transactions.analytics import Analytics

bp.add_app_template_filter(format.month, "month")
bp.add_app_template_filter(format.amount, "form_amount")
bp.add_app_template_global(history_link)
bp.add_app_template_filter(text.budget_name)
bp.add_app_template_filter(text.PACES.__getitem__, "budget_pace")
bp.add_app_template_filter(text.pace, "pace_sentence")

_GROUP = "group:"
"""How the value of a group begins, among the categories of a form."""


@bp.get("/budgets")
def budgets() -> ResponseReturnValue:
    return _budgets_page()


@bp.post("/budgets")
def save_budget(*, budget_editor: ListEditor[Budget], preferences: PreferenceStore) -> ResponseReturnValue:
    """Add a budget, or change the one of the same category or group and currency."""
    typed = {name: request.form.get(name, "").strip() for name in ("of", "amount", "currency", "carry_over")}
    current = preferences.current()
    try:
        body = BudgetRequest.model_validate(_read(typed, current.currency))
        wanted = checked_budgets([body.to_domain(current.currency)], _by_slug())
        month = month_of(time_zone.today(), current.month_starts)
        act = budget_editor.change(with_budgets(wanted, month), at=datetime.now(UTC))
    except (ValidationError, InvalidInput) as error:
        return _budgets_page(422, typed, errors_of(error))
    except Conflict as error:
        return _budgets_page(409, typed, {"": str(error)})
    return _back(act)


@bp.post("/budgets/remove")
def remove_budget(*, budget_editor: ListEditor[Budget]) -> ResponseReturnValue:
    return _back(budget_editor.change(without(request.form.get("key", "")), at=datetime.now(UTC)))


@bp.post("/budgets/accept")
def accept_budgets(
    *, budget_editor: ListEditor[Budget], budget_overview: BudgetOverview, preferences: PreferenceStore
) -> ResponseReturnValue:
    """Make budgets of suggestions: of the named category, or of all."""
    today, currency = time_zone.today(), request.form.get("currency", "")
    chosen = request.form.get("category")
    suggested = budget_overview.suggestions(currency=currency, today=today).budgets
    wanted = [
        Budget(currency, (("", one.amount),), one.category)
        for one in suggested
        if chosen in (None, one.category)
    ]
    month = month_of(today, preferences.current().month_starts)
    return _back(budget_editor.change(with_budgets(wanted, month), at=datetime.now(UTC)))


def _back(act: str | None) -> ResponseReturnValue:
    return redirect(with_query(url_for("pages.budgets"), {"saved": 1, "act": act}), 303)


def _by_slug() -> dict[str, Any]:
    return {category.slug: category for category in categories()}


def _read(typed: Mapping[str, str], currency: str) -> dict[str, Any]:
    """The request that the form means."""
    of, currency = typed["of"], typed["currency"].upper() or currency
    named = {"group": of.removeprefix(_GROUP)} if of.startswith(_GROUP) else {"category": of or None}
    amount = plain_amount(typed["amount"], currency)
    return {**named, "amount": amount, "currency": currency, "carry_over": flag(typed, "carry_over")}


@with_services
def _budgets_page(
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    *,
    budget_overview: BudgetOverview,
    known_days: KnownDays,
    analytics: Analytics,
    act_log: ActLog,
    preferences: PreferenceStore,
) -> ResponseReturnValue:
    """typed: the values of a form that was refused."""
    today, current = time_zone.today(), preferences.current()
    query = BudgetsQuery.model_validate({"month": request.args.get("month", "")})
    days = known_days.days(query.month, today)
    currencies = analytics.used_currencies()
    currency = request.args.get("currency", "")
    return page(
        "budgets/index.html",
        status,
        days=days,
        months=neighbours("pages.budgets", days.month, month_of(today, current.month_starts)),
        states=budget_overview.states(today=today, month=days.month),
        suggestions=budget_overview.suggestions(
            currency=currency if currency in currencies else currencies[0], today=today
        ),
        used_currencies=currencies,
        currencies=CURRENCIES,
        currency=currencies[0],
        choices=_choices(),
        typed=typed or {},
        errors=errors or {},
        behind=days.as_of if days.as_of < min(today, days.last) else None,
        act=act_to_undo(act_log, ActKind.BUDGETS),
        saved="saved" in request.args,
        undone=count_in(request.args, "undone"),
    )


def neighbours(endpoint: str, month: str, newest: str) -> dict[str, str | None]:
    """The addresses of the months before and after; none after `newest`. The filters of the address stay."""
    kept = {name: value for name in ("currency",) if (value := request.args.get(name))}
    later = months_later(month, 1)
    months = {"before": months_later(month, -1), "after": later if later <= newest else None}
    return {
        name: with_query(url_for(endpoint), {"month": shown, **kept}) if shown else None
        for name, shown in months.items()
    }


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a budget may be for: the options of a form, by group."""
    return [
        (
            labels.GROUPS[group],
            [(f"{_GROUP}{group}", text.group_name(group))]
            + [(category.slug, category.name) for category in categories() if category.group is group],
        )
        for group in SPENDING_GROUPS
    ]
