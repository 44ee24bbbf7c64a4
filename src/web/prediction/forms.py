"""The form of a transaction: the typed text, and the transaction it means."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from src.domain.transactions import Transaction
from src.errors import InvalidInput
from src.web.prediction.schemas import PredictRequest, TransactionChanges
from src.web.shared import format
from src.web.shared.amounts import readings

CURRENCIES = tuple("USD EUR GBP INR CHF JPY CAD AUD SGD BRL MXN ZAR SEK PLN".split())
"""Suggestions only: any code of ISO 4217 is valid."""

_EDITABLE = ("description", "amount", "currency", "date", "mode", "subcategory", "direction")


@dataclass(frozen=True)
class TransactionForm:
    """The text of each field as typed, which the form shows again with errors."""

    description: str = ""
    amount: str = ""
    currency: str = ""
    date: str = ""
    mode: str = ""
    subcategory: str = ""
    direction: str = "expense"
    amount_meant: str = ""
    """The chosen reading of an ambiguous amount."""

    @classmethod
    def read(cls, values: Mapping[str, str], **defaults: str) -> TransactionForm:
        """From `values`, with `defaults` for the rest."""
        names = cls.__dataclass_fields__
        typed = {name: values[name].strip()[:1000] for name in names if name in values}
        return cls(**{**defaults, **typed})

    @classmethod
    def of(cls, transaction: Transaction) -> TransactionForm:
        """A stored transaction, in the visitor's format."""
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
        """The readings of the amount: two if the person has to choose. currency: if the form has none."""
        amounts = readings(self.amount, self.currency.upper() or currency)
        return (self.amount_meant,) if self.amount_meant in amounts else amounts

    def to_domain(self, *, currency: str, today: datetime.date) -> Transaction:
        """Raises ValidationError or InvalidInput; `errors_of` turns them into messages for the fields."""
        typed = {name: value for name, value in asdict(self).items() if value}
        typed.pop("amount_meant", None)
        if "currency" in typed:
            typed["currency"] = typed["currency"].upper()
        if "amount" in typed:
            typed["amount"] = next(iter(self.amounts(currency)), self.amount)
        return PredictRequest.model_validate(typed).to_domain(currency=currency, today=today)


def changes_of(transaction: Transaction, form: TransactionForm) -> TransactionChanges | None:
    """The fields of `form` that differ from how `transaction` is shown; None if none does.

    The other fields are not parsed again. Raises ValidationError or InvalidInput, which `errors_of` turns
    into messages.
    """
    shown, typed = asdict(TransactionForm.of(transaction)), asdict(form)
    changes: dict[str, str | None] = {
        name: value or None for name, value in typed.items() if name in _EDITABLE and value != shown[name]
    }
    if not changes:
        return None
    if changes.get("currency"):
        changes["currency"] = form.currency.upper()
    if "amount" in changes:
        changes["amount"] = next(iter(form.amounts(transaction.currency)), form.amount)
    for name in ("amount", "currency", "date"):
        if name in changes and not changes[name]:
            raise InvalidInput("Please fill this in.", field=name)
    return TransactionChanges.model_validate(changes)
