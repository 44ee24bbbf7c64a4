"""The settings that a person may change while Ledgerloop runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weekday(StrEnum):
    """The days that a week can begin with."""

    MONDAY = "monday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True)
class Preferences:
    currency: str = "USD"
    """ISO 4217, of a transaction that names none."""
    locale: str | None = None
    """Of numbers and dates, such as `de_DE`; None: the language of the browser."""
    week_starts: Weekday = Weekday.MONDAY
    month_starts: int = 1
    """1..28: the day of the month that months begin with in sums, such as payday."""
    auto_precision: float = 0.95
    """0.5..0.999: the share of automatic predictions that should be right."""
    audit_share: float = 0.02
    """0..0.2: the share of automatic predictions that are reviewed as spot checks."""
    retrain_every_hours: float = 6
    learning: bool = True
    """False: the memory of answers decides nothing, and no scheduled training starts."""
    digest: bool = False
    """Whether the feed gets a digest of each month."""
    alarm_anomalies: bool = False
    """Whether the feed gets alarms about unusual payments; the next three are of the same kind."""
    alarm_budgets: bool = False
    alarm_limits: bool = False
    alarm_recurring: bool = False
    feed_atom: bool = False
    """Whether the feed can be read at its secret address."""
    send_email: bool = False
    send_webhook: bool = False
    send_details: bool = False
    """Whether the Atom feed, e-mails and webhooks name merchants, categories and amounts."""
