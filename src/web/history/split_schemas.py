"""The parts of a split transaction."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from src.domain.transactions import Split, Transaction
from src.errors import InvalidInput
from src.web.shared.fields import Amount, Notes, RequestModel, Slug, in_smallest_units, money

MOST_PARTS = 50


class SplitFields(RequestModel):
    amount: Amount
    category: Slug
    notes: Notes | None = None


class SplitsRequest(RequestModel):
    """The parts of a transaction; none to remove them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "splits": [
                        {"amount": "300.00", "category": "groceries"},
                        {"amount": "50.75", "category": "pets", "notes": "cat food"},
                    ]
                }
            ]
        }
    )

    splits: Annotated[list[SplitFields], Field(max_length=MOST_PARTS)]

    def changed(self, transaction: Transaction, *, slugs: Collection[str]) -> dict[str, Any]:
        """The fields to change in `transaction`. slugs: of the existing categories.

        Raises InvalidInput for an unknown category, and if the parts do not add up to the amount.
        """
        currency = transaction.currency
        splits = tuple(
            Split(in_smallest_units(part.amount, currency), part.category, part.notes or None)
            for part in self.splits
        )
        if any(split.category not in slugs for split in splits):
            raise InvalidInput("There is no category with this name.", field="category")
        total = sum(split.amount for split in splits)
        if splits and total != transaction.amount:
            raise InvalidInput(
                f"The parts add up to {total:f} {currency}, but the transaction is "
                f"{money(transaction.amount, currency)} {currency}.",
                field="splits",
            )
        return {"splits": splits}


class SplitBody(TypedDict):
    amount: str
    category: str
    notes: str | None


def split_bodies(transaction: Transaction) -> list[SplitBody]:
    return [
        {
            "amount": money(split.amount, transaction.currency),
            "category": split.category,
            "notes": split.notes,
        }
        for split in transaction.splits
    ]
