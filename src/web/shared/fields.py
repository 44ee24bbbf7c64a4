"""Field types of requests and responses: money, dates, text, ids."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    WithJsonSchema,
    model_validator,
)

from src.domain.money import KNOWN_CURRENCIES, decimal_places
from src.domain.visible_text import or_blank
from src.errors import InvalidInput

MAX_AMOUNT = 10**12
EARLIEST_YEAR = 1970
YEARS_AHEAD = 10

# Tab, line feed and carriage return are white space in a statement; other control characters are damage.
_DAMAGE = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_DAMAGED = re.compile(f"[{_DAMAGE}]")
_AMOUNT_TEXT = r"[0-9]{1,12}(\.[0-9]{1,4})?"
_AMOUNT = re.compile(_AMOUNT_TEXT)
_DATE_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINE_SPACE = str.maketrans("\t\n\r", "   ")


class RequestModel(BaseModel):
    """A request body or query. Unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid")


AnalysisWait = Annotated[
    int, Field(ge=0, le=30, description="Seconds to wait for an analysis if the ledger has changed since.")
]


class QueryModel(RequestModel):
    """A query string. A blank value counts as absent, because forms send blank fields."""

    @model_validator(mode="before")
    @classmethod
    def _drop_blank(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value != ""}


def _exact_amount(value: Any) -> Decimal:
    is_text = isinstance(value, str) and _AMOUNT.fullmatch(value)
    if is_text or (isinstance(value, int) and not isinstance(value, bool)):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ValueError('Give a number or a decimal string such as "350.75"')
    if not 0 < value <= MAX_AMOUNT:
        raise ValueError("An amount must be above 0 and at most 1000000000000")
    return value


def signed_amount(value: Any) -> Decimal:
    """A balance, which may be below zero or zero. Raises ValueError."""
    is_text = isinstance(value, str) and _AMOUNT.fullmatch(value.removeprefix("-"))
    if is_text or (isinstance(value, int) and not isinstance(value, bool)):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value) > MAX_AMOUNT:
        raise ValueError('Give a number or a decimal string such as "-350.75"')
    return value


def _bound(value: Any) -> Decimal:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError('Give an amount such as "350.75"')
    return Decimal(value)


def in_smallest_units(amount: Decimal, currency: str) -> Decimal:
    """`amount` with exactly the decimals of `currency`. Raises InvalidInput instead of rounding."""
    places = decimal_places(currency)
    exact = amount.quantize(Decimal(1).scaleb(-places))
    if exact != amount:
        raise InvalidInput(f"An amount in {currency} has at most {places} decimals.", field="amount")
    return exact


def money(amount: Decimal, currency: str) -> str:
    """`"350.75"`: the currency's decimals, no exponent."""
    return format(amount.quantize(Decimal(1).scaleb(-decimal_places(currency))), "f")


def _iso_date(value: Any) -> date:
    if isinstance(value, str) and _DATE_TEXT.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise ValueError("No such date") from None
        if 1900 <= day.year <= 2200:
            return day
        raise ValueError("A date must be between 1900 and 2200")
    raise ValueError('Give an ISO date such as "2026-03-04"')


def _known(currency: str) -> str:
    if currency not in KNOWN_CURRENCIES:
        raise ValueError(f"{currency} is not a currency code of ISO 4217")
    return currency


def plausible_date(day: date, today: date) -> date:
    """Return `day`. Raises InvalidInput for a date too old or too far ahead, which is a typing error."""
    if day.year < EARLIEST_YEAR:
        raise InvalidInput(f"The date must not be before {EARLIEST_YEAR}.", field="date")
    if day > last_date(today):
        raise InvalidInput(f"The date is more than {YEARS_AHEAD} years ahead. Check the year.", field="date")
    return day


def last_date(today: date) -> date:
    """The latest date accepted: planned transactions, such as the end of a loan, are allowed."""
    return today.replace(year=today.year + YEARS_AHEAD, day=min(today.day, 28))


def _clean(value: str) -> str:
    if _DAMAGED.search(value):
        raise ValueError("Control characters are not allowed")
    return or_blank(value.translate(_LINE_SPACE).strip())


def _not_blank(value: str) -> str:
    if not value:
        raise ValueError("A name must not be blank")
    return value


def utc_text(at: datetime) -> str:
    """`2026-03-04T12:00:00.123Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_ISO_DATE_SCHEMA = {
    "type": "string",
    "format": "date",
    "pattern": r"^(19[0-9]{2}|2[01][0-9]{2}|2200)-[0-9]{2}-[0-9]{2}$",
    "examples": ["2026-03-04"],
}
_AMOUNT_SCHEMA = {
    "description": "Kept exactly. Decimals of its currency: two as here, none for JPY, three for KWD.",
    "anyOf": [
        {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_AMOUNT, "multipleOf": 0.01},
        {"type": "string", "pattern": r"^(?=.*[1-9])[0-9]{1,12}(\.[0-9]{1,2})?$"},
    ],
    "examples": ["350.75"],
}


def _text_schema(max_length: int, pattern: str = f"^[^{_DAMAGE}]*$") -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "maxLength": max_length, "pattern": pattern})


AmountBound = Annotated[
    Decimal,
    BeforeValidator(_bound),
    WithJsonSchema({"type": "string", "pattern": f"^{_AMOUNT_TEXT}$", "examples": ["350.75"]}),
]
Amount = Annotated[Decimal, BeforeValidator(_exact_amount), WithJsonSchema(_AMOUNT_SCHEMA)]
IsoDate = Annotated[date, BeforeValidator(_iso_date), WithJsonSchema(_ISO_DATE_SCHEMA)]
Currency = Annotated[str, Strict(), Field(pattern=r"^[A-Z]{3}$", examples=["INR"])]
KnownCurrency = Annotated[
    Currency,
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": sorted(KNOWN_CURRENCIES), "examples": ["INR"]}),
]
Slug = Annotated[str, Strict(), Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["dining"])]
Identifier = Annotated[str, Strict(), Field(min_length=1, max_length=64)]
Name = Annotated[
    str,
    Strict(),
    Field(max_length=100),
    AfterValidator(_clean),
    AfterValidator(_not_blank),
    _text_schema(100, f"^[^{_DAMAGE}]*[^{_DAMAGE}\\s][^{_DAMAGE}]*$"),
]
Description = Annotated[str, Strict(), Field(max_length=500), AfterValidator(_clean), _text_schema(500)]
Counterparty = Annotated[str, Strict(), Field(max_length=200), AfterValidator(_clean), _text_schema(200)]
Notes = Annotated[str, Strict(), Field(max_length=1000), AfterValidator(_clean), _text_schema(1000)]
MerchantCategoryCode = Annotated[str, Strict(), Field(pattern=r"^[0-9]{4}$", examples=["5411"])]
Tag = Annotated[
    str,
    Strict(),
    Field(max_length=50, pattern="^[^,]*$"),
    AfterValidator(_clean),
    AfterValidator(_not_blank),
    _text_schema(50, f"^[^{_DAMAGE},]*[^{_DAMAGE}\\s,][^{_DAMAGE},]*$"),
]
"""Without commas, which separate tags in forms."""
Tags = Annotated[tuple[Tag, ...], Field(max_length=20)]
Label = Annotated[str, Strict(), Field(max_length=100), AfterValidator(_clean), _text_schema(100)]
