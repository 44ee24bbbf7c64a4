"""The setup of a ledger in the first record of an export."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from src.components.bank_files.entry import MAX_AMOUNT
from src.components.bank_files.own_export.fields import (
    SOUND,
    Amount,
    Currency,
    Date,
    Id,
    MerchantKey,
    Moment,
    Part,
    Slug,
    Word,
    exact,
)
from src.components.bank_files.own_export.rule_record import ExportedRule, from_text
from src.domain.accounts import Account, AccountKind
from src.domain.anomalies import AnomalyKind, Dismissal
from src.domain.backups import Setup
from src.domain.budgets import Budget
from src.domain.categories import Group
from src.domain.imports import Profile
from src.domain.limits import Limit, LimitPeriod, Measure
from src.domain.merchants import Merchant
from src.domain.money import CURRENCIES
from src.domain.preferences import Weekday
from src.domain.recurring import SeriesDecision, StoredDecision
from src.domain.review import SkippedGroup
from src.domain.rules import MOST_RULES
from src.domain.transactions import SavedFilter


def _from_texts(value: Any) -> Any:
    return [from_text(item) for item in value] if isinstance(value, list) else value


_Month = Annotated[str, Field(pattern=r"^[12][0-9]{3}-(0[1-9]|1[0-2])$")]
_AS_TEXTS = BeforeValidator(_from_texts)
"""Parquet has the items as JSON texts."""


class _Account(Part):
    id: Id
    name: Annotated[Word, Field(max_length=100)]
    currency: Currency
    kind: AccountKind
    opening_balance: Annotated[Decimal, Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
    created_at: Moment
    former_keys: Annotated[list[Word], Field(max_length=1_000)]
    automatic: bool

    def to_domain(self) -> Account:
        balance = exact(self.opening_balance, self.currency)
        fields = {**dict(self), "opening_balance": balance, "former_keys": tuple(self.former_keys)}
        return Account(**fields)


class _SavedFilter(Part):
    name: Annotated[Word, Field(max_length=100)]
    query: Annotated[str, Field(pattern=r"^[A-Za-z0-9%&=+._~*-]{1,6000}$")]


class _Settings(Part):
    """Of `Preferences`, those that a person has changed."""

    currency: Literal[tuple(sorted(CURRENCIES))] | None = None  # type: ignore[valid-type]
    locale: Annotated[str, Field(pattern=r"^[A-Za-z_]{2,20}$")] | None = None
    week_starts: Weekday | None = None
    month_starts: Annotated[int, Field(ge=1, le=28)] | None = None
    auto_precision: Annotated[float, Field(ge=0.5, le=0.999)] | None = None
    audit_share: Annotated[float, Field(ge=0, le=0.2)] | None = None
    retrain_every_hours: Annotated[float, Field(gt=0, le=168)] | None = None
    learning: bool | None = None
    digest: bool | None = None
    alarm_anomalies: bool | None = None
    alarm_budgets: bool | None = None
    alarm_limits: bool | None = None
    alarm_recurring: bool | None = None
    feed_atom: bool | None = None
    send_email: bool | None = None
    send_webhook: bool | None = None
    send_details: bool | None = None


class _Merchant(Part):
    key: MerchantKey
    name: Annotated[Word, Field(max_length=100)] | None
    into: MerchantKey | None
    learn: bool
    forgotten_at: Moment | None

    def to_domain(self) -> Merchant:
        return Merchant(**dict(self))


class _Decision(Part):
    """About a recurring payment."""

    key: Id
    transactions: Annotated[list[Id], Field(max_length=5_000)]
    name: Annotated[Word, Field(max_length=100)] | None
    confirmed: bool
    ended_on: Date | None

    def to_domain(self) -> StoredDecision:
        decision = SeriesDecision(self.name, self.confirmed, self.ended_on)
        return StoredDecision(self.key, frozenset(self.transactions), decision)


class _SkippedGroup(Part):
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,4000}$")]
    until: Date


class _Profile(Part):
    layout: Annotated[str, Field(pattern=r"^[0-9a-z:]{1,100}$")]
    name: Annotated[Word, Field(max_length=200)]
    plan: dict[str, Any]
    """Read by `Plan.from_dict` when it is restored."""
    used_at: Moment


class _Budget(Part):
    category: Slug | None
    group: Group | None
    currency: Currency
    carry_over: bool
    amounts: Annotated[list[tuple[_Month, Amount]], Field(min_length=1, max_length=1_000)]

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.category is None) == (self.group is None):
            raise ValueError("needs a category or a group")
        return self

    def to_domain(self) -> Budget:
        amounts = tuple((month, exact(amount, self.currency)) for month, amount in sorted(self.amounts))
        return Budget(self.currency, amounts, self.category, self.group, self.carry_over)


class _Limit(Part):
    measure: Measure
    share: Annotated[Decimal, Field(ge=0, le=1)] | None
    amount: Amount | None
    currency: Currency | None
    category: Slug | None
    categories: Annotated[list[Slug], Field(max_length=1_000)]
    period: LimitPeriod
    enabled: bool

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        of_category = self.measure is Measure.CATEGORY
        if of_category != (self.category is not None) or (self.amount is None) != (self.currency is None):
            raise ValueError("does not fit the measure")
        if (self.share is None) == (self.amount is None) or (self.amount is not None and not of_category):
            raise ValueError("needs a share or an amount")
        return self

    def to_domain(self) -> Limit:
        return Limit(**{**dict(self), "categories": tuple(self.categories)})


class _Dismissal(Part):
    """Of unusual spending."""

    id: Id
    kind: AnomalyKind
    currency: Currency
    amount: Annotated[int, Field(ge=0, lt=2**63)]
    """In the smallest unit of the currency."""
    merchant: Annotated[str, Field(max_length=500, pattern=SOUND)]
    category: Slug | None
    at: Moment


class SetupRecord(Part):
    accounts: Annotated[list[_Account], Field(max_length=1_000)]
    saved_filters: Annotated[list[_SavedFilter], Field(max_length=1_000)]
    settings: _Settings
    merchants: Annotated[list[_Merchant], Field(default_factory=list, max_length=10_000)]
    rules: Annotated[list[ExportedRule], Field(default_factory=list, max_length=MOST_RULES)]
    recurring: Annotated[list[_Decision], _AS_TEXTS, Field(default_factory=list, max_length=10_000)]
    skipped_groups: Annotated[list[_SkippedGroup], _AS_TEXTS, Field(default_factory=list, max_length=10_000)]
    profiles: Annotated[list[_Profile], _AS_TEXTS, Field(default_factory=list, max_length=1_000)]
    budgets: Annotated[list[_Budget], _AS_TEXTS, Field(default_factory=list, max_length=1_000)]
    limits: Annotated[list[_Limit], _AS_TEXTS, Field(default_factory=list, max_length=1_000)]
    dismissals: Annotated[list[_Dismissal], _AS_TEXTS, Field(default_factory=list, max_length=100_000)]

    def to_domain(self) -> Setup:
        return Setup(
            tuple(account.to_domain() for account in self.accounts),
            tuple(SavedFilter("", saved.name, saved.query) for saved in self.saved_filters),
            self.settings.model_dump(exclude_none=True),
            tuple(merchant.to_domain() for merchant in self.merchants),
            tuple(rule.to_domain() for rule in self.rules),
            tuple(decision.to_domain() for decision in self.recurring),
            tuple(SkippedGroup(skipped.key, skipped.until) for skipped in self.skipped_groups),
            tuple(Profile(**dict(profile)) for profile in self.profiles),
            tuple(budget.to_domain() for budget in self.budgets),
            tuple(limit.to_domain() for limit in self.limits),
            tuple(Dismissal(**dict(dismissal)) for dismissal in self.dismissals),
        )
