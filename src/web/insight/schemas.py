"""Recurring payments."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictBool
from typing_extensions import TypedDict

from src.domain.recurring import Interval, RecurringPayment, SeriesStatus
from src.domain.transactions import Direction
from src.web.shared.fields import Name, RequestModel, money


class RecurringRequest(RequestModel):
    """The fields to change; missing ones stay."""

    name: Annotated[Name | None, Field(description="Shown instead of the merchant; null: the merchant.")] = (
        None
    )
    confirmed: StrictBool = False
    ended: Annotated[StrictBool, Field(description="True: it has ended, unless another payment comes.")] = (
        False
    )

    def fields(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


PriceChangeBody = TypedDict("PriceChangeBody", {"from": str, "to": str, "date": str})


class RecurringBody(TypedDict):
    id: Annotated[str, Field(description="Of its first transaction; that of any of them leads to it.")]
    merchant: str
    name: Annotated[str, Field(description="That you gave it or its merchant, else the merchant.")]
    category: str | None
    direction: Direction
    interval: Interval
    amount: Annotated[str, Field(description="Of the next payment: the present price, or what is typical.")]
    varies: Annotated[bool, Field(description="Whether each payment has another amount.")]
    currency: str
    next_date: Annotated[str | None, Field(description="Null if it has ended.")]
    last_date: str
    status: Annotated[
        SeriesStatus, Field(description="On the day of the newest transaction. `missed`: overdue.")
    ]
    missed: Annotated[list[str], Field(description="Days on which a payment was expected and none came.")]
    doubled: Annotated[list[str], Field(description="Days of payments that came twice.")]
    price_changes: list[PriceChangeBody]
    yearly_cost: Annotated[
        str, Field(description="At the present amount; of income, what is received in a year.")
    ]
    confirmed: bool


class ChangedRecurringBody(RecurringBody):
    act: Annotated[str | None, Field(description="Undoes it; null if nothing changed.")]


def recurring_body(payment: RecurringPayment) -> RecurringBody:
    return {
        "id": payment.id,
        "merchant": payment.merchant,
        "name": payment.name,
        "category": payment.category,
        "direction": payment.direction,
        "interval": payment.interval,
        "amount": money(payment.amount, payment.currency),
        "varies": payment.varies,
        "currency": payment.currency,
        "next_date": payment.next_date.isoformat() if payment.next_date else None,
        "last_date": payment.last_date.isoformat(),
        "status": payment.status,
        "missed": [day.isoformat() for day in payment.missed],
        "doubled": [day.isoformat() for day in payment.doubled],
        "price_changes": [
            {
                "from": money(old, payment.currency),
                "to": money(new, payment.currency),
                "date": day.isoformat(),
            }
            for old, new, day in payment.price_changes
        ],
        "yearly_cost": money(payment.yearly_cost, payment.currency),
        "confirmed": payment.decision.confirmed,
    }
