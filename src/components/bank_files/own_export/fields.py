"""The types of the fields of an exported record: their lengths, ranges and characters."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from src.components.bank_files.entry import MAX_AMOUNT, Reason, Unreadable
from src.domain.money import decimal_places

SOUND = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""Without control characters."""


def _in_our_time(at: datetime) -> datetime:
    if not 1970 <= at.year <= 2200:
        raise ValueError("out of range")
    return at


# Masked text may be longer than the original.
Text = Annotated[str, Field(max_length=1_000, pattern=SOUND)]
Word = Annotated[str, Field(max_length=200, min_length=1, pattern=SOUND)]
Tag = Annotated[str, Field(max_length=200, min_length=1, pattern=r"^[^,\x00-\x1f\x7f-\x9f]*$")]
Number = Annotated[str, Field(max_length=300, min_length=1, pattern=SOUND)]
"""The key of an answer: of a request, a file's row or another program."""
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Notes = Annotated[str, Field(max_length=2_000, min_length=1, pattern=SOUND)]
Amount = Annotated[Decimal, Field(gt=0, le=MAX_AMOUNT)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Date = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
Share = Annotated[float, Field(ge=0, le=1)]
MerchantKey = Annotated[str, Field(max_length=500, min_length=1, pattern=SOUND)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]


class Part(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)


def exact(amount: Decimal, currency: str) -> Decimal:
    """With the decimals of the currency. Raises Unreadable if it has more."""
    exact = amount.quantize(Decimal(1).scaleb(-decimal_places(currency)))
    if exact != amount:
        raise Unreadable(Reason.TOO_MANY_DECIMALS)
    return exact
