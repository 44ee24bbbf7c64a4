"""What changes with another model: predictions of unanswered transactions."""

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


# `from` is a Python keyword, so this is a call.
CategoryChangeBody = TypedDict(
    "CategoryChangeBody",
    {
        "from": Annotated[str | None, Field(description="Null if the earlier model is not sure.")],
        "to": Annotated[str | None, Field(description="Null if the later model is not sure.")],
        "rows": int,
        "money": list[MoneyBody],
        "examples": Annotated[list[ExampleBody], Field(description="Newest first, without deleted ones.")],
    },
)
BandChangeBody = TypedDict("BandChangeBody", {"from": str, "to": str, "rows": int})


class ChangesBody(TypedDict):
    """Both models predict as of today. No stored prediction changes."""

    before: Annotated[str, Field(description="Version of the champion, or of the previous one.")]
    after: str
    unanswered: Annotated[int, Field(description="Unanswered transactions.")]
    looked_at: Annotated[int, Field(description="How many of these, the newest, were compared.")]
    remembered: Annotated[
        int, Field(description="Of these, decided by rules or earlier answers, not by a model.")
    ]
    changed: Annotated[int, Field(description="Of those compared, how many would change category.")]
    money: list[MoneyBody]
    pairs: list[CategoryChangeBody]
    bands: list[BandChangeBody]
    at: str


def example_ids(changes: Iterable[PredictionDiff | None]) -> list[str]:
    return [id for diff in changes if diff for pair in diff.pairs for id in pair.examples]


def changes_body(changes: PredictionDiff, examples: Mapping[str, Transaction]) -> ChangesBody:
    """examples: the transactions of the examples that still exist, by id."""
    return {
        "before": changes.before,
        "after": changes.after,
        "unanswered": changes.unanswered,
        "looked_at": changes.rows,
        "remembered": changes.remembered,
        "changed": changes.changed,
        "money": _money(changes.money),
        "pairs": [_pair_body(pair, examples) for pair in changes.pairs],
        "bands": [
            {"from": before.value, "to": after.value, "rows": rows} for before, after, rows in changes.bands
        ],
        "at": utc_text(changes.at),
    }


def _pair_body(pair: CategoryChange, examples: Mapping[str, Transaction]) -> CategoryChangeBody:
    return {
        "from": pair.before,
        "to": pair.after,
        "rows": pair.rows,
        "money": _money(pair.money),
        "examples": [
            {"id": id, "transaction": transaction_body(examples[id])}
            for id in pair.examples
            if id in examples
        ],
    }


def _money(amounts: Mapping[str, Decimal]) -> list[MoneyBody]:
    return [{"currency": currency, "amount": money(amount, currency)} for currency, amount in amounts.items()]
