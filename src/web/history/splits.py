"""The parts of a split transaction: in requests, in responses, and as lines of a form."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict
from werkzeug.datastructures import MultiDict

from src.domain.transactions import Split, Transaction
from src.errors import Conflict, InvalidInput
from src.web.shared import format
from src.web.shared.amounts import plain_amount
from src.web.shared.fields import Amount, Notes, RequestModel, Slug, in_smallest_units, money

MOST_PARTS = 50
_SPARE_LINES = 3
_EDITED_ELSEWHERE = "This transaction was edited elsewhere. Check the amount and your parts, and save again."


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


@dataclass(frozen=True)
class SplitLine:
    """A line of the form, as typed."""

    amount: str = ""
    category: str = ""
    notes: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.amount or self.category or self.notes)


def split_lines(transaction: Transaction) -> list[SplitLine]:
    """Of the present parts."""
    return [
        SplitLine(format.amount(split.amount, transaction.currency), split.category, split.notes or "")
        for split in transaction.splits
    ]


def with_spare_lines(lines: list[SplitLine]) -> list[SplitLine]:
    return [*lines, *[SplitLine()] * _SPARE_LINES][:MOST_PARTS]


def typed_lines(form: MultiDict[str, str]) -> list[SplitLine]:
    """The lines that are not blank."""
    names = ("part_amount", "part_category", "part_notes")
    columns = [form.getlist(name)[:MOST_PARTS] for name in names]
    lines = [SplitLine(*(value.strip() for value in values)) for values in zip(*columns, strict=False)]
    return [line for line in lines if not line.is_blank]


def split_changes(
    lines: list[SplitLine], shown: Transaction, slugs: set[str], current: Transaction
) -> dict[str, Any]:
    """shown: what the form was filled for."""
    if any(getattr(shown, name) != getattr(current, name) for name in ("amount", "currency", "splits")):
        raise Conflict(_EDITED_ELSEWHERE)
    if any(not line.category for line in lines):
        raise InvalidInput("Choose a category for each part.", field="splits")
    parts = [
        {
            "amount": plain_amount(line.amount, current.currency),
            "category": line.category,
            "notes": line.notes or None,
        }
        for line in lines
    ]
    return SplitsRequest.model_validate({"splits": _with_rest(parts, current)}).changed(current, slugs=slugs)


def _with_rest(parts: list[dict[str, Any]], transaction: Transaction) -> list[dict[str, Any]]:
    """If one amount is missing, it is what the others leave."""
    missing = [part for part in parts if not part["amount"]]
    if len(missing) != 1:
        return parts
    try:
        rest = transaction.amount - sum(Decimal(part["amount"]) for part in parts if part["amount"])
    except ArithmeticError:  # one is no number, which the schema refuses
        return parts
    if rest <= 0:
        raise InvalidInput("The parts are already as large as the amount: nothing is left.", field="splits")
    missing[0]["amount"] = money(rest, transaction.currency)
    return parts
