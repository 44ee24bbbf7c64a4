"""What one model says otherwise than another of the transactions nobody has answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.promotions import CategoryChange, PredictionDiff
from src.domain.transactions import Transaction
from src.web.prediction.schemas import TransactionBody, transaction_body
from src.web.shared.fields import money, utc_text


class MoneyBody(TypedDict):
    currency: str
    amount: str


class ExampleBody(TypedDict):
    id: str
    transaction: TransactionBody


# `from` is no name a class can have.
CategoryChangeBody = TypedDict(
    "CategoryChangeBody",
    {
        "from": Annotated[str | None, Field(description="Null where the model before is not sure.")],
        "to": Annotated[str | None, Field(description="Null where the model after is not sure.")],
        "rows": int,
        "money": list[MoneyBody],
        "examples": Annotated[list[ExampleBody], Field(description="Newest first; deleted ones fall out.")],
    },
)
BandChangeBody = TypedDict("BandChangeBody", {"from": str, "to": str, "rows": int})


class ChangesBody(TypedDict):
    """Both models are asked as for a prediction of today. Nothing that is kept is rewritten."""

    before: Annotated[str, Field(description="Version of the model that serves, or served.")]
    after: str
    unanswered: Annotated[int, Field(description="Transactions that no person has answered.")]
    looked_at: Annotated[int, Field(description="How many of these were looked at, the newest ones.")]
    remembered: Annotated[int, Field(description="Of these, decided by earlier answers whatever the model.")]
    changed: Annotated[int, Field(description="Of those looked at, how many would change category.")]
    money: list[MoneyBody]
    pairs: list[CategoryChangeBody]
    bands: list[BandChangeBody]
    at: str


def example_ids(changes: Iterable[PredictionDiff | None]) -> list[str]:
    return [each for one in changes if one for pair in one.pairs for each in pair.examples]


def changes_body(changes: PredictionDiff, given: Mapping[str, Transaction]) -> ChangesBody:
    """given: the transactions of the examples, by id, as far as there still are any."""
    return {
        "before": changes.before,
        "after": changes.after,
        "unanswered": changes.unanswered,
        "looked_at": changes.rows,
        "remembered": changes.remembered,
        "changed": changes.changed,
        "money": _money(changes.money),
        "pairs": [_pair_body(pair, given) for pair in changes.pairs],
        "bands": [
            {"from": before.value, "to": after.value, "rows": rows} for before, after, rows in changes.bands
        ],
        "at": utc_text(changes.at),
    }


def _pair_body(pair: CategoryChange, given: Mapping[str, Transaction]) -> CategoryChangeBody:
    return {
        "from": pair.before,
        "to": pair.after,
        "rows": pair.rows,
        "money": _money(pair.money),
        "examples": [
            {"id": each, "transaction": transaction_body(given[each])}
            for each in pair.examples
            if each in given
        ],
    }


def _money(amounts: Mapping[str, Decimal]) -> list[MoneyBody]:
    return [{"currency": currency, "amount": money(amount, currency)} for currency, amount in amounts.items()]
