"""The settings that may be changed while Ledgerloop runs."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, Strict
from typing_extensions import TypedDict

from src.config import known_locale
from src.domain.preferences import Preferences, Weekday
from src.web.shared.fields import KnownCurrency, RequestModel

LocaleName = Annotated[
    Annotated[str, Field(max_length=20)], AfterValidator(known_locale), Field(examples=["de_DE"])
]


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise ValueError("must be a number")
    return float(value)


Switch = Annotated[bool, Strict()]
Number = Annotated[float, BeforeValidator(_number)]


class SettingsChange(RequestModel):
    """The settings to change; missing ones stay, and null restores the default."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"currency": "EUR", "auto_precision": 0.98}]})

    currency: Annotated[KnownCurrency | None, Field(description="Of a transaction that names none.")] = None
    locale: Annotated[LocaleName | None, Field(description="Of numbers and dates.")] = None
    week_starts: Weekday | None = None
    month_starts: Annotated[
        Annotated[int, Strict()] | None,
        Field(ge=1, le=28, description="The day that months begin with in sums."),
    ] = None
    auto_precision: Annotated[
        Number | None, Field(ge=0.5, le=0.999, description="Required precision of automatic predictions.")
    ] = None
    audit_share: Annotated[
        Number | None, Field(ge=0, le=0.2, description="Share of automatic predictions that are spot checks.")
    ] = None
    retrain_every_hours: Annotated[Number | None, Field(ge=0.25, le=168)] = None
    learning: Annotated[
        Switch | None,
        Field(description="False: the memory decides nothing, and no scheduled training starts."),
    ] = None
    digest: Annotated[Switch | None, Field(description="Add a digest of each month to the feed.")] = None
    alarm_anomalies: Annotated[Switch | None, Field(description="Add alarms about unusual payments.")] = None
    alarm_budgets: Switch | None = None
    alarm_limits: Annotated[Switch | None, Field(description="Add alarms about finance rules.")] = None
    alarm_recurring: Switch | None = None
    feed_atom: Annotated[Switch | None, Field(description="Publish the feed at a secret address.")] = None
    send_email: Switch | None = None
    send_webhook: Switch | None = None
    send_details: Annotated[
        Switch | None, Field(description="Name merchants, categories and amounts in what is sent.")
    ] = None

    def fields(self, defaults: Preferences) -> dict[str, Any]:
        """The values to set."""
        return {
            name: getattr(defaults, name) if value is None else value
            for name, value in self.model_dump(exclude_unset=True).items()
        }


class EraseRequest(RequestModel):
    """The confirmation."""

    name: Annotated[Literal["ledgerloop"], Field(description="Must be typed.")]


class ErasedBody(TypedDict):
    erased: bool


class ValuesBody(TypedDict):
    currency: str
    locale: Annotated[str | None, Field(description="Null: the language of the browser.")]
    week_starts: Literal["monday", "saturday", "sunday"]
    month_starts: int
    auto_precision: float
    audit_share: float
    retrain_every_hours: float
    learning: bool
    digest: bool
    alarm_anomalies: bool
    alarm_budgets: bool
    alarm_limits: bool
    alarm_recurring: bool
    feed_atom: bool
    send_email: bool
    send_webhook: bool
    send_details: bool


class SettingsBody(ValuesBody):
    defaults: Annotated[ValuesBody, Field(description="The values of the environment.")]
    locked: Annotated[list[str], Field(description="Those that the environment sets; they cannot change.")]


class ChangedSettingsBody(SettingsBody):
    act: Annotated[str | None, Field(description="Undoes the change; null if nothing changed.")]


def settings_body(values: Preferences, defaults: Preferences, locked: frozenset[str]) -> SettingsBody:
    body: Any = {**asdict(values), "defaults": asdict(defaults), "locked": sorted(locked)}
    return body  # type: ignore[no-any-return]
