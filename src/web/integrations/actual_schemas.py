"""Transactions of Actual's API, as a script sends them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, Strict

from src.domain.transactions import Direction, Transaction
from src.errors import InvalidInput
from src.pipeline.integrations.inbound import InboundTransaction
from src.web.integrations.schemas import Text
from src.web.prediction.schemas import BATCH_LIMIT, Anything
from src.web.shared.fields import Currency, IsoDate, RequestModel, in_smallest_units

PROGRAM = "actual"
_HASHTAG = re.compile(r"(?<!\S)#([^\s#]+)")
_LARGEST = 10**14
_EXAMPLE: dict[str, Any] = {
    "id": "0b1f6f5e-4c39-4f5e-9c55-6d1c2a3b4c5d",
    "account": "729cb492-4eab-468b-9522-75d455cded22",
    "date": "2026-03-04",
    "amount": -1250,
    "payee_name": "Pizza Corner",
    "imported_payee": "PIZZA CORNER 4411",
    "notes": None,
    "category": None,
    "cleared": True,
}


class ActualTransaction(BaseModel):
    """Other fields are ignored, such as `account`, `payee`, `category` (ids) and `cleared`.

    Words of the notes that begin with `#` are tags.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: Annotated[str, Strict(), Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    date: IsoDate
    amount: Annotated[
        int, Strict(), Field(ge=-_LARGEST, le=_LARGEST, description="In hundredths; negative for spending.")
    ]
    imported_payee: Text = ""
    payee_name: Text = ""
    notes: Text = ""
    account_name: Text = ""
    category_name: Annotated[Text, Field(description="The category chosen in Actual.")] = ""
    transfer_id: Text = ""
    starting_balance_flag: bool | None = False

    def to_inbound(self, currency: str) -> InboundTransaction:
        """Raises InvalidInput."""
        if self.amount == 0 or self.starting_balance_flag:
            raise InvalidInput("Starting balances and amounts of 0 are not accepted.", field="amount")
        text = self.imported_payee or self.payee_name or self.notes
        if not text:
            raise InvalidInput("Give a payee or notes.", field="imported_payee")
        by_sign = Direction.EXPENSE if self.amount < 0 else Direction.INCOME
        transaction = Transaction(
            description=text,
            amount=in_smallest_units(abs(Decimal(self.amount)).scaleb(-2), currency),
            currency=currency,
            date=self.date,
            direction=Direction.TRANSFER if self.transfer_id else by_sign,
            subcategory=self.notes if self.notes != text else None,
            account=self.account_name or None,
            counterparty=self.payee_name or None,
            notes=self.notes or None,
            tags=tuple(_HASHTAG.findall(self.notes)),
        )
        return InboundTransaction(self.id, transaction, self.category_name[:100] or None)


class ActualRequest(RequestModel):
    """Up to 10,000 transactions; each is checked separately."""

    transactions: Annotated[
        list[SkipValidation[ActualTransaction] | Anything], Field(min_length=1, max_length=BATCH_LIMIT)
    ]
    currency: Annotated[Currency | None, Field(description="Default: the CURRENCY setting.")] = None

    def flat(self) -> list[Any]:
        """The transactions, a split one replaced by its parts; these inherit its date, payee and account.

        Raises InvalidInput if there are too many.
        """
        parts = [part for item in self.transactions for part in _parts(item)]
        if len(parts) > BATCH_LIMIT:
            raise InvalidInput(f"Send at most {BATCH_LIMIT} transactions at once.", field="transactions")
        return parts


def _parts(item: Any) -> list[Any]:
    parts = item.get("subtransactions") if isinstance(item, dict) else None
    if not isinstance(parts, list) or not parts:
        return [item]
    inherited = ("date", "imported_payee", "payee_name", "account_name")
    shared = {name: item[name] for name in inherited if name in item}
    return [
        shared | {name: value for name, value in part.items() if value is not None}
        if isinstance(part, dict)
        else part
        for part in parts
    ]
