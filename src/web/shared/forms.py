"""Forms: read leniently, validated by the API's schemas; errors are shown at their field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import request
from pydantic import BaseModel, ValidationError

from src.errors import InvalidInput
from src.web.shared.amounts import plain_amount
from src.web.shared.problems import problem_of

if TYPE_CHECKING:
    from src.domain.acts import Act, ActKind
    from src.services.transactions.acts import ActLog

Model = TypeVar("Model", bound=BaseModel)
Errors = dict[str, str]
"""Field name to error sentence; "" for the whole form."""

ABOUT_AN_ACT = (
    "answered",
    "updated",
    "left",
    "act",
    "similar",
    "also",
    "more",
    "undone",
    "kept",
    "changed_back",
    "edited",
    "deleted",
    "bulk",
    "changed",
    "removed",
    "stay",
    "undid",
)
"""Query parameters that an act adds to the address of the page it returns to."""

_NAMES = {
    "q": "Text",
    "from": "From",
    "to": "To",
    "min_amount": "Amount",
    "max_amount": "Amount",
    "mode": "Payment method",
    "subcategory": "Note",
    "counterparty": "Other party",
    "notes": "Your notes",
}


def checked(model: type[Model], values: Mapping[str, str]) -> Model:
    """Validate `values`; amounts may be typed as people write them. Raises ValidationError."""
    amounts = {name: plain_amount(values[name]) for name in ("min_amount", "max_amount") if values.get(name)}
    return model.model_validate({**values, **amounts})


def errors_of(error: ValidationError | InvalidInput) -> Errors:
    """One sentence for each invalid field."""
    problems = problem_of(error).get("errors", [])
    return {
        str(problem["loc"][0]) if problem["loc"] else "": _sentence(problem["loc"], problem["msg"])
        for problem in reversed(problems)
    }


def _sentence(loc: list[str | int], message: str) -> str:
    field = str(loc[0]) if loc else ""
    if message == "Field required":
        return "Please fill this in."
    if field == "currency" and "pattern" in message:
        return "Currency must be a code of three letters, such as USD."
    if field == "mcc" and "pattern" in message:
        return "A merchant category code has four digits, such as 5411."
    if field == "tags" and "pattern" in message:
        return "A tag must not contain a comma."
    if field == "opening_balance" and "decimal string" in message:
        return "Opening balance must be a number, such as -350.75."
    if "amount" in field and "decimal string" in message:
        return "Amount must be a number above 0, such as 350.75. Income is chosen below, not by a sign."
    if message.startswith(("must", "is ")):
        message = f"{_NAMES.get(field, field.capitalize())} {message}"
    return message if message.endswith((".", "!", "?")) else f"{message}."


def flag(values: Mapping[str, str], name: str) -> bool:
    return values.get(name) in ("true", "on", "1")


def count_in(values: Mapping[str, str], name: str) -> int | None:
    """A count of at most six digits from the address, or None."""
    text = values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def with_query(address: str, values: Mapping[str, str | int | None]) -> str:
    """`address` with `values` added to its query; None and "" are omitted."""
    query = urlencode({name: value for name, value in values.items() if value not in (None, "")})
    return f"{address}{'&' if '?' in address else '?'}{query}" if query else address


def here() -> str:
    """The address of the current page, without the parameters of an earlier act."""
    values = {name: value for name, value in request.args.items() if name not in ABOUT_AN_ACT}
    return with_query(request.path, values)


def local_address(address: str | None, default: str) -> str:
    """`address` if it belongs to this site, else `default`: a form must not redirect to another site."""
    if not address or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return default
    parts = urlsplit(address)
    has_control = any(ord(character) < 32 for character in address)
    return default if parts.scheme or parts.netloc or has_control else address


def act_to_undo(act_log: ActLog, kind: ActKind, argument: str = "act") -> Act | None:
    """The act that the address names, if it can be undone."""
    act = act_log.find(request.args.get(argument, ""))
    return act if act and act.kind is kind and act.undone_at is None else None
