"""Transactions and predictions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date as Date  # noqa: N812 - `date` is a field's name here
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, SkipValidation, Strict, ValidationInfo, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from src.domain.models import MODEL_NAME
from src.domain.predictions import Prediction
from src.domain.transactions import NO_AMOUNT, Direction, StoredTransaction, Transaction
from src.errors import Conflict, InvalidInput
from src.web.shared.fields import (
    Amount,
    Counterparty,
    Description,
    IsoDate,
    KnownCurrency,
    Label,
    MerchantCategoryCode,
    Notes,
    RequestModel,
    Tags,
    in_smallest_units,
    money,
    plausible_date,
)
from src.web.shared.labels import reason_text

BATCH_LIMIT = 10_000

# For the schema: one of the two texts must not be blank.
_NEEDS_A_TEXT: JsonDict = {
    "anyOf": [
        {"required": [name], "properties": {name: {"type": "string", "pattern": r"\S"}}}
        for name in ("description", "subcategory")
    ]
}
_EXAMPLE: JsonDict = {
    "description": "SWIGGY order 8841 BANGALORE",
    "amount": "350.75",
    "currency": "INR",
    "date": "2026-03-04",
    "mode": "UPI",
    "direction": "expense",
}


class TransactionFields(RequestModel):
    """One transaction. `description` or `subcategory` is required; null means not given."""

    model_config = ConfigDict(json_schema_extra={**_NEEDS_A_TEXT, "examples": [_EXAMPLE]})

    description: Description | None = None
    amount: Annotated[
        Amount | None, Field(description="Required unless `save` is false.", validate_default=True)
    ] = None
    currency: Annotated[KnownCurrency | None, Field(description="Default: the CURRENCY setting.")] = None
    date: Annotated[IsoDate | None, Field(description="Default: today (UTC).")] = None
    mode: Annotated[Label | None, Field(description="Payment method, e.g. `UPI` or `card`.")] = None
    subcategory: Annotated[Label | None, Field(description="A note, or the bank's own category.")] = None
    direction: Direction | None = Direction.EXPENSE
    account: Annotated[Label | None, Field(description="Name of the own account.")] = None
    counterparty: Annotated[Counterparty | None, Field(description="Name of the other party.")] = None
    notes: Notes | None = None
    mcc: Annotated[MerchantCategoryCode | None, Field(description="Merchant category code of ISO 18245.")] = (
        None
    )
    tags: Annotated[Tags | None, Field(description="Up to 20, without duplicates.")] = None

    @field_validator("amount")
    @classmethod
    def _check_amount(cls, amount: Decimal | None, info: ValidationInfo) -> Decimal | None:
        """In a batch, the validation context has `save`."""
        save = info.data.get("save", (info.context or {}).get("save"))
        if amount is None and save is not False:
            raise PydanticCustomError("missing", "Field required")
        return amount

    def to_domain(self, *, currency: str, today: Date) -> Transaction:
        """With defaults for missing fields. Raises InvalidInput if fields do not fit together."""
        if not (self.description or self.subcategory):
            raise InvalidInput("Give a description or a subcategory.", field="description")
        currency = self.currency or currency
        return Transaction(
            description=self.description or "",
            amount=NO_AMOUNT if self.amount is None else in_smallest_units(self.amount, currency),
            currency=currency,
            date=plausible_date(self.date, today) if self.date else today,
            direction=self.direction or Direction.EXPENSE,
            mode=self.mode or None,
            subcategory=self.subcategory or None,
            account=self.account or None,
            counterparty=self.counterparty or None,
            notes=self.notes or None,
            mcc=self.mcc,
            tags=self.tags or (),
        )


class _Saved(RequestModel):
    save: Annotated[bool | None, Strict(), Field(description="False: predict only, store nothing.")] = True


class PredictRequest(TransactionFields, _Saved):
    """One transaction to predict. `save` is the first field, because `amount` depends on it."""


class _NotSaved(RequestModel):
    save: Literal[False] = False


class CategorizeRequest(TransactionFields, _NotSaved):
    """A description alone is enough. Nothing is stored."""


_EMPTIED: dict[str, Any] = dict.fromkeys(
    ("mode", "subcategory", "account", "counterparty", "notes", "mcc")
) | {
    "description": "",
    "tags": (),
}


class TransactionChanges(RequestModel):
    """The fields to change; missing ones stay. Null empties a field; amount, currency, date and direction
    cannot be empty, so that null leaves them as they are."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "examples": [{"amount": "12.50"}]})

    description: Description | None = None
    amount: Amount | None = None
    currency: KnownCurrency | None = None
    date: IsoDate | None = None
    mode: Label | None = None
    subcategory: Label | None = None
    direction: Direction | None = None
    account: Label | None = None
    counterparty: Counterparty | None = None
    notes: Notes | None = None
    mcc: MerchantCategoryCode | None = None
    tags: Tags | None = None

    def changed(self, transaction: Transaction, *, today: Date) -> dict[str, Any]:
        """The fields to change in `transaction`.

        Raises InvalidInput, or Conflict if a change does not fit the other fields of the transaction.
        """
        fields = self.model_dump(exclude_unset=True, include=set(TransactionChanges.model_fields))
        if not fields:
            raise InvalidInput("Give at least one field to change.")
        changes: dict[str, Any] = {
            name: value or _EMPTIED.get(name) for name, value in fields.items() if value or name in _EMPTIED
        }
        if "date" in changes:
            plausible_date(changes["date"], today)
        after = replace(transaction, **changes)
        if not (after.description or after.subcategory):
            raise Conflict("This would leave the transaction without a description and a subcategory.")
        if "amount" in changes:
            return changes | {"amount": in_smallest_units(after.amount, after.currency)}
        try:
            in_smallest_units(after.amount, after.currency)
        except InvalidInput as error:
            raise Conflict(str(error)) from None
        return changes


Anything = Annotated[Any, Field(description="Anything else gets an error at its position.")]


class BatchRequest(RequestModel):
    """Up to 10,000 transactions; each is validated separately."""

    transactions: Annotated[
        list[SkipValidation[TransactionFields] | Anything], Field(min_length=1, max_length=BATCH_LIMIT)
    ]
    save: Annotated[bool | None, Strict()] = True


class AlternativeBody(TypedDict):
    category: str
    probability: float


class ReasonBody(TypedDict):
    feature: str
    weight: float


class ModelBody(TypedDict):
    name: str
    version: str | None


class TransactionBody(TypedDict):
    description: str
    merchant: str
    amount: Annotated[str | None, Field(description="Null if it was predicted without an amount.")]
    currency: str
    date: str
    mode: str | None
    subcategory: str | None
    direction: str
    account: str | None
    counterparty: str | None
    notes: str | None
    mcc: str | None
    tags: list[str]


class PredictionBody(TypedDict):
    """The prediction for one transaction. `id` is null if nothing was stored."""

    id: str | None
    category: Annotated[str | None, Field(description="Null if the band is `unknown`.")]
    confidence: Annotated[float, Field(ge=0, le=1)]
    band: str
    needs_review: bool
    decided_by: str
    alternatives: list[AlternativeBody]
    explanation: list[ReasonBody]
    model: ModelBody
    transaction: TransactionBody


def transaction_body(transaction: Transaction) -> TransactionBody:
    return {
        "description": transaction.description,
        "merchant": transaction.merchant,
        "amount": None if transaction.amount.is_nan() else money(transaction.amount, transaction.currency),
        "currency": transaction.currency,
        "date": transaction.date.isoformat(),
        "mode": transaction.mode,
        "subcategory": transaction.subcategory,
        "direction": transaction.direction.value,
        "account": transaction.account,
        "counterparty": transaction.counterparty,
        "notes": transaction.notes,
        "mcc": transaction.mcc,
        "tags": list(transaction.tags),
    }


def prediction_body(transaction: Transaction, prediction: Prediction, id: str | None) -> PredictionBody:
    return {
        "id": id,
        "category": prediction.category,
        "confidence": round(prediction.confidence, 6),
        "band": prediction.band.value,
        "needs_review": prediction.needs_review,
        "decided_by": prediction.decided_by.value,
        "alternatives": [
            {"category": category, "probability": round(probability, 6)}
            for category, probability in prediction.alternatives
        ],
        "explanation": [
            {"feature": reason_text(code), "weight": weight} for code, weight in prediction.explanation
        ],
        "model": {"name": MODEL_NAME, "version": prediction.model_version},
        "transaction": transaction_body(transaction),
    }


def stored_prediction_body(stored: StoredTransaction) -> PredictionBody:
    return prediction_body(stored.transaction, stored.prediction, stored.id)
