"""Accounts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema
from typing_extensions import TypedDict

from src.domain.accounts import Account, AccountBalance, AccountKind
from src.web.shared.fields import KnownCurrency, Name, RequestModel, money, signed_amount

NO_ACCOUNT = "none"

Balance = Annotated[
    Decimal,
    BeforeValidator(signed_amount),
    WithJsonSchema(
        {
            "description": "Below zero for a debt. Kept exactly, with the decimals of the currency.",
            "anyOf": [
                {"type": "number", "minimum": -(10**12), "maximum": 10**12, "multipleOf": 0.01},
                {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$"},
            ],
            "examples": ["1250.00"],
        }
    ),
]


class AccountRequest(RequestModel):
    """An own account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Everyday", "currency": "EUR", "kind": "checking", "opening_balance": "1250.00"}
            ],
        }
    )

    name: Name
    currency: Annotated[KnownCurrency | None, Field(description="Default: the CURRENCY setting.")] = None
    kind: AccountKind = AccountKind.CHECKING
    opening_balance: Balance = Decimal(0)

    def to_domain(self, currency: str, at: datetime) -> Account:
        return Account("", self.name, self.currency or currency, self.kind, self.opening_balance, at)


class AccountChange(RequestModel):
    """The fields to change; missing ones stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Everyday", "kind": "checking"}]})

    name: Name | None = None
    currency: KnownCurrency | None = None
    kind: AccountKind | None = None
    opening_balance: Balance | None = None

    def fields(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class DeleteAccountQuery(RequestModel):
    into: Annotated[
        str | None,
        Field(
            pattern=rf"^([0-9a-f]{{24}}|{NO_ACCOUNT})$",
            description="The account that gets its transactions; `none`: they are in no account then.",
        ),
    ] = None

    @property
    def account_id(self) -> str | None:
        return None if self.into == NO_ACCOUNT else self.into


class AccountBody(TypedDict):
    id: str
    name: str
    currency: str
    kind: str
    opening_balance: str
    balance: Annotated[
        str, Field(description="The opening balance, plus income, less expenses, in its currency.")
    ]
    rows: Annotated[int, Field(description="Its transactions.")]
    not_counted: Annotated[
        int,
        Field(
            description="Transactions not in the balance: in another currency, or transfers of unknown "
            "direction."
        ),
    ]


class ChangedAccountBody(AccountBody):
    act: Annotated[str | None, Field(description="Undoes the change; null if nothing changed.")]


class MergedAccountBody(TypedDict):
    id: str
    into: str | None
    moved: Annotated[int, Field(description="Transactions moved to the other account, or to none.")]
    act: Annotated[str, Field(description="Undoes the merge.")]


def account_body(account: Account, balance: AccountBalance) -> AccountBody:
    return {
        "id": account.id,
        "name": account.name,
        "currency": account.currency,
        "kind": account.kind.value,
        "opening_balance": money(account.opening_balance, account.currency),
        "balance": money(balance.balance, account.currency),
        "rows": balance.rows,
        "not_counted": balance.not_counted,
    }
