"""What a person typed: read leniently, checked by the API's own schemas, answered at the field."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import request
from pydantic import BaseModel, ValidationError

from src.domain.transactions import Transaction
from src.errors import InvalidInput
from src.web.prediction.schemas import PredictRequest, TransactionChanges
from src.web.shared import format
from src.web.shared.amounts import plain_amount, readings
from src.web.shared.problems import problem_of

Model = TypeVar("Model", bound=BaseModel)
Errors = dict[str, str]
"""A sentence for each wrong field, by its name; "" for the form as a whole."""

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

ABOUT_AN_ACT = (
    "answered",
    "act",
    "similar",
    "also",
    "more",
    "undone",
    "kept",
    "changed_back",
    "edited",
    "deleted",
    "stay",
)
"""What an answer adds to the address of the page it returns to."""

_EDITABLE = ("description", "amount", "currency", "date", "mode", "subcategory", "direction")
_NAMES = {
    "q": "Text",
    "from": "From",
    "to": "To",
    "min_amount": "Amount",
    "max_amount": "Amount",
    "mode": "Paid by",
    "subcategory": "Note",
}


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


def checked(model: type[Model], values: Mapping[str, str]) -> Model:
    """Raises ValidationError. Amounts may be typed as people write them."""
    amounts = {name: plain_amount(values[name]) for name in ("min_amount", "max_amount") if values.get(name)}
    return model.model_validate({**values, **amounts})


def errors_of(error: ValidationError | InvalidInput) -> Errors:
    """One sentence for each field that is wrong."""
    problems = problem_of(error).get("errors", [])
    return {
        str(each["loc"][0]) if each["loc"] else "": _sentence(each["loc"], each["msg"])
        for each in reversed(problems)
    }


def without_text(errors: Errors, form: TransactionForm) -> Errors:
    """`errors`, with what is missing of the texts in the page's own words."""
    if form.description or form.subcategory:
        return errors
    return {**errors, "description": "Write what the statement says, or a note below."}


def _sentence(loc: list[str | int], message: str) -> str:
    field = str(loc[0]) if loc else ""
    if message == "Field required":
        return "Please fill this in."
    if field == "currency" and "pattern" in message:
        return "Currency must be a code of three letters, such as USD."
    if "amount" in field and "decimal string" in message:
        return "Amount must be a number above 0, such as 350.75. Income is chosen below, not by a sign."
    if message.startswith(("must", "is ")):
        message = f"{_NAMES.get(field, field.capitalize())} {message}"
    return message if message.endswith((".", "!", "?")) else f"{message}."


def flag(values: Mapping[str, str], name: str) -> bool:
    return values.get(name) in ("true", "on", "1")


def count_in(values: Mapping[str, str], name: str) -> int | None:
    """A small count that an earlier step put into the address; None where there is none."""
    text = values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def with_query(path: str, values: Mapping[str, str | int | None]) -> str:
    """`path` with the values that are set as its query."""
    query = urlencode({name: value for name, value in values.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path


def here() -> str:
    """This page's own address, without what an earlier answer added to it."""
    values = {name: value for name, value in request.args.items() if name not in ABOUT_AN_ACT}
    return with_query(request.path, values)


def local_address(given: str | None, otherwise: str) -> str:
    """`given` if it is an address of this site, else `otherwise`: a form must not send anyone elsewhere."""
    if not given or not given.startswith("/") or given.startswith("//") or "\\" in given:
        return otherwise
    parts = urlsplit(given)
    return otherwise if parts.scheme or parts.netloc or any(ord(each) < 32 for each in given) else given


def extended(address: str, values: Mapping[str, str | int | None]) -> str:
    """`address` with more in its query."""
    added = with_query("", values).removeprefix("?")
    if not added:
        return address
    return f"{address}{'&' if '?' in address else '?'}{added}"
