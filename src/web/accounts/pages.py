"""The accounts: list and add them; change, merge or delete one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.accounts import Account, AccountBalance, AccountKind
from src.errors import Conflict, InvalidInput
from src.web.accounts.schemas import NO_ACCOUNT, AccountChange, AccountRequest, DeleteAccountQuery
from src.web.accounts.text import KINDS
from src.web.prediction.forms import CURRENCIES
from src.web.shared import format
from src.web.shared.amounts import plain_amount
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import Errors, count_in, errors_of, with_query
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.pipeline.accounts.editor import AccountEditor
    from src.services.accounts.repository import Accounts
    from src.services.accounts.transactions import AccountTransactions
    from src.services.settings.preferences import PreferenceStore

_MINUS_SIGNS = "-−–"

bp.add_app_template_filter(KINDS.__getitem__, "account_kind")


@bp.get("/settings/accounts")
def accounts() -> ResponseReturnValue:
    return _list_page()


@bp.post("/settings/accounts")
def add_account(*, account_editor: AccountEditor, preferences: PreferenceStore) -> ResponseReturnValue:
    typed, at, currency = _typed(), datetime.now(UTC), preferences.current().currency
    try:
        body = AccountRequest.model_validate(_read(typed, currency))
        added, act = account_editor.add(body.to_domain(currency, at), at=at)
    except (ValidationError, InvalidInput, Conflict) as error:
        return _list_page(typed, *_problem(error, "name"))
    return _back_to_list({"added": added.name, "act": act})


@bp.get("/settings/accounts/<account_id>")
def account(account_id: str, *, accounts: Accounts) -> ResponseReturnValue:
    return _edit_page(accounts.get(account_id))


@bp.post("/settings/accounts/<account_id>")
def change_account(
    account_id: str, *, account_editor: AccountEditor, accounts: Accounts
) -> ResponseReturnValue:
    typed, before = _typed(), accounts.get(account_id)
    try:
        body = AccountChange.model_validate(_read(typed, before.currency))
        after, act = account_editor.change(account_id, body.fields(), at=datetime.now(UTC))
    except (ValidationError, InvalidInput, Conflict) as error:
        return _edit_page(accounts.get(account_id), typed, *_problem(error, "name"))
    return _back_to_list({"changed": after.name, "act": act})


@bp.post("/settings/accounts/<account_id>/delete")
def delete_account(
    account_id: str, *, account_editor: AccountEditor, accounts: Accounts
) -> ResponseReturnValue:
    """Merge it into another account, or delete it; its transactions are then in no account."""
    try:
        query = DeleteAccountQuery.model_validate({"into": request.form.get("into") or None})
        deleted, rows, act = account_editor.delete(
            account_id, query.account_id, at=datetime.now(UTC), keep_rows=query.into == NO_ACCOUNT
        )
    except (ValidationError, InvalidInput, Conflict) as error:
        return _edit_page(accounts.get(account_id), None, *_problem(error, "into"))
    into = accounts.current(query.account_id)
    outcome = {"deleted": deleted.name, "into": into.name if into else None, "moved": rows, "act": act}
    return _back_to_list(outcome)


def _back_to_list(outcome: Mapping[str, str | int | None]) -> ResponseReturnValue:
    return redirect(with_query(url_for("pages.accounts"), outcome), 303)


def _typed() -> dict[str, str]:
    names = ("name", "currency", "kind", "opening_balance")
    return {name: request.form.get(name, "").strip() for name in names}


def _read(typed: Mapping[str, str], currency: str) -> dict[str, str]:
    """The request that the form means. currency: if the form has none."""
    currency = typed["currency"].upper() or currency
    size = typed["opening_balance"].lstrip(_MINUS_SIGNS)
    sign = "-" if size != typed["opening_balance"] else ""
    balance = sign + plain_amount(size, currency) if size else "0"
    return {**typed, "currency": currency, "opening_balance": balance}


def _problem(error: ValidationError | InvalidInput | Conflict, field: str) -> tuple[Errors, int]:
    """The sentences by field, and the status. field: the one of a conflict."""
    return ({field: str(error)}, 409) if isinstance(error, Conflict) else (errors_of(error), 422)


@with_services
def _list_page(
    typed: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    status: int = 200,
    *,
    accounts: Accounts,
    account_transactions: AccountTransactions,
    preferences: PreferenceStore,
) -> ResponseReturnValue:
    listed = accounts.all()
    balances = account_transactions.balances(listed)
    return page(
        "accounts/index.html",
        status,
        accounts=listed,
        balances=balances,
        totals=_totals(listed, balances),
        values=typed or {"currency": preferences.current().currency, "kind": AccountKind.CHECKING},
        errors=errors,
        kinds=KINDS,
        currencies=CURRENCIES,
        **{name: request.args.get(name) for name in ("added", "changed", "deleted", "into", "act")},
        moved=count_in(request.args, "moved"),
        undone=count_in(request.args, "undone"),
        stay=count_in(request.args, "stay"),
    )


def _totals(accounts: list[Account], balances: Mapping[str, AccountBalance]) -> dict[str, Decimal]:
    """By currency: amounts of different currencies are never added."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for account in accounts:
        totals[account.currency] += balances[account.id].balance
    return dict(sorted(totals.items()))


@with_services
def _edit_page(
    account: Account,
    typed: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    status: int = 200,
    *,
    accounts: Accounts,
    account_transactions: AccountTransactions,
) -> ResponseReturnValue:
    shown = {
        "name": account.name,
        "currency": account.currency,
        "kind": account.kind,
        "opening_balance": format.amount(account.opening_balance, account.currency),
    }
    return page(
        "accounts/edit.html",
        status,
        account=account,
        balance=account_transactions.balances([account])[account.id],
        others=[other for other in accounts.all() if other.id != account.id],
        values=typed or shown,
        errors=errors,
        kinds=KINDS,
        currencies=CURRENCIES,
        no_account=NO_ACCOUNT,
    )
