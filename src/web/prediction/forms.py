"""The form of a transaction: the typed text, and the transaction it means."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from src.domain.transactions import Transaction
from src.errors import InvalidInput
from src.pipeline.feedback.edit import FIELDS
from src.web.prediction.schemas import PredictRequest, TransactionChanges
from src.web.shared import format
from src.web.shared.amounts import readings

CURRENCIES = tuple("USD EUR GBP INR CHF JPY CAD AUD SGD BRL MXN ZAR SEK PLN".split())
"""Suggestions only: any code of ISO 4217 is valid."""

_MOST_TYPED = 2000
"""Characters of a field. More than any field may have, so that a longer text is an error and not cut."""


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
    account: str = ""
    counterparty: str = ""
    notes: str = ""
    mcc: str = ""
    tags: str = ""
    """Separated by commas."""
    amount_meant: str = ""
    """The chosen reading of an ambiguous amount."""
    DETAILS: ClassVar = ("account", "counterparty", "notes", "mcc", "tags")

    @classmethod
    def read(cls, values: Mapping[str, str], **defaults: str) -> TransactionForm:
        """From `values`, with `defaults` for the rest."""
        names = cls.__dataclass_fields__
        typed = {name: values[name].strip()[:_MOST_TYPED] for name in names if name in values}
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
            account=transaction.account or "",
            counterparty=transaction.counterparty or "",
            notes=transaction.notes or "",
            mcc=transaction.mcc or "",
            tags=", ".join(transaction.tags),
        )

    @property
    def details(self) -> str:
        """What is typed into the fields that are shown only on demand."""
        return "".join(getattr(self, name) for name in self.DETAILS)

    def amounts(self, currency: str) -> tuple[str, ...]:
        """The readings of the amount: two if the person has to choose. currency: if the form has none."""
        amounts = readings(self.amount, self.currency.upper() or currency)
        return (self.amount_meant,) if self.amount_meant in amounts else amounts

    def to_domain(self, *, currency: str, today: datetime.date) -> Transaction:
        """Raises ValidationError or InvalidInput; `errors_of` turns them into messages for the fields."""
        typed: dict[str, Any] = {name: value for name, value in asdict(self).items() if value}
        typed.pop("amount_meant", None)
        if "currency" in typed:
            typed["currency"] = typed["currency"].upper()
        if "amount" in typed:
            typed["amount"] = next(iter(self.amounts(currency)), self.amount)
        typed["tags"] = tags_in(self.tags)
        return PredictRequest.model_validate(typed).to_domain(currency=currency, today=today)


def tags_in(text: str) -> list[str]:
    return [tag for part in text.split(",") if (tag := part.strip())]


def changes_of(transaction: Transaction, form: TransactionForm) -> TransactionChanges | None:
    """The fields of `form` that differ from how `transaction` is shown; None if none does.

    The other fields are not parsed again. Raises ValidationError or InvalidInput, which `errors_of` turns
    into messages.
    """
    shown, typed = asdict(TransactionForm.of(transaction)), asdict(form)
    changes: dict[str, Any] = {
        name: value or None for name, value in typed.items() if name in FIELDS and value != shown[name]
    }
    if not changes:
        return None
    if changes.get("currency"):
        changes["currency"] = form.currency.upper()
    if "amount" in changes:
        changes["amount"] = next(iter(form.amounts(transaction.currency)), form.amount)
    if "tags" in changes:
        changes["tags"] = tags_in(form.tags)
    for name in ("amount", "currency", "date"):
        if name in changes and not changes[name]:
            raise InvalidInput("Please fill this in.", field=name)
    return TransactionChanges.model_validate(changes)
