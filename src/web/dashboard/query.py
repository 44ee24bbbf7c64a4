"""What the address of the analytics page selects, and the addresses that select something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from src.domain.months import Coverage, month_of, months_between, months_later
from src.domain.periods import Period, PeriodKind
from src.errors import InvalidInput
from src.pipeline.dashboard.selection import Selection
from src.web.analytics.schemas import AnalyticsQuery
from src.web.dashboard import text
from src.web.shared.fields import Label, Slug
from src.web.shared.forms import with_query

EVERYTHING = "everything"
FILTERS = ("currency", "account", "category", "stack")
_MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
_MONTHS_LISTED = 36


class DashboardQuery(AnalyticsQuery):
    """`period`, or the days `from` and `to`; by default the last month with transactions."""

    period: Annotated[
        str | None, Field(pattern=rf"^({_MONTH}|{_MONTH}\.\.{_MONTH}|[0-9]{{4}}|{EVERYTHING})$")
    ] = None
    account: Label | None = None
    category: Slug | None = None
    stack: Annotated[str | None, Field(pattern="^(group|category)$")] = None

    def selection(self, currency: str, coverage: Coverage, month_starts: int) -> Selection | None:
        """None without a transaction in the currency. Raises InvalidInput."""
        if coverage.begins is None or coverage.ends is None:
            return None
        period = self._period(coverage.begins, coverage.ends, coverage.today, month_starts)
        return Selection(period, currency, self.account, self.category)

    def _period(self, begins: date, ends: date, today: date, month_starts: int) -> Period:
        last = month_of(max(begins, min(ends, today)), month_starts)
        if self.period == EVERYTHING:
            return Period(begins, ends, month_starts, everything=True)
        if self.period:
            first, _, until = self.period.partition("..")
            if len(first) == 4:
                first, until = f"{first}-01", f"{first}-12"
            return _of_months(first, until or first, month_starts)
        if not self.since and not self.until:
            return Period.of_months(last, last, month_starts)
        since = self.since or min(begins, self.until or begins)
        until_day = self.until or max(ends, since)
        if since > until_day:
            raise InvalidInput("The last day must not be before the first.", field="to")
        return Period(since, until_day, month_starts)


def _of_months(first: str, last: str, month_starts: int) -> Period:
    if not "1900" <= first <= last <= "2201":
        raise InvalidInput("The last month must not be before the first.", field="period")
    return Period.of_months(first, last, month_starts)


def address_values(period: Period) -> dict[str, str]:
    """The part of the address that selects a period."""
    match period.kind:
        case PeriodKind.MONTH:
            return {"period": period.last_month}
        case PeriodKind.YEAR:
            return {"period": period.last_month[:4]}
        case PeriodKind.EVERYTHING:
            return {"period": EVERYTHING}
    if period.of_whole_months:
        return {"period": f"{period.first_month}..{period.last_month}"}
    return {"from": str(period.since), "to": str(period.until)}


@dataclass(frozen=True)
class Step:
    """A link to the period before or after."""

    name: str
    address: str


@dataclass(frozen=True)
class Controls:
    """Of the form and the links around it."""

    path: str
    selection: Selection
    coverage: Coverage
    kept: Mapping[str, str]
    """The filters of the address."""

    def address(self, path: str = "", **changed: str) -> str:
        """Of the page with other filters."""
        return with_query(
            path or self.path, {**address_values(self.selection.period), **self.kept, **changed}
        )

    @property
    def before(self) -> Step | None:
        return self._step(-1)

    @property
    def after(self) -> Step | None:
        return self._step(1)

    def _step(self, steps: int) -> Step | None:
        period, begins, ends = self.selection.period, self.coverage.begins, self.coverage.ends
        if period.everything or begins is None or ends is None:
            return None
        neighbour = period.neighbour(steps)
        if neighbour.until < begins or neighbour.since > max(ends, self.coverage.today):
            return None
        return Step(
            text.period_name(neighbour), with_query(self.path, {**address_values(neighbour), **self.kept})
        )

    @property
    def periods(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """(heading, options) of the select: the selected one is among them unless it is of days."""
        begins, ends = self.coverage.begins, self.coverage.ends
        if begins is None or ends is None:
            return []
        starts = self.selection.period.month_starts
        first, last = month_of(begins, starts), month_of(ends, starts)
        own = self.selection.period
        months = months_between([first, last])[-_MONTHS_LISTED:]
        if own.kind is PeriodKind.MONTH and own.last_month not in months:
            months = sorted([*months, own.last_month])
        years = sorted(
            {month[:4] for month in (*months_between([first, last]), own.last_month)}, reverse=True
        )
        latest = month_of(max(begins, min(ends, self.coverage.today)), starts)
        spans = [Period.of_months(months_later(latest, -11), latest, starts)]
        if own.kind is PeriodKind.TWELVE_MONTHS or (own.of_whole_months and own.kind is PeriodKind.DAYS):
            spans = [*spans, own] if own not in spans else spans
        several = [(address_values(span)["period"], text.period_name(span)) for span in spans]
        return [
            ("", [*several, (EVERYTHING, "Everything")]),
            ("Months", [(month, text.month_name(month)) for month in reversed(months)]),
            ("Years", [(year, year) for year in years]),
        ]

    @property
    def chosen(self) -> str:
        """The option of the select; "" for days."""
        return address_values(self.selection.period).get("period", "")
