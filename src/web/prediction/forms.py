"""The form of a transaction: what a person typed, and the transaction it means."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from src.domain.transactions import Transaction
from src.errors import InvalidInput
from src.web.prediction.schemas import PredictRequest, TransactionChanges
from src.web.shared import format
from src.web.shared.amounts import readings
from src.web.shared.forms import Errors

CURRENCIES = (
    "USD",
    "EUR",
    "GBP",
    "INR",
    "CHF",
    "JPY",
    "CAD",
    "AUD",
    "SGD",
    "BRL",
    "MXN",
    "ZAR",
    "SEK",
    "PLN",
)
"""Suggestions only: any code of ISO 4217 is taken."""

_EDITABLE = ("description", "amount", "currency", "date", "mode", "subcategory", "direction")


@dataclass(frozen=True)
class TransactionForm:
    """The text of each field, as typed; what the form shows again when something is wrong."""

    description: str = ""
    amount: str = ""
    currency: str = ""
    date: str = ""
    mode: str = ""
    subcategory: str = ""
    direction: str = "expense"
    amount_meant: str = ""
    """Which reading of an amount that may be read in two ways was chosen."""

    @classmethod
    def read(cls, values: Mapping[str, str], **defaults: str) -> TransactionForm:
        """Take what `values` has and `defaults` for the rest."""
        names = cls.__dataclass_fields__
        given = {name: values[name].strip()[:1000] for name in names if name in values}
        return cls(**{**defaults, **given})

    @classmethod
    def of(cls, transaction: Transaction) -> TransactionForm:
        """A kept transaction as the form shows it, in the visitor's own format."""
        return cls(
            description=transaction.description,
            amount=format.amount(transaction.amount, transaction.currency),
            currency=transaction.currency,
            date=transaction.date.isoformat(),
            mode=transaction.mode or "",
            subcategory=transaction.subcategory or "",
            direction=transaction.direction.value,
        )

    def amounts(self, currency: str) -> tuple[str, ...]:
        """Its readings: two where the person has yet to choose. currency: of a form that names none."""
        code = self.currency.upper() or currency
        found = readings(self.amount, code)
        return (self.amount_meant,) if self.amount_meant in found else found

    def to_domain(self, *, currency: str, today: datetime.date) -> Transaction:
        """Raises ValidationError or InvalidInput, which `errors_of` puts beside the fields."""
        typed = {name: value for name, value in asdict(self).items() if value}
        meant = typed.pop("amount_meant", None)
        if "currency" in typed:
            typed["currency"] = typed["currency"].upper()
        if "amount" in typed:
            found = self.amounts(currency) or (typed["amount"],)
            typed["amount"] = meant if meant in found else found[0]
        return PredictRequest.model_validate(typed).to_domain(currency=currency, today=today)


def changes_of(transaction: Transaction, form: TransactionForm, *, today: datetime.date) -> dict[str, Any]:
    """What `form` says otherwise than `transaction`; what it leaves as it was shown is not read again.

    Raises ValidationError or InvalidInput, which `errors_of` puts beside the fields, or Conflict.
    """
    shown, typed = asdict(TransactionForm.of(transaction)), asdict(form)
    changes: dict[str, str | None] = {
        name: value or None for name, value in typed.items() if name in _EDITABLE and value != shown[name]
    }
    if not changes:
        return {}
    if changes.get("currency"):
        changes["currency"] = form.currency.upper()
    if "amount" in changes:
        changes["amount"] = next(iter(form.amounts(transaction.currency)), form.amount)
    for name in ("amount", "currency", "date"):
        if name in changes and not changes[name]:
            raise InvalidInput("Please fill this in.", field=name)
    return TransactionChanges.model_validate(changes).changed(transaction, today=today)


def without_text(errors: Errors, form: TransactionForm) -> Errors:
    """`errors`, with what is missing of the texts in the page's own words."""
    if form.description or form.subcategory:
        return errors
    return {**errors, "description": "Write what the statement says, or a note below."}
