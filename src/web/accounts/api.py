"""Accounts: list, add, change, merge and delete them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.domain.accounts import Account
from src.web.accounts.schemas import (
    NO_ACCOUNT,
    AccountBody,
    AccountChange,
    AccountRequest,
    ChangedAccountBody,
    DeleteAccountQuery,
    MergedAccountBody,
    account_body,
)
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.pipeline.accounts.editor import AccountEditor
    from src.services.accounts.repository import Accounts
    from src.services.accounts.transactions import AccountTransactions
    from src.services.settings.preferences import PreferenceStore

api = Operations("accounts", __name__, url_prefix="/api/v1")


@api.operation(
    "GET", "/accounts", summary="List all accounts with their balances", returns={200: list[AccountBody]}
)
def list_accounts(*, accounts: Accounts, account_transactions: AccountTransactions) -> ResponseValue:
    """By name."""
    listed = accounts.all()
    balances = account_transactions.balances(listed)
    return [account_body(account, balances[account.id]) for account in listed]


@api.operation(
    "POST",
    "/accounts",
    summary="Add an account",
    body=AccountRequest,
    returns={201: ChangedAccountBody},
    errors=(409, 503),
)
def add_account(
    body: AccountRequest,
    *,
    account_editor: AccountEditor,
    account_transactions: AccountTransactions,
    preferences: PreferenceStore,
) -> ResponseValue:
    """409 if another account has the name, in any case."""
    at = datetime.now(UTC)
    account, act = account_editor.add(body.to_domain(preferences.current().currency, at), at=at)
    return _changed(account, act, account_transactions)


@api.operation(
    "PATCH",
    "/accounts/{id}",
    summary="Change an account",
    body=AccountChange,
    returns={200: ChangedAccountBody},
    errors=(404, 409, 503),
)
def change_account(
    id: str,
    body: AccountChange,
    *,
    account_editor: AccountEditor,
    account_transactions: AccountTransactions,
) -> ResponseValue:
    """A new name is also that of its transactions, and the old name leads to it: in files, for example.
    409 if another account has the name."""
    account, act = account_editor.change(id, body.fields(), at=datetime.now(UTC))
    return _changed(account, act, account_transactions)


@api.operation(
    "DELETE",
    "/accounts/{id}",
    summary="Delete an account, or merge it into another",
    query=DeleteAccountQuery,
    returns={200: MergedAccountBody},
    errors=(404, 409, 503),
)
def delete_account(id: str, query: DeleteAccountQuery, *, account_editor: AccountEditor) -> ResponseValue:
    """Its transactions, names and opening balance move to `into`. 409 if it has transactions and `into` is
    missing."""
    _, rows, act = account_editor.delete(
        id, query.account_id, at=datetime.now(UTC), keep_rows=query.into == NO_ACCOUNT
    )
    return {"id": id, "into": query.account_id, "moved": rows, "act": act}


def _changed(account: Account, act: str | None, rows: AccountTransactions) -> ChangedAccountBody:
    return {**account_body(account, rows.balances([account])[account.id]), "act": act}
