"""What a person typed: read leniently, checked by the API's own schemas, answered at the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from flask import request
from pydantic import BaseModel, ValidationError

from src.errors import InvalidInput
from src.web.shared.amounts import plain_amount
from src.web.shared.problems import problem_of

Model = TypeVar("Model", bound=BaseModel)
Errors = dict[str, str]
"""A sentence for each wrong field, by its name; "" for the form as a whole."""

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

_NAMES = {
    "q": "Text",
    "from": "From",
    "to": "To",
    "min_amount": "Amount",
    "max_amount": "Amount",
    "mode": "Paid by",
    "subcategory": "Note",
}


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
