"""The messages of Firefly III's webhooks."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SkipValidation, WithJsonSchema

from src.domain.transactions import Direction, Transaction
from src.errors import InvalidInput
from src.pipeline.integrations.inbound import InboundTransaction
from src.web.integrations.schemas import Number, Size, Tags, Text
from src.web.prediction.schemas import Anything
from src.web.shared.fields import Currency, IsoDate, in_smallest_units

PROGRAM = "firefly-iii"
_DIRECTIONS = {"withdrawal": Direction.EXPENSE, "deposit": Direction.INCOME, "transfer": Direction.TRANSFER}
_HANDLED = ("STORE_TRANSACTION", "UPDATE_TRANSACTION")
_PLACEHOLDER = re.compile(r"\(.*\)|")
"""`(no name)`, `(empty description)`, `(cash)`."""
_EXAMPLE: dict[str, Any] = {
    "uuid": "4b6c6e52-7f0a-4a52-9a56-0d3c6f7d1b11",
    "user_id": 1,
    "trigger": "STORE_TRANSACTION",
    "response": "TRANSACTIONS",
    "url": "http://127.0.0.1:8000/api/v1/webhooks/firefly-iii",
    "version": "v0",
    "content": {
        "id": 246,
        "group_title": None,
        "transactions": [
            {
                "transaction_journal_id": "251",
                "type": "withdrawal",
                "date": "2026-03-04T00:00:00+01:00",
                "currency_code": "EUR",
                "amount": "12.50",
                "description": "Card payment 4411",
                "source_name": "Checking",
                "destination_name": "Pizza Corner",
                "category_name": None,
                "tags": [],
            }
        ],
    },
}


def _local_date(value: Any) -> Any:
    """The local date of a timestamp."""
    return value[:10] if isinstance(value, str) and len(value) < 40 else value


_MOMENT = {"type": "string", "maxLength": 39, "examples": ["2026-03-04T00:00:00+01:00"]}
Moment = Annotated[IsoDate, BeforeValidator(_local_date), WithJsonSchema(_MOMENT)]


class FireflySplitBody(BaseModel):
    transaction_journal_id: Number
    type: Text
    date: Moment
    currency_code: Currency
    amount: Size
    description: Text = ""
    source_name: Text = ""
    destination_name: Text = ""
    category_name: Text = ""
    notes: Text = ""
    tags: Tags = ()

    def to_inbound(self) -> InboundTransaction:
        """Raises InvalidInput for an opening balance, a reconciliation and the like."""
        direction = _DIRECTIONS.get(self.type.casefold())
        if direction is None:
            raise InvalidInput("Only withdrawals, deposits and transfers are accepted.", field="type")
        text, detail = self._texts(direction)
        if not text:
            raise InvalidInput("The transaction has neither a description nor a name.", field="description")
        names = (self.source_name, self.destination_name)
        own, other = map(_unless_placeholder, reversed(names) if direction is Direction.INCOME else names)
        transaction = Transaction(
            description=text,
            amount=in_smallest_units(self.amount, self.currency_code),
            currency=self.currency_code,
            date=self.date,
            direction=direction,
            subcategory=detail,
            account=own or None,
            counterparty=other or None,
            notes=self.notes or None,
            tags=self.tags,
        )
        return InboundTransaction(self.transaction_journal_id, transaction, self.category_name[:100] or None)

    def _texts(self, direction: Direction) -> tuple[str, str | None]:
        """(description, subcategory): the other account names the merchant better than the description."""
        accounts = {Direction.EXPENSE: self.destination_name, Direction.INCOME: self.source_name}
        account = _unless_placeholder(accounts.get(direction, ""))
        description = _unless_placeholder(self.description)
        if not account:
            return description, None
        return account, None if description.casefold() in account.casefold() else description


def _unless_placeholder(text: str) -> str:
    return "" if _PLACEHOLDER.fullmatch(text) else text


class FireflyGroup(BaseModel):
    id: Number
    transactions: Annotated[
        list[SkipValidation[FireflySplitBody] | Anything], Field(min_length=1, max_length=1000)
    ]


class FireflyMessage(BaseModel):
    """Signed with the webhook's secret in the header `Signature`; other fields are ignored."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    trigger: Annotated[str, Field(max_length=100)]
    content: SkipValidation[FireflyGroup] | Annotated[Any, Field(description="Of other messages.")] = None

    def group(self) -> FireflyGroup | None:
        """None for messages about other things. Raises InvalidInput, ValidationError."""
        trigger = self.trigger.removeprefix("TRIGGER_")
        has_transactions = isinstance(self.content, dict) and "transactions" in self.content
        if trigger in _HANDLED and not has_transactions:
            raise InvalidInput(
                "The message has no transaction: choose “transaction details” as the webhook's response.",
                field="content",
            )
        if trigger.startswith("DESTROY") or not has_transactions:
            return None
        return FireflyGroup.model_validate(self.content)
